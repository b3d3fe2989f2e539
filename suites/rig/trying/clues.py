"""What an answer holds that a target file could name: values that look like tokens, words that tell a refusal."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from contract.answers import Answer
from contract.cookies import live_cookies
from contract.document.pointers import child
from contract.secret import Secret

LEAST_TOKEN = 20  # characters; shorter ones are codes and ids
_TOKEN = re.compile(rf"[A-Za-z0-9._~+/=-]{{{LEAST_TOKEN},}}")
_UUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_DATE = re.compile(r"\d{4}-\d\d-\d\d[T ].*")
_TELLING = ("error", "code", "type", "reason", "detail", "message", "error_code", "title", "status")
_REFRESH = re.compile(r"refresh|(^|[/:_-])rt$", re.IGNORECASE)
_OTHER = re.compile(r"csrf|xsrf|request.?id|trace|etag|nonce|date|user.?id|location", re.IGNORECASE)
_NAMED = re.compile(r"token|access|jwt|auth|key|session", re.IGNORECASE)


def leaves(value: Any, place: str = "") -> Iterator[tuple[str, Any]]:
    """Yield place and value of everything in a JSON document that is neither object nor list."""
    if isinstance(value, dict):
        for name, below in value.items():
            yield from leaves(below, child(place, name))
    elif isinstance(value, list):
        for number, below in enumerate(value):
            yield from leaves(below, child(place, number))
    elif place:
        yield place, value


def token_places(answer: Answer) -> list[str]:
    """Return the places of *answer* whose value looks like a token, the likeliest first, refresh tokens last."""
    found = [
        *((place, value) for place, value in leaves(answer.json()) if isinstance(value, str)),
        *((f"header:{name}", value) for name, value in answer.headers if name.lower() != "set-cookie"),
        *((f"cookie:{name}", value) for name, value in live_cookies(answer).items()),
    ]
    likely = [
        place for place, value in found if looks_like_token(value.removeprefix("Bearer ")) and not _OTHER.search(place)
    ]
    return sorted(likely, key=lambda each: (bool(_REFRESH.search(each)), not _NAMED.search(each)))


def is_of_refresh(place: str) -> bool:
    """Whether a token at *place* is a refresh token by its name."""
    return bool(_REFRESH.search(place))


def looks_like_token(value: str) -> bool:
    """Whether *value* is long and of one piece, and neither a UUID, a date nor a word."""
    whole = _TOKEN.fullmatch(value) and not _UUID.fullmatch(value) and not _DATE.fullmatch(value)
    return bool(whole) and any(map(str.isdigit, value)) and any(map(str.isalpha, value))


def keep_secret(answer: Answer) -> None:
    """Have what looks like a token in *answer* masked from now on, although no target file says that it is one."""
    values = [value for _, value in leaves(answer.json()) if isinstance(value, str)]
    values += [value.removeprefix("Bearer ") for _, value in answer.headers]
    for value in (*values, *live_cookies(answer).values()):
        if looks_like_token(value):
            Secret(value)


def telling(answer: Answer) -> tuple[str, str] | None:
    """Return place and value of the word that says best what kind of refusal *answer* is, None where there is none."""
    words = [(place, value) for place, value in leaves(answer.json()) if isinstance(value, str) and value]
    words = [(place, value) for place, value in words if not looks_like_token(value)]
    ranked = [
        (_TELLING.index(name), place.count("/"), place, value)
        for place, value in words
        if (name := place.rpartition("/")[2].lower()) in _TELLING
    ]
    if ranked:
        return min(ranked)[2:]
    return words[0] if words else None
