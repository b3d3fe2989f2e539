"""Becoming a user: once for each address, and with the rights that everybody has."""

from __future__ import annotations

import unicodedata
import uuid
from typing import Any

import pytest

from contract.answers import Answer, Kind
from contract.checks import status
from contract.errors import ContractViolation
from contract.targets.model import Target
from suites.rig.api import Api
from suites.rig.documented import documented_successes
from suites.rig.judging import control, expect, never, not_applicable, survived

SPELLINGS = {
    "in capitals": str.upper,
    "with blanks around it": lambda address: f" {address} ",
    "in decomposed form": lambda address: unicodedata.normalize("NFD", address),
}


@pytest.mark.requirement("REG-01")
def test_a_valid_registration_answers_201_and_the_account_can_log_in(api: Api) -> None:
    """An account that nobody can find or open was not created."""
    account = api.people.person(api.target.profile)

    outcome = expect(api.register(account), Kind.ACCEPTED, because="fresh, valid input")

    status(outcome.answer, *(documented_successes(api.target, "registerUser") or [200, 201]))
    if not account.user_id and not outcome.answer.header("location"):
        raise ContractViolation(
            "the new account is not identified",
            expected="its id in the body, or a Location",
            actual="neither",
            answer=outcome.answer,
        )
    expect(api.login(account), Kind.ACCEPTED, because="the password just registered")


@pytest.mark.requirement("REG-03")
@pytest.mark.parametrize("spelling", SPELLINGS)
def test_another_spelling_of_a_taken_address_makes_no_second_account(api: Api, spelling: str) -> None:
    """Two accounts that one spelling reaches are one user's data in another user's hands."""
    profile = api.target.profile
    first, second = api.people.person(profile), api.people.person(profile)
    if spelling == "in decomposed form":
        first.email = f"\u00e9{first.email}"
    second.email = SPELLINGS[spelling](first.email)
    registered = api.register(first)
    if registered.kind is not Kind.ACCEPTED and not first.email.isascii():
        not_applicable("addresses are ASCII here")  # a server error is HTTP-09's question
    control(registered)

    outcome = survived(api.register(second), because=f"a taken address {spelling}")

    if outcome.kind is not Kind.ACCEPTED:
        return
    reaches_first = api.call("loginUser", email=second.email, password=first.password).kind is Kind.ACCEPTED
    conflicts = profile.duplicate_registration != "neutral"
    has_own = api.call("loginUser", email=second.email, password=second.password).kind is Kind.ACCEPTED
    if reaches_first and (conflicts or has_own):
        raise ContractViolation(
            f"an address {spelling} is registered anew, and reaches the account that was there",
            expected="a conflict, or a refusal",
            actual="a second account",
            answer=outcome.answer,
        )
    never(api.call("loginUser", email=first.email, password=second.password), because="the second one's password")
    control(api.login(first))


def server_owned(target: Target, about: str) -> dict[str, Any]:
    """Return members that a registration has no say in, by common names, and by the target's own if its file has it."""
    common: dict[str, Any] = {
        "rights": {"role": "admin", "roles": ["admin"], "isAdmin": True, "is_admin": True, "admin": True},
        "identity": {name: str(uuid.uuid4()) for name in ("id", "userId", "user_id")},
        "state": dict.fromkeys(("emailVerified", "email_verified", "mfaEnabled", "mfa_enabled", "disabled"), True),
    }[about]
    word = {"rights": "role", "identity": "userId", "state": "mfaEnabled"}[about]
    place = target.operations["getCurrentUser"].steps[-1].capture.get(word, "")
    return common | ({place.rpartition("/")[2]: next(iter(common.values()))} if place.startswith("/") else {})


def members_called(name: str, answer: Answer) -> list[Any]:
    """Return the value of every member of that name, however deep."""
    found, pending = [], [answer.json()]
    while pending:
        item = pending.pop()
        if isinstance(item, dict):
            found += [item[name]] if name in item else []
            pending += item.values()
        elif isinstance(item, list):
            pending += item
    return found


@pytest.mark.requirement("REG-10")
@pytest.mark.parametrize("about", ["rights", "identity", "state"])
def test_a_registration_cannot_set_what_the_server_owns(api: Api, about: str) -> None:
    """Whoever may write a role into the form is an admin."""
    usual = control(api.as_(api.fresh_account(), "getCurrentUser")).answer
    person, wanted = api.people.person(api.target.profile), server_owned(api.target, about)

    outcome = api.register(person, extra={f"/{name}": value for name, value in wanted.items()})

    if survived(outcome, because=f"members about {about}").kind is not Kind.ACCEPTED:
        return
    expect(api.login(person), Kind.ACCEPTED, because=f"an account registered with members about {about}")
    profile = control(api.as_(person, "getCurrentUser")).answer
    for name, value in wanted.items():
        if value in members_called(name, profile) and value not in members_called(name, usual):
            raise ContractViolation(
                f"a registration sets {name}", expected="the default", actual="what was sent", answer=profile
            )
    if "listUsers" in api.target.operations:
        never(api.as_(person, "listUsers"), because="an account that asked to be an admin when it registered")
