"""[registration]: what making an account takes beside the contract's words, and what follows it."""

from __future__ import annotations

from collections.abc import Mapping
from difflib import get_close_matches
from functools import cache
from typing import Any

from faker import Faker

from contract.targets import keys
from contract.targets.keys import Read
from contract.targets.operations import errand
from contract.targets.places import REQUEST, as_key
from contract.targets.spots import Spot, Wrong, one_line

FROM_FAKER = "faker:"


def member(value: Any, spot: Spot) -> Any:
    """Read the value of a further member: a constant, or "faker:PROVIDER" for what Faker makes."""
    if isinstance(value, str) and value.startswith(FROM_FAKER):
        name = value.removeprefix(FROM_FAKER)
        if name not in _providers():
            near = get_close_matches(name, _providers(), n=1)
            hint = f" Did you mean 'faker:{near[0]}'?" if near else " Faker's documentation lists them."
            raise Wrong(f"names no provider of Faker: '{one_line(name)}'.{hint}")
    return keys.constant(value, spot)


@cache
def _providers() -> frozenset[str]:
    faker = Faker()
    return frozenset(name for provider in faker.providers for name in dir(provider) if not name.startswith("_"))


def _with_id(*, at_sign: bool) -> Read:
    def read_pattern(value: Any, spot: Spot) -> str:
        given = keys.text(value, spot)
        if given.count("{id}") != 1 or given.replace("{id}", "").strip("{}") != given.replace("{id}", ""):
            raise Wrong(f"must say {{id}} once, where each account gets its own, not {keys.shown(value)}.")
        if at_sign and "@" not in given:
            raise Wrong(f"must be an address, like 'qa+{{id}}@example.com', not {keys.shown(value)}.")
        return given

    return read_pattern


REGISTRATION_KEYS: Mapping[str, Read] = {
    "extra": keys.mapping(member, name=as_key(*REQUEST)),
    "email": _with_id(at_sign=True),
    "username": _with_id(at_sign=False),
    "activation": errand("mail", "admin"),
    "removal": errand("self", "admin"),
}

_FIELDS = {"extra": "register_extra", "email": "email_pattern", "username": "username_pattern"}


def registration(value: Any, spot: Spot) -> dict[str, Any]:
    """Read [registration], as the fields of a `Target` that it fills."""
    given = keys.table(value, spot, REGISTRATION_KEYS)
    return {_FIELDS.get(key, key): each for key, each in given.items()}
