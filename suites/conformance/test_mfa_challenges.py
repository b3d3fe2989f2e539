"""Challenges: one account's, for a few minutes, for one login."""

from __future__ import annotations

import pytest

from contract.answers import Kind
from suites.rig.api import Api
from suites.rig.clock import Clock
from suites.rig.judging import control, never
from suites.rig.second_factors import fresh_code

MINUTES_AT_MOST_S = 600  # OWASP ASVS 5.0, 6.6.2: out-of-band codes live for ten minutes at most
LEEWAY_S = 60  # what verifiers of signed challenges let clocks differ by
OWN_IDS = ("/userId", "/user_id", "/id", "/sub")
OWN_ADDRESSES = ("/email", "/username", "/login")


@pytest.mark.requirement("MFA-08")
def test_a_challenge_completes_no_login_past_its_lifetime(clock: Clock) -> None:
    """The half-open door of a shared computer must close by itself, or the code alone is enough for the next user."""
    api = clock.api
    account = api.with_mfa(api.fresh_account())
    control(api.login(account), Kind.CHALLENGED)
    late = account.session

    clock.advance(min(api.target.profile.challenge_lifetime_s, MINUTES_AT_MOST_S) + LEEWAY_S)

    code = fresh_code(api, account)
    never(api.call("verifyMfa", late, code=code), because="the right code, past the lifetime of its challenge")
    control(api.login(account), Kind.CHALLENGED)
    control(api.as_(account, "verifyMfa", code=code))


@pytest.mark.requirement("MFA-08")
def test_a_challenge_completes_one_login_only(clock: Clock) -> None:
    """A challenge that was read along must be worth nothing once its owner is in."""
    api = clock.api
    account = api.with_mfa(api.fresh_account())
    control(api.login(account), Kind.CHALLENGED)
    spent = account.session
    control(api.as_(account, "verifyMfa", code=fresh_code(api, account)))
    clock.advance(api.target.profile.code_step_s)

    code = fresh_code(api, account)
    never(api.call("verifyMfa", spent, code=code), because="a fresh right code, to a challenge that was completed")
    control(api.login(account), Kind.CHALLENGED)
    control(api.as_(account, "verifyMfa", code=code))


@pytest.mark.requirement("MFA-09")
def test_a_challenge_is_completed_by_its_own_account_only(api: Api) -> None:
    """Who has one password and an account of his own would need nobody's authenticator but his own."""
    owner, stranger = api.fresh_account(), api.fresh_account()
    knows_ids = bool(stranger.user_id) or "getCurrentUser" in api.target.operations
    stranger_id = api.id_of(stranger) if knows_ids else ""
    for each in (owner, stranger):
        api.with_mfa(each)
    code = fresh_code(api, stranger)
    attempts: dict[str, dict[str, str]] = {
        "": {},
        ", and the latter's address": dict.fromkeys(OWN_ADDRESSES, stranger.email),
        **({", and the latter's id": dict.fromkeys(OWN_IDS, stranger_id)} if knows_ids else {}),
    }

    for named, extra in attempts.items():
        control(api.login(owner), Kind.CHALLENGED)
        email = {"email": stranger.email} if extra else {}
        outcome = api.as_(owner, "verifyMfa", code=code, extra=extra, **email)
        never(outcome, because=f"one account's challenge, another's right code{named}")

    control(api.login(stranger), Kind.CHALLENGED)
    control(api.as_(stranger, "verifyMfa", code=code))
    control(api.login(owner), Kind.CHALLENGED)
    control(api.as_(owner, "verifyMfa", code=fresh_code(api, owner)))
