"""What may be stored, by whom, and what the browser is told to beware of."""

from __future__ import annotations

import pytest

from contract.answers import Answer
from contract.checks import no_store, security_headers
from suites.rig.api import Api
from suites.rig.judging import control, not_applicable
from suites.rig.passive import carries_secrets


@pytest.mark.requirement("DATA-01")
def test_answers_that_carry_secrets_forbid_storing(api: Api) -> None:
    """A token in a shared cache is everybody's token."""
    account = api.people.person(api.target.profile)
    outcomes = [control(api.register(account)), control(api.login(account))]
    for operation in ("getCurrentUser", "setupMfa"):
        if operation in api.target.operations:
            outcomes.append(control(api.as_(account, operation)))
    if "refreshToken" in api.target.operations:
        outcomes.append(control(api.refresh(account)))

    for outcome in outcomes:
        if carries_secrets(outcome.answer):
            no_store(outcome.answer)


@pytest.mark.requirement("DATA-06")
def test_the_baseline_security_headers_are_on_every_answer(api: Api, answers: list[Answer]) -> None:
    """Headers set by handlers are missing where no handler ran: on errors, where they are wanted most."""
    if api.target.profile.security_headers == "gateway":
        not_applicable("the profile says that a gateway sets them")
    for answer in answers:
        security_headers(answer)
