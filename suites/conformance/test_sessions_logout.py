"""Logout ends the session, whatever of it is shown afterwards and however that is spelled."""

from __future__ import annotations

from dataclasses import replace

import pytest

from contract.answers import Request
from contract.secret import Secret
from contract.session import Session
from suites.rig.api import Api
from suites.rig.authorization_field import field_word, saying, uses_field
from suites.rig.forge import padded, with_other_unused_bits
from suites.rig.judging import control, never


@pytest.mark.requirement("SESS-08")
def test_logout_kills_the_access_token_in_every_spelling(api: Api) -> None:
    """Who signs out because the token was seen by somebody wants it dead now, and not at the end of its hour."""
    account = api.fresh_account()
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


def spellings(session: Session) -> dict[str, Session]:
    """Return *session* with its access token in each spelling that decodes to the same token."""
    found = {"the access token": session}
    token = session.access_token.reveal() if session.access_token else ""
    if token.count(".") == 2:
        others = {"the token with other unused bits": with_other_unused_bits(token), "the padded token": padded(token)}
        found |= {how: replace(session, access_token=Secret(text)) for how, text in others.items() if text != token}
    return found
