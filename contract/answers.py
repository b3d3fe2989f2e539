"""What was sent, what came back, and the words for what it means."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Literal

Headers = tuple[tuple[str, str], ...]
"""Ordered raw pairs as they went over the wire, decoded as latin-1, names in the sender's own letter case."""


class Kind(StrEnum):
    """What an answer means, in contract words; behavioural requirements and controls judge nothing else."""

    ACCEPTED = "accepted"
    CHALLENGED = "challenged"
    PENDING = "pending"
    REFUSED_CREDENTIALS = "refused-credentials"
    REFUSED_TOKEN = "refused-token"
    FORBIDDEN = "forbidden"
    CONFLICT = "conflict"
    INVALID_INPUT = "invalid-input"
    THROTTLED = "throttled"
    UNAVAILABLE = "unavailable"
    UNRECOGNISED = "unrecognised"
    NO_ANSWER = "no-answer"


def header_values(headers: Headers, name: str) -> list[str]:
    """Return every value of the field *name*, in order, whatever the letter case of its name."""
    wanted = name.lower()
    return [value for key, value in headers if key.lower() == wanted]


@dataclass(frozen=True, slots=True)
class Request:
    """
    One HTTP request, ready to be sent as it stands.

    `url` is absolute. `layer` is "transport" for a request that is not well-formed HTTP: its answer is judged for no
    5xx, no hang and no leak only. `operation` is the contract's operationId, or "" outside the contract. `wire`, where
    it is not empty, is what was sent in place of all else, byte for byte.
    """

    method: str
    url: str
    headers: Headers = ()
    body: bytes = b""
    operation: str = ""
    layer: Literal["application", "transport"] = "application"
    wire: bytes = b""

    def header(self, name: str) -> str | None:
        """Return the first value of the field *name*, or None."""
        values = header_values(self.headers, name)
        return values[0] if values else None


@dataclass(frozen=True, slots=True)
class Answer:
    """
    One answer, whoever produced it: httpx, a raw socket, locust or a recording. Checks take nothing else.

    `status` is 0 when nothing came back; `fault` then says why ("connection refused", "timed out after 10 s", ...).
    `sent_at_s` is monotonic; `elapsed_s` runs from the send to the last byte.
    """

    request: Request
    status: int
    headers: Headers = ()
    body: bytes = b""
    protocol: str = "HTTP/1.1"
    sent_at_s: float = 0.0
    elapsed_s: float = 0.0
    fault: str = ""
    _json: list[Any] = field(default_factory=list, init=False, repr=False, compare=False)

    def header(self, name: str) -> str | None:
        """Return the first value of the field *name*, or None."""
        values = header_values(self.headers, name)
        return values[0] if values else None

    def header_list(self, name: str) -> list[str]:
        """Return every value of the field *name*, in order."""
        return header_values(self.headers, name)

    @property
    def media_type(self) -> str:
        """The media type in lower case without parameters; "" where there is none."""
        return (self.header("content-type") or "").partition(";")[0].strip().lower()

    def json(self) -> Any:
        """
        Return the body read as JSON, whatever its media type; None where it is not JSON.

        Reading is lenient (NaN, repeated names); whether the body is strict JSON is a check's business.
        """
        if not self._json:
            try:
                self._json.append(json.loads(self.body))
            except (ValueError, RecursionError):
                self._json.append(None)
        return self._json[0]


_MISSING = object()


def at(document: Any, pointer: str, default: Any = None) -> Any:
    """
    Return what the JSON Pointer *pointer* names in *document*, or *default*.

    Source: RFC 6901 section 4.
    """
    value = document
    for escaped in pointer.split("/")[1:]:
        part = escaped.replace("~1", "/").replace("~0", "~")
        if isinstance(value, dict):
            value = value.get(part, _MISSING)
        elif isinstance(value, list) and part.isascii() and part.isdigit() and int(part) < len(value):
            value = value[int(part)]
        else:
            return default
        if value is _MISSING:
            return default
    return value
