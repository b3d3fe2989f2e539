"""Logout ends the session, whatever of it is shown afterwards and however that is spelled."""

from __future__ import annotations

from dataclasses import replace

import pytest

from contract.answers import Kind, Request
from suites.rig.access_tokens import spellings
from suites.rig.api import Api
from suites.rig.authorization_field import field_word, saying, uses_field
from suites.rig.judging import control, expect, never, not_applicable
from suites.rig.valid_calls import UNKNOWN


@pytest.mark.requirement("SESS-08")
def test_logout_kills_the_access_token_in_every_spelling(api: Api) -> None:
    """Who signs out because the token was seen by somebody wants it dead now, and not at the end of its hour."""
    account = api.visitor()
    control(api.as_(account, "getCurrentUser"))
    ended = account.session
    control(api.as_(account, "logoutUser"))

    lifetime = ended.values.get("expiresIn", "unknown")
    for spelling, session in spellings(ended).items():
        because = f"{spelling} of an ended session (announced lifetime in seconds: {lifetime})"
        never(api.call("getCurrentUser", session), because=because)
    if uses_field(api.target) and ended.access_token:
        value = f"{field_word(api.target).swapcase()} {ended.access_token.reveal()}"

        def respelled(request: Request) -> Request:
            return saying(request, value)

        outcome = api.call("getCurrentUser", ended, mutate=respelled)
        never(outcome, because="the access token of an ended session, its scheme in other letter case")


@pytest.mark.requirement("SESS-09")
def test_signing_out_of_what_has_ended_is_no_error(api: Api) -> None:
    """Who has two windows open signs out in both, and is to see neither a crash nor an alarm."""
    account = api.visitor()
    ended, takes_access = account.session, api.target.operations["logoutUser"].steps[-1].auth == "session"
    control(api.call("logoutUser", ended))
    unknown = replace(ended, access_token=UNKNOWN if ended.access_token else None, refresh_token=UNKNOWN)

    outcomes = {
        "a session that was signed out": api.call("logoutUser", ended),
        "a session that was signed out twice": api.call("logoutUser", ended),
        "tokens that nobody was given": api.call("logoutUser", unknown),
    }

    for what, outcome in outcomes.items():
        expect(outcome, Kind.ACCEPTED, *([Kind.REFUSED_TOKEN] if takes_access else []), because=what)


@pytest.mark.requirement("SESS-09")
def test_signing_out_with_an_unknown_refresh_token_is_no_error(api: Api) -> None:
    """A client that lost count of its tokens wants to be signed out, and is."""
    if not any("refreshToken" in step.send for step in api.target.operations["logoutUser"].steps):
        not_applicable("its logout takes no refresh token")
    account = api.visitor()

    outcome = api.call("logoutUser", replace(account.session, refresh_token=UNKNOWN))

    expect(outcome, Kind.ACCEPTED, because="a refresh token that nobody was given")
    control(api.login(account))
    control(api.as_(account, "logoutUser"))
