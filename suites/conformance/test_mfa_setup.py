"""Turning the second factor on: in two steps, of which the first changes nothing."""

from __future__ import annotations

import pytest

from contract.answers import Kind
from suites.rig.api import Api
from suites.rig.judging import control, expect, never


@pytest.mark.requirement("MFA-11")
def test_a_set_up_changes_nothing_until_a_right_code_confirms_it(api: Api) -> None:
    """Who breaks a set-up off has no authenticator yet, and would never get in again."""
    account = api.fresh_account()
    profile, who = api.target.profile, {"email": account.email, "password": account.password}
    account.enrolled(control(api.as_(account, "setupMfa")).session)
    expect(api.call("loginUser", **who), Kind.ACCEPTED, because="the right password, after a set-up was begun")

    wrong = account.wrong_codes(profile, api.now())[0]
    never(api.as_(account, "verifyMfaSetup", code=wrong), because="a wrong code")
    expect(api.call("loginUser", **who), Kind.ACCEPTED, because="the right password, after a wrong confirmation")

    control(api.as_(account, "verifyMfaSetup", code=account.unused_code(profile, api.now())))
    control(api.call("loginUser", **who), Kind.CHALLENGED)
