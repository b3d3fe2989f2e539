"""Each login begins a session of its own, whatever the request carries from others."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from contract.answers import Answer, Kind
from contract.errors import ContractViolation
from contract.session import Session
from contract.targets.model import Target
from suites.rig.api import Api
from suites.rig.identities import Account
from suites.rig.judging import Advice, expect, survived


def shared(one: Session, other: Session) -> list[str]:
    """Return by name what both sessions hold that must be one's alone; cookies where they hold no other token."""
    pairs: dict[str, tuple[Any, Any]] = {
        "the access token": (one.access_token, other.access_token),
        "the refresh token": (one.refresh_token, other.refresh_token),
    }
    if not any(token for pair in pairs.values() for token in pair):
        pairs = {f"the cookie {name}": (value, other.cookies.get(name)) for name, value in one.cookies.items()}
        distinct = any(one_has != other_has for one_has, other_has in pairs.values())
        return [] if distinct else list(pairs)
    return [name for name, (one_has, other_has) in pairs.items() if one_has and one_has == other_has]


def own_session(one: Session, other: Session, answer: Answer, because: str) -> None:
    """Judge that what *answer* gave shares no token with *other*; of equal self-contained access tokens only warn."""
    for name in shared(one, other):
        self_contained = name == "the access token" and one.access_token and one.access_token.reveal().count(".") == 2
        raise (Advice if self_contained else ContractViolation)(
            f"{because} gives {name} of another session", expected="a new one", actual="the same", answer=answer
        )


LEAST_TELLING = 8  # characters of an id that does not stand in an answer by chance, as "7" does
LOGINS = 3  # a token of user and second alone is the same where two logins fall into one second: mostly


@pytest.mark.requirement("LOGIN-08")
def test_two_logins_are_two_sessions(api: Api) -> None:
    """Where they are one, signing out of a shared computer signs out everywhere, or nowhere."""
    account = api.visitor()
    first = account.session

    for _ in range(LOGINS):
        earlier = account.session
        again = expect(api.login(account), Kind.ACCEPTED, because="the right password, again")
        own_session(account.session, earlier, again.answer, "a second login")

    for session in (first, account.session):
        if "getCurrentUser" in api.target.operations:
            expect(api.call("getCurrentUser", session), Kind.ACCEPTED, because="the token of one of two sessions")
        if "refreshToken" in api.target.operations:
            expect(api.call("refreshToken", session), Kind.ACCEPTED, because="the refresh token of one of two sessions")


def proposals(target: Target, stranger: Session) -> dict[str, Mapping[str, Any]]:
    """Return what a login may carry of *stranger*, by place."""
    token = stranger.refresh_token or stranger.access_token or next(iter(stranger.cookies.values()))
    access = (stranger.access_token or token).reveal()
    return {
        "a stranger's token as a member": {"/refreshToken": token},
        "a stranger's token as session identifier": {"/sessionId": token, "query:session_id": token},
        "a stranger's token in cookies": {f"cookie:{name}": token for name in ("session", "sessionid", "sid", "token")},
        "a stranger's access token": {target.scheme.place or "header:Authorization": target.scheme.prefix + access},
    }


@pytest.mark.requirement("LOGIN-08")
def test_a_login_adopts_no_session_that_the_request_proposes(api: Api) -> None:
    """Whoever can plant a session identifier before the login has the session after it."""
    account, stranger = api.fresh_account(), api.fresh_account()
    credentials = {"email": account.email, "password": account.password}

    for what, extra in proposals(api.target, stranger.session).items():
        outcome = survived(api.call("loginUser", stranger.session, extra=extra, **credentials), because=what)
        if outcome.kind is Kind.ACCEPTED:
            own_session(outcome.session, stranger.session, outcome.answer, f"a login with {what}")
            opens_no_profile_of(stranger, api, outcome.session, what)

    if "getCurrentUser" in api.target.operations:
        expect(api.as_(stranger, "getCurrentUser"), Kind.ACCEPTED, because="the stranger's own token")
    if "refreshToken" in api.target.operations:
        expect(api.refresh(stranger), Kind.ACCEPTED, because="the stranger's own refresh token")


def opens_no_profile_of(stranger: Account, api: Api, session: Session, what: str) -> None:
    """Judge that *session*, of a login with *what*, opens a profile, and not that of *stranger*."""
    if "getCurrentUser" not in api.target.operations:
        return
    profile = expect(api.call("getCurrentUser", session), Kind.ACCEPTED, because=f"the token of a login with {what}")
    text = profile.answer.body.decode("utf-8", "replace")
    telling = [stranger.email, *([stranger.user_id] if len(stranger.user_id) >= LEAST_TELLING else [])]
    if any(said in text for said in telling if said):
        raise ContractViolation(
            f"a login with {what} opens the stranger's profile",
            expected="the profile of who logged in",
            actual="the stranger's",
            answer=profile.answer,
        )
