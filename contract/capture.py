"""What an identity takes along from an answer: tokens, cookies, and whatever else its flow needs later."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import unquote

from contract.answers import Answer, Kind
from contract.cookies import deleted_cookies, kept
from contract.places import read
from contract.secret import Secret
from contract.session import Session
from contract.targets.model import Step, Target

TAKEN_ALONG = frozenset({Kind.ACCEPTED, Kind.CHALLENGED, Kind.PENDING})
"""Kinds of answer whose captures count: a member "token" of a refusal says what was wrong with it."""

OPEN = frozenset(
    "userId email username displayName role disabled mfaEnabled createdAt tokenType expiresIn next after".split()
)
"""Words that are no secrets; the value of every other word is one."""

_TOKENS: Mapping[str, Callable[[Session, Secret], Session]] = {
    "accessToken": lambda session, token: replace(session, access_token=token),
    "refreshToken": lambda session, token: replace(session, refresh_token=token),
    "sessionToken": lambda session, token: replace(session, challenge=token),
    "csrf": lambda session, token: replace(session, csrf=token),
}


def capture(target: Target, step: Step, session: Session, answer: Answer, kind: Kind) -> Session:
    """
    Return *session* as *answer*, which is of *kind*, leaves it.

    Cookies are kept on every answer, and so is what the scheme's `renew` names; the captures of *step* only where the
    answer lets the flow go on. What is not there leaves the session as it was, but for a CSRF token whose cookie the
    answer deletes: that one is gone. A capture to "header:NAME" is sent in that header from then on. `expiresIn` is
    seconds, whatever the target's unit.
    """
    captures = {**target.scheme.renew, **(_meant(step.capture, kind) if kind in TAKEN_ALONG else {})}
    session = replace(session, cookies=kept(session.cookies, answer))
    if session.csrf is not None and captures.get("csrf", "").removeprefix("cookie:") in deleted_cookies(answer):
        session = replace(session, csrf=None)
    for word, place in captures.items():
        if (value := read(answer, place)) is not None:
            session = _keep(target, session, word, place, value)
    if "accessToken" in captures and kind is Kind.ACCEPTED and session.access_token is not None:
        session = replace(session, challenge=None)
    return session


def _meant(captures: Mapping[str, str], kind: Kind) -> Mapping[str, str]:
    """Return *captures* without one of two words for one place: what a challenge has there is no access token yet."""
    if "accessToken" not in captures or captures["accessToken"] != captures.get("sessionToken"):
        return captures
    other = "sessionToken" if kind is Kind.ACCEPTED else "accessToken"
    return {word: place for word, place in captures.items() if word != other}


def signed_out(session: Session) -> Session:
    """Return *session* without tokens, challenge and extra headers; its cookies are the server's to delete."""
    return replace(session, access_token=None, refresh_token=None, challenge=None, headers={})


def _keep(target: Target, session: Session, word: str, place: str, value: Any) -> Session:
    if word.startswith("header:"):
        return replace(session, headers={**session.headers, word.removeprefix("header:"): Secret(str(value))})
    if word in _TOKENS:
        return _TOKENS[word](session, Secret(_token(target, word, place, value))) if isinstance(value, str) else session
    return replace(session, values={**session.values, word: _value(target, word, value)})


def _token(target: Target, word: str, place: str, value: str) -> str:
    """Return the token alone: without the scheme's word before it in a header; a CSRF cookie decoded, as scripts do."""
    prefix = target.scheme.prefix
    if word == "accessToken" and place.startswith("header:") and value.lower().startswith(prefix.lower()):
        return value[len(prefix) :]
    if word == "csrf" and place.startswith("cookie:"):
        return unquote(value)
    return value


def _value(target: Target, word: str, value: Any) -> Any:
    if word == "expiresIn":
        return _seconds(value, target.profile.lifetime_unit)
    return value if word in OPEN else _hidden(value)


def _seconds(value: Any, unit: str) -> Any:
    """Return a lifetime in seconds, also where it came as text; what is no finite number stays as it is."""
    try:
        number = float(value)
    except (TypeError, ValueError, OverflowError):
        return value
    if not math.isfinite(number):
        return value
    seconds = number / 1000 if unit == "ms" else number
    return int(seconds) if seconds.is_integer() else seconds


def _hidden(value: Any) -> Any:
    """Return a text as a Secret, and a list as a tuple with its texts so."""
    if isinstance(value, list):
        return tuple(Secret(each) if isinstance(each, str) else each for each in value)
    return Secret(value) if isinstance(value, str) else value
