"""Refresh and logout: a token is exchanged once, and what is ended stays ended."""

from __future__ import annotations

import pytest

from contract.answers import Kind
from contract.errors import ContractViolation
from suites.rig.api import Api
from suites.rig.identities import Account
from suites.rig.judging import control, expect, never, not_applicable, refused_as


@pytest.mark.requirement("SESS-01")
def test_a_refresh_gives_a_working_pair_and_another_refresh_token(api: Api) -> None:
    """A refresh token that never changes is a password that nobody chose."""
    account = api.visitor()
    old = account.session.refresh_token

    outcome = expect(api.refresh(account), Kind.ACCEPTED, because="a live refresh token")

    if account.session.refresh_token == old:
        raise ContractViolation(
            "the refresh token is not rotated",
            expected="another refresh token",
            actual="the same one, or none",
            answer=outcome.answer,
        )
    expect(api.as_(account, "getCurrentUser"), Kind.ACCEPTED, because="the new access token")
    expect(api.refresh(account), Kind.ACCEPTED, because="the new refresh token")


@pytest.mark.requirement("SESS-02")
def test_an_exchanged_refresh_token_is_refused(api: Api) -> None:
    """Whoever stole a spent token must get nothing for it."""
    account = api.visitor()
    spent = account.session
    control(api.refresh(account))
    api.outlive_the_grace()

    never(api.refresh_with(spent), because="a refresh token that was already exchanged")


@pytest.mark.requirement("SESS-03")
def test_a_replayed_refresh_token_ends_its_family_and_no_other(api: Api) -> None:
    """The thief or the owner holds the newest token; nobody can tell which, so it must die."""
    account, bystander = api.visitor(), api.fresh_account()
    spent = account.session
    control(api.refresh(account))
    if account.session.refresh_token == spent.refresh_token:
        not_applicable("the target does not rotate (SESS-01)")
    api.outlive_the_grace()
    api.refresh_with(spent)  # whether this is refused is SESS-02's question

    never(api.refresh(account), because="the successor of a replayed refresh token")

    expect(api.refresh(bystander), Kind.ACCEPTED, because="another user's refresh token")


@pytest.mark.requirement("SESS-07")
def test_logout_kills_the_refresh_token_of_its_session_only(api: Api) -> None:
    """Who signs out on a shared computer wants it to be true."""
    account = api.visitor()
    ended = account.session
    control(api.login(account))
    control(api.call("logoutUser", ended))

    never(api.refresh_with(ended), because="the refresh token of an ended session")

    expect(api.refresh(account), Kind.ACCEPTED, because="the user's other session")


@pytest.mark.requirement("SESS-10")
def test_disabling_an_account_ends_its_sessions_at_once(api: Api, admin: Account) -> None:
    """Who was dismissed an hour ago must not still be reading the mail."""
    if not any("disabled" in step.send for step in api.target.operations["updateUser"].steps):
        not_applicable("its updateUser cannot disable an account")
    account, refreshes = api.fresh_account(), "refreshToken" in api.target.operations
    control(api.as_(account, "getCurrentUser"))
    if refreshes:
        control(api.refresh(account))
    user_id = api.id_of(account)

    control(api.as_(admin, "updateUser", userId=user_id, disabled=True))

    profile = never(api.as_(account, "getCurrentUser"), because="the access token of a disabled account")
    if refreshes:
        never(api.refresh(account), because="the refresh token of a disabled account")
    refused_as(Kind.REFUSED_TOKEN, profile, because="the access token of a disabled account")
