"""Each kind of token opens its own door: every one is shown at those of the others, and then at its own."""

from __future__ import annotations

from dataclasses import replace

import pytest

from contract.answers import Kind
from contract.flows import Outcome
from contract.secret import Secret
from contract.session import Session
from suites.rig.api import Api
from suites.rig.authorization_field import without_credentials
from suites.rig.identities import Account
from suites.rig.judging import control, never, not_applicable
from suites.rig.outbox import Outbox, asked_for_reset


def opens_nothing_else(api: Api, session: Session, token: Secret | None, kind: str, *, but: str = "") -> None:
    """Judge that *token* neither opens the profile nor is exchanged for a new one, except at the operation *but*."""
    if token is None:
        not_applicable(f"its sessions have no {kind}")
    shown = replace(without_credentials(session), access_token=token)
    if but != "getCurrentUser":
        never(api.call("getCurrentUser", shown), because=f"a {kind} as access token")
    if but != "refreshToken":
        never(api.call("refreshToken", refreshToken=token), because=f"a {kind} as refresh token")


@pytest.mark.requirement("TOK-16")
def test_access_and_refresh_token_do_not_stand_in_for_each_other(api: Api) -> None:
    """A refresh token that opens the profile is an access token that lives for a month."""
    account = api.visitor()
    session = account.session

    opens_nothing_else(api, session, session.refresh_token, "refresh token", but="refreshToken")
    opens_nothing_else(api, session, session.access_token, "access token", but="getCurrentUser")

    control(api.as_(account, "getCurrentUser"))
    control(api.refresh(account))


@pytest.mark.requirement("TOK-16")
@pytest.mark.feature("mfa")
def test_a_challenge_is_good_for_the_second_factor_only_and_nothing_else_is(api: Api) -> None:
    """A challenge is half a login; taken for a whole one, it makes the second factor decoration."""
    account = api.fresh_account()
    signed_in = account.session
    code = challenged(api, account)

    opens_nothing_else(api, account.session, account.session.challenge, "challenge")
    for kind, token in {"access token": signed_in.access_token, "refresh token": signed_in.refresh_token}.items():
        if token:
            never(verified(api, account, token, code), because=f"{kind} and right code, in place of the challenge")

    control(api.as_(account, "verifyMfa", code=code))


@pytest.mark.requirement("TOK-16")
@pytest.mark.feature("reset")
def test_a_reset_token_is_good_for_a_reset_only_and_nothing_else_is(api: Api, outbox: Outbox) -> None:
    """Reset tokens are mailed and stay in mailboxes; there they must not be keys to anything else."""
    account = api.fresh_account()
    others = {"an access token": account.session.access_token, "a refresh token": account.session.refresh_token}
    code = None
    if "mfa" in api.target.features:
        code = challenged(api, account)
        others["a challenge"] = account.session.challenge
    mailed = asked_for_reset(api, outbox, account)
    password = api.people.password(api.target.profile)

    opens_nothing_else(api, account.session, mailed["token"], "reset token")
    if code:
        never(verified(api, account, mailed["token"], code), because="a reset token and the right code")
    for kind, token in others.items():
        if token:
            never(api.call("confirmPasswordReset", **{**mailed, "token": token}, newPassword=password), because=kind)

    control(api.call("confirmPasswordReset", **mailed, newPassword=password))


def challenged(api: Api, account: Account) -> Secret:
    """Turn the second factor of *account* on and begin a login; return the code that would complete it."""
    control(api.login(api.with_mfa(account)), Kind.CHALLENGED)
    return account.unused_code(api.target.profile, api.now())


def verified(api: Api, account: Account, token: Secret, code: Secret) -> Outcome:
    """Complete the login of *account* with *token* in place of its challenge."""
    return api.call("verifyMfa", replace(account.session, challenge=token), code=code)
