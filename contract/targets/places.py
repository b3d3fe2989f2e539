"""
Places of a request or an answer, as target files write them.

"/json/pointer" is a member of the body (a form's field is "/name"), "header:NAME" a field of the head, "cookie:NAME" a
cookie; requests also have "query:NAME" for a parameter of the query and "path:NAME" for the {NAME} of the path.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection
from typing import Any

from contract.targets.keys import Read, shown, text
from contract.targets.spots import Spot, Wrong, one_line

REQUEST = ("body", "header", "cookie", "query", "path")
ANSWER = ("body", "header", "cookie")

_TOKEN = r"[A-Za-z0-9!#$%&'*+.^_`|~-]+"  # RFC 9110 section 5.6.2; RFC 6265 section 4.1.1 for names of cookies
_FORMS = {
    "body": re.compile(r"(/([^~/]|~[01])+)+"),  # RFC 6901 section 3, without members that have no name
    "header": re.compile(f"header:{_TOKEN}"),
    "cookie": re.compile(f"cookie:{_TOKEN}"),
    "query": re.compile(r"query:[^\s&=#]+"),
    "path": re.compile(r"path:[A-Za-z0-9_.-]+"),
}
_EXAMPLES = {
    "body": "'/data/token'",
    "header": "'header:X-Token'",
    "cookie": "'cookie:sid'",
    "query": "'query:limit'",
    "path": "'path:userId'",
}


def is_body(place: str) -> bool:
    """Whether *place* is in the body."""
    return place.startswith("/")


def valid(given: str, kinds: Collection[str]) -> bool:
    """Whether *given* is well formed as a place of one of *kinds*."""
    return any(_FORMS[kind].fullmatch(given) for kind in kinds)


def _looks(kinds: Collection[str]) -> str:
    return f"Places look like {', '.join(_EXAMPLES[kind] for kind in kinds)}."


def place(*kinds: str) -> Read:
    """Read a place of one of *kinds*."""

    def read_place(value: Any, spot: Spot) -> str:
        given = text(value, spot)
        if not valid(given, kinds):
            raise Wrong(f"must be a place, not {shown(value)}. {_looks(kinds)}")
        return given

    return read_place


def place_or_none(value: Any, spot: Spot) -> str:
    """Read where a token goes in a request, "none" for nowhere."""
    return "" if value == "none" else str(place("header", "cookie")(value, spot))


def as_key(*kinds: str) -> Callable[[str], str | None]:
    """Return what tells whether a key is a place of one of *kinds*: what is wrong with it, or None."""
    return lambda key: None if valid(key, kinds) else f"'{one_line(key)}' is no place. {_looks(kinds)}"
