"""What a new password does to the sessions that were open, and what it must leave as it is."""

from __future__ import annotations

import pytest

from contract.answers import Kind
from contract.secret import Secret
from contract.session import Session
from suites.rig.api import Api
from suites.rig.identities import Account
from suites.rig.judging import Advice, control, expect, never
from suites.rig.outbox import Outbox, asked_for_reset
from suites.rig.token_shapes import token_shaped


def two_sessions(api: Api) -> tuple[Account, Session]:
    """Return an account that is signed in, and another session of it; both have been seen to work."""
    account = api.fresh_account()
    other = account.session
    control(api.login(account))
    control(api.as_(account, "getCurrentUser"))
    control(api.call("getCurrentUser", other))
    return account, other


def ended(api: Api, session: Session, because: str) -> None:
    """Judge that *session* opens nothing any more."""
    never(api.call("getCurrentUser", session), because=f"an access token from {because}")
    if "refreshToken" in api.target.operations:
        never(api.refresh_with(session), because=f"a refresh token from {because}")


@pytest.mark.requirement("RST-07")
@pytest.mark.feature("reset")
def test_a_reset_ends_the_sessions_that_were_open(api: Api, outbox: Outbox) -> None:
    """Who resets the password to shut a thief out must not leave him signed in."""
    account, other = two_sessions(api)
    mailed = asked_for_reset(api, outbox, account)
    new = api.people.password(api.target.profile)

    control(api.call("confirmPasswordReset", newPassword=new, **mailed))

    for session in (account.session, other):
        ended(api, session, because="before the reset")
    control(api.login(account, password=new))
    control(api.as_(account, "getCurrentUser"))


@pytest.mark.requirement("RST-07")
@pytest.mark.feature("password-change")
def test_a_password_change_ends_the_other_sessions(api: Api) -> None:
    """The same holds for who knew the old password and changes it."""
    account, other = two_sessions(api)
    old, new = account.password, api.people.password(api.target.profile)

    control(api.as_(account, "changePassword", currentPassword=old, newPassword=new))

    ended(api, other, because="another session, before the change")
    control(api.login(account, password=new))
    control(api.as_(account, "getCurrentUser"))


@pytest.mark.requirement("RST-08")
def test_a_reset_does_not_get_around_the_second_factor(api: Api, outbox: Outbox) -> None:
    """Whoever can read the mails would need no phone, and the second factor would be none."""
    account = api.with_mfa(api.fresh_account())
    new = api.people.password(api.target.profile)
    control(api.login(account), Kind.CHALLENGED)
    mailed = asked_for_reset(api, outbox, account)

    redeemed = control(api.call("confirmPasswordReset", newPassword=new, **mailed))

    if "getCurrentUser" in api.target.operations:
        never(api.call("getCurrentUser", redeemed.session), because="the session of a reset")
        for token in token_shaped(redeemed.answer, besides=(redeemed.session.csrf,)):
            never(api.with_token(account, Secret(token)), because="a token-shaped text from the answer to a reset")
            if any(token in cookie.reveal() for cookie in redeemed.session.cookies.values()):
                continue  # of a session, as anybody is given, to which nobody has signed in
            raise Advice(
                "the answer to a reset has something that looks like a token",
                expected="no token",
                actual="a token-shaped text that opens nothing",
                answer=redeemed.answer,
            )
    expect(api.login(account, password=new), Kind.CHALLENGED, because="the password just redeemed")
    code = account.unused_code(api.target.profile, api.now())
    control(api.as_(account, "verifyMfa", code=code))
