"""JSON as it may stand on the wire, read strictly."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any, NoReturn

BOM = b"\xef\xbb\xbf"
INTEGER_DIGITS_MAX = 4300  # Python's own limit for int(text); JSON has none, so longer ones are kept as decimals


class NotStrictJson(ValueError):
    """The bytes are not one strict JSON text; the message says why and where."""


def parse(body: bytes) -> Any:
    """
    Return the value that *body* holds.

    Refused: bytes that are not UTF-8, a byte order mark, NaN and Infinity, repeated member names, whatever the grammar
    of JSON does not allow, and a nesting deeper than can be read. Accepted: an escape of half a surrogate pair, because
    the grammar allows it (section 8.2 only warns of it).

    Raises:
        NotStrictJson: *body* is refused.

    Source: RFC 8259 sections 2, 4, 6 and 8.1. Section 4 advises unique names; requirement HTTP-12 demands them.
    """
    if body.startswith(BOM):
        raise NotStrictJson("it starts with a byte order mark")
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError as error:
        raise NotStrictJson(f"byte {error.start} is not UTF-8") from None
    try:
        return json.loads(text, object_pairs_hook=_object, parse_constant=_constant, parse_int=_integer)
    except json.JSONDecodeError as error:
        raise NotStrictJson(f"{error.msg} at character {error.pos}") from None
    except RecursionError:
        raise NotStrictJson("it is nested too deeply to be read") from None


def is_json(media_type: str) -> bool:
    """Tell whether *media_type*, lower case, no parameters, is JSON or built on it. Source: RFC 6839 section 3.1."""
    return media_type == "application/json" or media_type.endswith("+json")


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        names = [name for name, _ in pairs]
        repeated = next(name for name in names if names.count(name) > 1)
        raise NotStrictJson(f"the member name {json.dumps(repeated)} is repeated")
    return members


def _constant(word: str) -> NoReturn:
    raise NotStrictJson(f"{word} is not a JSON value")


def _integer(digits: str) -> int | Decimal:
    return int(digits) if len(digits) <= INTEGER_DIGITS_MAX else Decimal(digits)
