"""429: enough for now. Guessing is slowed down for everybody, and only for the account that is guessed at."""

from __future__ import annotations

import pytest

from contract.answers import Kind
from contract.checks import status
from suites.rig.api import Api
from suites.rig.judging import control, expect


@pytest.mark.requirement("ABUSE-01")
@pytest.mark.impatient
def test_after_the_limit_of_failed_logins_the_next_is_429(api: Api) -> None:
    """Without a limit a password of eight letters falls over a weekend."""
    account = api.fresh_account(signed_in=False)
    bystander = api.fresh_account(signed_in=False)
    profile = api.target.profile

    for _ in range(profile.login_limit):
        expect(
            api.call("loginUser", email=account.email, password="not the password"),
            Kind.REFUSED_CREDENTIALS,
            because="a wrong password, within the limit",
        )
    throttled = api.call("loginUser", email=account.email, password="not the password")

    status(throttled.answer, *profile.throttle_status)
    control(api.login(bystander))
