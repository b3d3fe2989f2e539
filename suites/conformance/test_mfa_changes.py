"""Turning the second factor off, or replacing it: with more than a session, and then wholly."""

from __future__ import annotations

import pytest

from contract.answers import Kind
from suites.rig.api import Api
from suites.rig.clock import Clock
from suites.rig.identities import Account
from suites.rig.judging import control, expect, never, not_applicable, survived
from suites.rig.second_factors import fresh_code, turned_off, wrong_proofs

AN_OLD_SESSION_S = 1800


def can_be_turned_off(api: Api) -> None:
    """End the test where the target has no way to turn the second factor off."""
    if "disableMfa" not in api.target.operations:
        not_applicable("the target has no disableMfa")


def needs_fresh_proof(api: Api, account: Account, session: str) -> None:
    """Judge that *account*, whose *session* is of that age, cannot take its second factor off without proof."""
    for what, proof in wrong_proofs(api, account).items():
        never(api.as_(account, "disableMfa", **proof), because=f"{what}, of {session}")
    begun = survived(api.as_(account, "setupMfa"), because=f"{session}, the second factor being on")
    if begun.kind is Kind.ACCEPTED:
        replacing = Account(account.email, account.password, account.session)
        replacing.enrolled(begun.session)
        outcome = api.as_(replacing, "verifyMfaSetup", code=fresh_code(api, replacing))
        never(outcome, because=f"a secret in place of the one in force, by {session} alone")

    expect(api.login(account), Kind.CHALLENGED, because="the right password, after attempts on the second factor")
    code = fresh_code(api, account)
    expect(api.as_(account, "verifyMfa", code=code), Kind.ACCEPTED, because="a code of the secret in force")
    turned_off(api, account)


@pytest.mark.requirement("MFA-12")
def test_a_session_alone_takes_no_second_factor_off(api: Api) -> None:
    """Whoever finds a browser signed in would lock its owner out for good, with an authenticator of his own."""
    can_be_turned_off(api)
    if api.target.profile.reauthentication_s:
        not_applicable("a session as fresh as this is proof enough here (reauthentication_s)")
    needs_fresh_proof(api, api.with_mfa(api.fresh_account()), "a fresh session")


@pytest.mark.requirement("MFA-12")
def test_an_old_session_alone_takes_no_second_factor_off(clock: Clock) -> None:
    """A password that was typed in this morning says little of who sits there now."""
    api = clock.api
    can_be_turned_off(api)
    account = api.with_mfa(api.fresh_account())

    clock.advance(max(AN_OLD_SESSION_S, api.target.profile.reauthentication_s + 1))

    if "refresh" in api.target.features:
        control(api.refresh(account))
    needs_fresh_proof(api, account, "an old session")


@pytest.mark.requirement("MFA-13")
def test_what_was_enrolled_before_completes_no_login(api: Api) -> None:
    """A phone is given away after its owner has moved to a new one, and whoever has it still holds the old secret."""
    can_be_turned_off(api)
    account = api.fresh_account()
    old = api.with_mfa(Account(account.email, account.password, account.session))
    turned_off(api, old)
    account.session = old.session
    api.with_mfa(account)
    proofs = {"a code of the secret before": {"code": fresh_code(api, old)}}
    if "backup-codes" in api.target.features:
        proofs["a backup code of the set-up before"] = {"backupCode": old.backup_codes[0]}

    for what, proof in proofs.items():
        control(api.login(account), Kind.CHALLENGED)
        never(api.as_(account, "verifyMfa", **proof), because=what)

    control(api.login(account), Kind.CHALLENGED)
    control(api.as_(account, "verifyMfa", code=fresh_code(api, account)))


@pytest.mark.requirement("MFA-13")
def test_a_secret_of_a_set_up_that_was_begun_anew_completes_no_login(api: Api) -> None:
    """Who was shown the first secret, in a meeting or by a page left open, must not hold a key to the account."""
    account = api.fresh_account()
    abandoned = Account(account.email, account.password)
    abandoned.enrolled(control(api.as_(account, "setupMfa")).session)
    api.with_mfa(account)
    if account.otp == abandoned.otp:
        not_applicable("a set-up that is begun anew shows the same secret (MFA-10)")

    control(api.login(account), Kind.CHALLENGED)
    code = abandoned.code(api.target.profile, api.now())
    never(api.as_(account, "verifyMfa", code=code), because="a code of a secret that was never confirmed")

    control(api.login(account), Kind.CHALLENGED)
    control(api.as_(account, "verifyMfa", code=fresh_code(api, account)))
