"""Which cookies of an answer carry session material."""

from __future__ import annotations

from collections.abc import Iterator

from contract.answers import Answer
from contract.checks.texts import strings
from contract.cookies import set_cookies
from contract.targets.model import Target

TOKENS = ("accessToken", "refreshToken", "sessionToken")
TOKEN_LENGTH = 16  # characters; what is shorter carries no session


def declared(target: Target) -> frozenset[str]:
    """Return the names of the cookies in which, as the target file says, tokens come or go."""
    return frozenset(_declared(target))


def _declared(target: Target) -> Iterator[str]:
    steps = [step for operation in target.operations.values() for step in operation.steps]
    places = [target.scheme.place]
    for table in (target.scheme.renew, *(step.capture for step in steps), *(step.send for step in steps)):
        for word in TOKENS:
            found = table.get(word, ())
            places += (found,) if isinstance(found, str) else found
    yield from (place.partition(":")[2] for place in places if place.startswith("cookie:"))


def _forgery_guards(target: Target) -> frozenset[str]:
    """Return the names of the cookies in which a CSRF token comes: scripts are meant to read those."""
    steps = [step for operation in target.operations.values() for step in operation.steps]
    places = [table.get("csrf", "") for table in (target.scheme.renew, *(step.capture for step in steps))]
    return frozenset(place.partition(":")[2] for place in places if place.startswith("cookie:"))


def session_cookies(target: Target, answer: Answer) -> frozenset[str]:
    """
    Return the names of those that *answer* sets: declared ones, and what holds a token that its body holds too.

    A CSRF token may stand in both, and is no session.
    """
    cookies = set_cookies(answer)
    if not cookies:
        return frozenset()
    told = {text for text in strings(answer.json()) if len(text) >= TOKEN_LENGTH}
    known, guards = declared(target), _forgery_guards(target)
    return frozenset(
        each.name for each in cookies if each.name in known or (each.value in told and each.name not in guards)
    )
