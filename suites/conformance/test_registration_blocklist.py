"""Passwords that are long enough and yet the first to be guessed: refused with the reason, and no good ones beside."""

from __future__ import annotations

from collections.abc import Iterable

import pytest

from contract.answers import Kind
from contract.errors import ContractViolation
from contract.flows import Outcome
from contract.secret import Secret
from contract.targets.model import Target
from contract.words import user_name
from suites.rig import guessable
from suites.rig.api import Api
from suites.rig.derivation import made_up
from suites.rig.identities import Account
from suites.rig.judging import Advice, control, expect, refused_as

SAMPLE, MOST_TAKEN = 180, 18
"""Passwords made of common words that are tried, and of those that may be taken: no two lists have the same words."""
LISTS_END = 15
"""Characters from which on lists hold next to nothing, so that what is made of their words must be looked for."""


def tried(api: Api, person: Account, passwords: Iterable[str], *, most: int) -> dict[str, Outcome]:
    """Register *person* with each of *passwords*, until more than *most* were taken; return those that were."""
    taken: dict[str, Outcome] = {}
    for password in passwords:
        outcome = api.register(person, password=password)
        if outcome.kind is Kind.ACCEPTED:
            taken[password] = outcome
            person.email = api.people.email()
        else:
            refused_with_a_reason(outcome, password)
        if len(taken) > most:
            break
    return taken


def refused_with_a_reason(outcome: Outcome, password: str) -> None:
    """Judge that *outcome* is a refusal of *password*, and more than a status."""
    refused_as(Kind.INVALID_INPUT, outcome, because=f"the password '{password}'")
    if not outcome.answer.body.strip():
        raise ContractViolation(
            f"the password '{password}' is refused without the reason",
            expected="a body that says why",
            actual="none",
            answer=outcome.answer,
        )


def names_of(target: Target, person: Account) -> list[str]:
    """Return what a password of *person* must not be made of: address, user name, and the name of the service."""
    named = any("username" in step.send for step in target.operations["registerUser"].steps)
    names = [person.email, person.email.partition("@")[0], target.profile.service_name]
    return [name for name in [*names, str(user_name(target, person.email)) if named else ""] if name]


@pytest.mark.requirement("REG-08")
def test_a_password_made_of_the_names_of_account_and_service_is_refused(api: Api) -> None:
    """Whoever knows the address needs no list."""
    profile, person = api.target.profile, api.people.person(api.target.profile)

    for password in guessable.of_names(profile.password_min, names_of(api.target, person)):
        if len(password) <= profile.password_max:
            refused_with_a_reason(api.register(person, password=password), password)

    control(api.register(person))


@pytest.mark.requirement("REG-08")
def test_a_common_password_is_refused_however_long_it_was_made(api: Api) -> None:
    """Guessers begin with the lists, and with what everybody does to a word that is too short."""
    profile, person = api.target.profile, api.people.person(api.target.profile)
    longer = guessable.derived_sample(api.people.chance(), profile.password_min, SAMPLE)
    person.password = Secret(made_up(f"{person.password.reveal()} and a monkey"[-profile.password_max :]))
    expect(api.register(person), Kind.ACCEPTED, because="a long phrase with a common word in it")
    expect(api.login(person), Kind.ACCEPTED, because="a long phrase with a common word in it, just registered")

    person = api.people.person(profile)
    for password, outcome in tried(api, person, guessable.listed(profile.password_min), most=0).items():
        raise ContractViolation(
            f"'{password}', which heads the lists, is taken as a password",
            expected="a refusal",
            actual="accepted",
            answer=outcome.answer,
        )
    taken = tried(api, person, longer, most=MOST_TAKEN)

    if taken:
        unlooked_for = len(taken) > MOST_TAKEN and profile.password_min >= LISTS_END
        raise (ContractViolation if unlooked_for else Advice)(
            f"{len(taken)} passwords made of common words are taken, such as '{next(iter(taken))}'",
            expected=f"a refusal of each of {SAMPLE}, {MOST_TAKEN} at most excepted",
            actual=f"{len(taken)} accepted",
            answer=next(reversed(taken.values())).answer,
        )
