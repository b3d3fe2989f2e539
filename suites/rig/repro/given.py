"""What the target file holds that a script must not: its secrets and its accounts, each as a variable to be set."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from contract.secret import Secret
from contract.targets.model import PreparedAccount, Target
from suites.rig.repro.origins import Given, Variable


def given_by(target: Target) -> dict[str, Variable]:
    """Return a variable for every value that the person who runs a script against *target* must have."""
    return {variable.value: variable for variable in _all(target) if variable.value}


def _all(target: Target) -> Iterator[Variable]:
    for name, secret in target.transport.headers.items():
        yield _variable(name, secret.reveal(), f"the value of the header {name} that the target file adds")
    for operation in target.operations.values():
        for step in operation.steps:
            for place, value in {**step.headers, **step.fixed}.items():
                if isinstance(value, Secret):
                    tail = re.split(r"[/:]", place)[-1]
                    yield _variable(tail, value.reveal(), f"the {tail} that the target file sends in {operation.id}")
    for name, table in target.facilities.items():
        yield from _of_facility(name, table)


def _of_facility(name: str, table: Mapping[str, Any]) -> Iterator[Variable]:
    for key, value in table.items():
        where = f"[facilities.{name}] of the target file"
        if isinstance(value, Secret):
            yield _variable(f"{name}_{key}", value.reveal(), f"{key} in {where}")
        elif key in ("email", "username"):
            yield _variable(f"{name}_{key}", str(value), f"{key} in {where}")
        elif isinstance(value, tuple):
            for account in (each for each in value if isinstance(each, PreparedAccount)):
                yield _variable("account_email", account.email, f"the address of an account in {where}")
                yield _variable("account_username", account.username, f"the user name of an account in {where}")
                yield _variable("account_password", account.password.reveal(), f"the password of an account in {where}")
                if account.totp_secret:
                    secret = account.totp_secret.reveal()
                    yield _variable("account_totp_secret", secret, f"the TOTP secret of an account in {where}")


def _variable(name: str, value: str, what: str) -> Variable:
    return Variable(base_of(name), value, Given(what))


def base_of(name: str) -> str:
    """
    Return what the name of a variable begins with that holds what stands at *name*.

    >>> base_of("accessToken"), base_of("X-API-Key"), base_of("2fa")
    ('ACCESS_TOKEN', 'X_API_KEY', 'VALUE_2FA')
    """
    spaced = re.sub(r"([a-z0-9])([A-Z])", r"\1_\2", name)
    base = re.sub(r"[^A-Za-z0-9]+", "_", spaced.encode("ascii", "ignore").decode()).strip("_").upper()[:40]
    return base if base[:1].isalpha() else f"VALUE_{base}".rstrip("_")
