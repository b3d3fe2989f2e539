"""The second factor: nothing before it, and each code once."""

from __future__ import annotations

from dataclasses import replace

import pytest

from contract.answers import Kind
from contract.secret import Secret
from suites.rig.api import Api
from suites.rig.judging import Advice, control, expect, never, refused_as
from suites.rig.token_shapes import token_shaped
from suites.rig.valid_calls import SECURED, takes_access_token, valid_call


@pytest.mark.requirement("MFA-01")
def test_with_mfa_on_the_right_password_yields_only_a_challenge(api: Api) -> None:
    """A second factor that is asked for after the tokens were handed out is decoration."""
    account = api.with_mfa(api.fresh_account())
    profile = api.target.profile

    outcome = expect(api.login(account), Kind.CHALLENGED, because="the right password and a second factor")

    for token in token_shaped(outcome.answer, besides=(outcome.session.challenge, outcome.session.csrf)):
        never(api.with_token(account, Secret(token)), because="a token-shaped text from beside the challenge")
        raise Advice(
            "the challenge is accompanied by something that looks like a token",
            expected="a challenge and nothing else",
            actual="a token-shaped text that opens nothing",
            answer=outcome.answer,
        )
    code = account.unused_code(profile, api.now())
    control(api.as_(account, "verifyMfa", code=code))


@pytest.mark.requirement("MFA-02")
def test_a_challenge_opens_nothing_but_the_second_factor(api: Api) -> None:
    """Who has stolen the password alone would come in by the half-open door, or take the second lock off."""
    account = api.fresh_account()
    secured = [each for each in SECURED if each in api.target.operations and takes_access_token(api.target, each)]
    calls = [valid_call(operation, api, account) for operation in secured]
    api.with_mfa(account)
    control(api.login(account), Kind.CHALLENGED)
    half_open = replace(account.session, access_token=account.session.challenge)

    refusals = [
        never(api.call(each.operation, half_open, **each.inputs), because="a challenge as the token") for each in calls
    ]
    if half_open.challenge and "refreshToken" in api.target.operations:
        exchanged = api.call("refreshToken", half_open, refreshToken=half_open.challenge)
        refusals.append(never(exchanged, because="a challenge as the refresh token"))

    for outcome in refusals:
        refused_as(Kind.REFUSED_TOKEN, outcome, because="a challenge")
    code = account.unused_code(api.target.profile, api.now())
    control(api.as_(account, "verifyMfa", code=code))


@pytest.mark.requirement("MFA-04")
def test_a_code_completes_one_login_only(api: Api) -> None:
    """A code seen over a shoulder is worth nothing once it was used."""
    account = api.with_mfa(api.fresh_account())
    control(api.login(account), Kind.CHALLENGED)
    code = account.unused_code(api.target.profile, api.now())
    control(api.as_(account, "verifyMfa", code=code))

    control(api.login(account), Kind.CHALLENGED)
    never(api.as_(account, "verifyMfa", code=code), because="a code that completed a login before")


@pytest.mark.requirement("MFA-04")
def test_the_code_that_confirmed_the_setup_does_not_log_in(api: Api) -> None:
    """The same code counts once, whatever it is used for."""
    account = api.fresh_account()
    setup = control(api.as_(account, "setupMfa"))
    account.enrolled(setup.session)
    code = account.unused_code(api.target.profile, api.now())
    control(api.as_(account, "verifyMfaSetup", code=code))

    control(api.login(account), Kind.CHALLENGED)
    never(api.as_(account, "verifyMfa", code=code), because="the code that confirmed the set-up")

    next_code = account.unused_code(api.target.profile, api.now())
    control(api.as_(account, "verifyMfa", code=next_code))
