"""Answers made up for the tests of checks."""

from __future__ import annotations

import json
from typing import Any

from contract.answers import Answer, Headers, Request

ME = "http://api.test/api/v1/users/me"


def answered(
    status: int,
    *headers: str,
    body: bytes | str | dict[str, Any] = b"",
    method: str = "GET",
    url: str = ME,
    **sent: Any,
) -> Answer:
    """
    Return an answer of *status* to *method* *url*.

    *headers* are lines, "Name: value". A dictionary as *body* is sent as JSON without saying so. *sent* goes to the
    request: `headers`, `body`.
    """
    content = json.dumps(body) if isinstance(body, dict) else body
    return Answer(
        request=Request(method, url, **sent),
        status=status,
        headers=_pairs(headers),
        body=content if isinstance(content, bytes) else content.encode(),
    )


def _pairs(lines: tuple[str, ...]) -> Headers:
    return tuple((name, value.strip(" ")) for name, _, value in (line.partition(":") for line in lines))
