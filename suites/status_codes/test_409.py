"""409: the identifier is taken. One address is one account, also when twenty ask for it at once."""

from __future__ import annotations

import pytest

from contract.answers import Kind
from contract.checks import alike, status
from contract.errors import ContractViolation
from suites.rig.api import Api
from suites.rig.identities import Account
from suites.rig.judging import control, expect, never
from suites.rig.listing import mentions

CROWDS = (20, *[4] * 15)
"""
How many race in each round. A server hashes as many passwords at a time as it has cores, so that of a crowd only the
first few reach the insert together: many small rounds find a window of 2 ms more surely than one large one.
"""


def conflicts(api: Api) -> bool:
    """Whether the target says that an address is taken, in place of answering as for a new one."""
    return api.target.profile.duplicate_registration != "neutral"


@pytest.mark.requirement("REG-02")
def test_registering_a_taken_address_is_a_conflict_and_changes_nothing(api: Api) -> None:
    """Whoever registers second must not get, nor change, the first one's account."""
    first = api.people.person(api.target.profile)
    accepted = control(api.register(first))
    second_password = api.people.password(api.target.profile)

    second = api.call("registerUser", email=first.email, password=second_password)

    if conflicts(api):
        documented = api.target.profile.duplicate_registration
        status(second.answer, documented if isinstance(documented, int) else 409)
    else:
        alike(accepted.answer, second.answer)
    never(api.call("loginUser", email=first.email, password=second_password), because="the second one's password")
    control(api.login(first))


@pytest.mark.requirement("REG-04")
def test_of_simultaneous_registrations_of_one_address_exactly_one_succeeds(
    api: Api, request: pytest.FixtureRequest
) -> None:
    """Check-then-insert makes two accounts, or a server error, where only one address was asked for."""
    # Where each racer's password is tried, the throttle limits their number.
    most = CROWDS[0] if conflicts(api) else api.target.profile.login_limit - 1
    addresses = []
    for racers in (min(crowd, most) for crowd in CROWDS):
        person = api.people.person(api.target.profile)
        addresses.append(person.email)
        passwords = [api.people.password(api.target.profile) for _ in range(racers)]
        outcomes = api.race_to_register(person.email, passwords)

        accepted = [index for index, outcome in enumerate(outcomes) if outcome.kind is Kind.ACCEPTED]
        for outcome in outcomes:
            expect(outcome, Kind.ACCEPTED, Kind.CONFLICT)
        if conflicts(api) and len(accepted) != 1:
            raise ContractViolation(
                f"of {racers} simultaneous registrations of one address {len(accepted)} succeeded",
                expected=f"1 accepted, {racers - 1} conflicts",
                actual=f"{len(accepted)} accepted, {racers - len(accepted)} conflicts",
                answer=outcomes[accepted[-1] if accepted else 0].answer,
            )
        candidates = accepted if conflicts(api) else range(racers)
        able = [
            i
            for i in candidates
            if api.call("loginUser", email=person.email, password=passwords[i]).kind is Kind.ACCEPTED
        ]
        assert len(able) == 1, f"{len(able)} of the passwords log in, where one registration was accepted"

    if not conflicts(api) and "admin" in api.target.facilities and "listUsers" in api.target.operations:
        each_listed_once(api, request.getfixturevalue("admin"), addresses)


def each_listed_once(api: Api, admin: Account, addresses: list[str]) -> None:
    """Judge that an admin sees one account for each of *addresses*: a login alone finds the first of several."""
    twin = api.fresh_account(signed_in=False)
    named = mentions(api, admin, (*addresses, twin.email))
    most = max(named[address] for address in addresses)
    if named[twin.email] and most > named[twin.email]:
        raise ContractViolation(
            "simultaneous registrations of one address made several accounts",
            expected=f"an address stands in the list of users as often as another account's, {named[twin.email]} times",
            actual=f"{most} times",
        )
