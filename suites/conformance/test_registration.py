"""Becoming a user."""

from __future__ import annotations

import pytest

from contract.answers import Kind
from contract.checks import status
from contract.errors import ContractViolation
from suites.rig.api import Api
from suites.rig.judging import expect


@pytest.mark.requirement("REG-01")
def test_a_valid_registration_answers_201_and_the_account_can_log_in(api: Api) -> None:
    """An account that nobody can find or open was not created."""
    account = api.people.person(api.target.profile)

    outcome = expect(api.register(account), Kind.ACCEPTED, because="fresh, valid input")

    status(outcome.answer, *([201] if api.target.speaks_contract else [200, 201]))
    if not account.user_id and not outcome.answer.header("location"):
        raise ContractViolation(
            "the new account is not identified",
            expected="its id in the body, or a Location",
            actual="neither",
            answer=outcome.answer,
        )
    expect(api.login(account), Kind.ACCEPTED, because="the password just registered")
