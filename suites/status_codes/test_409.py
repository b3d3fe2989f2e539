"""409: the identifier is taken. One address is one account, also when twenty ask for it at once."""

from __future__ import annotations

import pytest

from contract.answers import Kind
from contract.checks import alike, status
from contract.errors import ContractViolation
from suites.rig.api import Api
from suites.rig.judging import control, expect, never

RACERS = 20
ROUNDS = 3


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
def test_of_simultaneous_registrations_of_one_address_exactly_one_succeeds(api: Api) -> None:
    """Check-then-insert makes two accounts, or a server error, where only one address was asked for."""
    racers = RACERS if conflicts(api) else api.target.profile.login_limit - 1
    for _ in range(ROUNDS):
        person = api.people.person(api.target.profile)
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
