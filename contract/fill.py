"""Further members that a target wants of a registration, beside the contract's words."""

from __future__ import annotations

from datetime import date
from typing import Any

from faker import Faker

from contract.errors import BindingError
from contract.targets.model import Target

FROM_FAKER = "faker:"


def filled(target: Target, seed: Any) -> dict[str, Any]:
    """
    Return the target's `register_extra` by place, each "faker:NAME" replaced by what that provider makes.

    The same *seed* gives the same values: a registration that is repeated is the same request.
    """
    made = {}
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
