"""What a target says of how many attempts are left."""

from __future__ import annotations

import pytest

from contract.answers import Kind
from contract.checks import agreeing, quotas
from suites.rig.api import Api
from suites.rig.guessing import WRONG
from suites.rig.judging import not_applicable


@pytest.mark.requirement("ABUSE-12")
@pytest.mark.impatient
def test_what_is_said_to_remain_is_what_the_throttle_leaves(api: Api) -> None:
    """A client that paces itself by a number that means nothing is throttled, or slower than it need be."""
    account = api.fresh_account(signed_in=False)
    guesses = range(api.target.profile.login_limit + 2)

    outcomes = [api.call("loginUser", email=account.email, password=WRONG) for _ in guesses]

    answers = [outcome.answer for outcome in outcomes]
    if not any(quotas(answer) for answer in answers):
        not_applicable("the target sends no rate-limit fields")
    throttled = [outcome.answer for outcome in outcomes if outcome.kind is Kind.THROTTLED]
    if not throttled:
        not_applicable(f"{len(guesses)} failed logins are followed by no throttle (ABUSE-01)")
    agreeing(answers, throttled=throttled)
