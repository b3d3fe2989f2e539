"""Request bodies: bounded, declared as JSON, and strict."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Awaitable, Callable
from typing import Any

from reference_impl.problems import Problem

JSON_TYPE = re.compile(r'application/json[ \t]*(;[ \t]*charset[ \t]*=[ \t]*"?utf-8"?[ \t]*)?\Z', re.IGNORECASE)
MOST_NESTING = 32
LONGEST_NUMBER = 100
MOST_DISCARDED = 16 * 1024 * 1024

Receive = Callable[[], Awaitable[Any]]


class ClientGone(Exception):
    """The connection ended before the body did; there is nobody to answer."""


async def read(receive: Receive, declared: str | None, limit: int) -> bytes:
    """
    Return the request's body.

    Args:
        receive: The ASGI callable.

        declared: The value of Content-Length, if any.

        limit: Most bytes that are kept. What is longer is read and dropped up to MOST_DISCARDED, so that its sender
            gets to see the answer; beyond that the connection is closed.

    Raises:
        Problem: 413.

        ClientGone: the body never ended.
    """
    if declared is not None and declared.isdigit() and int(declared) > MOST_DISCARDED:
        raise Problem(413, "too-large", headers={"Connection": "close"})
    kept, size = bytearray(), 0
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ClientGone
        size += len(message.get("body", b""))
        if size <= limit:
            kept += message.get("body", b"")
        elif size > MOST_DISCARDED:
            raise Problem(413, "too-large", headers={"Connection": "close"})
        if not message.get("more_body", False):
            break
    if size > limit:
        raise Problem(413, "too-large")
    return bytes(kept)


def check_declared(content_type: str | None, content_encoding: str | None) -> None:
    """Raise the 415 unless the body is declared as JSON, in UTF-8 and not compressed."""
    if (
        content_type is None
        or JSON_TYPE.match(content_type) is None
        or (content_encoding or "identity").lower() != "identity"
    ):
        raise Problem(415, "unsupported-media-type")


def parse(body: bytes) -> Any:
    """
    Return what *body* says.

    Raises:
        Problem: 400 where it is not one JSON text in UTF-8 or repeats a member's name; 413 where it is nested more
            deeply than MOST_NESTING.

    Source: RFC 8259 sections 2, 4, 6 and 8.1; RFC 7493 section 2.3.
    """
    try:
        text = body.decode("utf-8")
        value = json.loads(text, object_pairs_hook=unrepeated, parse_constant=_no_number, parse_int=_whole)
        if body.count(b"[") + body.count(b"{") <= MOST_NESTING or _depth(value) <= MOST_NESTING:
            return value
    except RecursionError:
        pass
    except ValueError:
        raise Problem(400, "malformed-body") from None
    raise Problem(413, "too-large", detail="It is nested too deeply.")


def unrepeated(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Return the object with these members. Raises ValueError where a name is repeated."""
    members = dict(pairs)
    if len(members) != len(pairs):
        raise ValueError("repeated member name")
    return members


def _no_number(text: str) -> float:
    raise ValueError(text)


def _whole(text: str) -> float:
    """Return the number, as an infinite one where it has more digits than are worth reading: the schema refuses it."""
    return int(text) if len(text) <= LONGEST_NUMBER else math.inf


def _depth(value: Any) -> int:
    if isinstance(value, dict):
        return 1 + max(map(_depth, value.values()), default=0)
    if isinstance(value, list):
        return 1 + max(map(_depth, value), default=0)
    return 0
