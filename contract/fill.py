"""Further members that a target wants of a registration, beside the contract's words: as its file or document says."""

from __future__ import annotations

from datetime import date
from typing import Any

from faker import Faker

from contract.errors import BindingError, NotTestable
from contract.filling.chance import chance_of
from contract.filling.values import Unfillable, made_up
from contract.targets.model import Step, Target

FROM_FAKER = "faker:"


def filled(target: Target, step: Step, seed: Any) -> dict[str, Any]:
    """
    Return by place what *step* of a registration says beside the contract's words.

    That is what the target's document demands of it, made up as it describes that; and, where it sends the password,
    the target's `register_extra`, each "faker:NAME" replaced by what that provider makes.

    The same *seed* gives the same values: a registration that is repeated is the same request.

    Raises:
        BindingError: Faker has no such provider.

        NotTestable: nothing could be made up for a member, though it could for another account.
    """
    described = target.described.get(f"{step.method} {step.path}", {})
    try:
        made = {place: made_up(member, chance_of(str(seed), place)) for place, member in described.items()}
    except Unfillable as fault:
        raise NotTestable(f"{target.name}: nothing was made up for {fault.pointer} of its document: {fault}") from None
    if "password" not in step.send:
        return made
    faker = None
    for place, value in target.register_extra.items():
        if isinstance(value, str) and value.startswith(FROM_FAKER):
            if faker is None:
                faker = Faker()
                faker.seed_instance(f"{seed} {place}")
            made[place] = _provide(faker, target, place, value.removeprefix(FROM_FAKER))
        else:
            made[place] = value
    return made


def _provide(faker: Faker, target: Target, place: str, provider: str) -> Any:
    try:
        value = getattr(faker, provider)()
    except (AttributeError, TypeError):
        raise BindingError(
            f"{target.name}: [registration] extra '{place}': Faker has no provider '{provider}' that needs no argument."
        ) from None
    return value.isoformat() if isinstance(value, date) else value
