"""
Places: where a value stands in an answer, and where it goes in a request under construction.

A place is written "/json/pointer", "header:NAME", "cookie:NAME", and in requests also "query:NAME" and "path:NAME".
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from contract.answers import Answer, at
from contract.cookies import live_cookies
from contract.errors import HarnessError
from contract.secret import Secret


class _Omit:
    def __repr__(self) -> str:
        return "OMIT"


OMIT: Final = _Omit()
"""Given in place of a value, takes the member, field, parameter or cookie away."""

_NO_PLACE = "'{}' is no place. Valid: /json/pointer, header:NAME, cookie:NAME, query:NAME, path:NAME."


def read(answer: Answer, place: str) -> Any:
    """
    Return the value at *place* of *answer*; None where there is none, or an empty text.

    Of a repeated header it is the first value, of a cookie the value that is left after the whole answer.
    """
    where, name = split(place)
    if where == "/":
        value = at(answer.json(), name)
    elif where == "header":
        value = answer.header(name)
    elif where == "cookie":
        value = live_cookies(answer).get(name)
    else:
        raise HarnessError(f"'{place}' is no place of an answer. Valid: /json/pointer, header:NAME, cookie:NAME.")
    return None if value == "" else value


def split(place: str) -> tuple[str, str]:
    """Return the two parts of a place: "/" and the JSON Pointer, or the word before the colon and the name."""
    if place.startswith("/"):
        return "/", place
    where, colon, name = place.partition(":")
    if not colon or not name:
        raise HarnessError(_NO_PLACE.format(place))
    return where, name


@dataclass(slots=True)
class Draft:
    """A request under construction: what stands at which place so far. `body` is None while nothing goes there."""

    headers: dict[str, tuple[str, str]] = field(default_factory=dict)
    """By name in lower case: the name as it was written, and the value."""
    cookies: dict[str, str] = field(default_factory=dict)
    query: dict[str, Any] = field(default_factory=dict)
    path: dict[str, Any] = field(default_factory=dict)
    body: dict[str, Any] | None = None

    def put(self, place: str, value: Any) -> None:
        """Write *value* to *place*, over what stood there; OMIT takes away what stood there."""
        where, name = split(place)
        value = plain(value)
        if where == "/":
            self.body = {} if self.body is None else self.body
            _put_member(self.body, place, value)
        elif where == "header":
            _set(self.headers, name.lower(), value if value is OMIT else (name, text_of(value)))
        elif where == "cookie":
            _set(self.cookies, name, value if value is OMIT else text_of(value))
        elif where == "query":
            _set(self.query, name, value)
        elif where == "path":
            _set(self.path, name, value)
        else:
            raise HarnessError(_NO_PLACE.format(place))


def plain(value: Any) -> Any:
    """Return a copy of *value* that is ready to be sent: secrets revealed, at whatever depth."""
    if isinstance(value, Secret):
        return value.reveal()
    if isinstance(value, Mapping):
        return {name: plain(member) for name, member in value.items()}
    if isinstance(value, list | tuple):
        return [plain(element) for element in value]
    return value


def text_of(value: Any) -> str:
    """
    Return *value* as it goes where only text can: a text as it is, null as nothing, all else as JSON writes it.

    >>> text_of("a"), text_of(None), text_of(True), text_of(1.5), text_of(["a"])
    ('a', '', 'true', '1.5', '["a"]')
    """
    if isinstance(value, str):
        return value
    return "" if value is None else json.dumps(value)


def _set(values: dict[str, Any], name: str, value: Any) -> None:
    if value is OMIT:
        values.pop(name, None)
    else:
        values[name] = value


def _put_member(document: dict[str, Any], pointer: str, value: Any) -> None:
    """
    Write *value* at *pointer*; objects on the way are made.

    Arrays are not: a number is the place of an element only where a constant has put an array before.
    """
    *parents, last = (part.replace("~1", "/").replace("~0", "~") for part in pointer.split("/")[1:])
    node: Any = document
    for part in parents:
        node = node[_index(node, part, pointer)] if isinstance(node, list) else node.setdefault(part, {})
        if not isinstance(node, dict | list):
            raise HarnessError(f"nothing can be put at '{pointer}': a value stands at '{part}' already")
    if isinstance(node, dict):
        _set(node, last, value)
    elif value is OMIT:
        del node[_index(node, last, pointer)]
    else:
        node[_index(node, last, pointer)] = value


def _index(array: list[Any], part: str, pointer: str) -> int:
    if not part.isdecimal() or int(part) >= len(array):
        raise HarnessError(
            f"nothing can be put at '{pointer}': the array has {len(array)} elements, not one at '{part}'"
        )
    return int(part)
