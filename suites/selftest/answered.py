"""Answers made up for the tests of checks, and what a check says of them."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any
from urllib.parse import urlsplit

import pytest

from contract.answers import Answer, Headers, Request
from contract.errors import ContractViolation

ME = "http://api.test/api/v1/users/me"


def answered(
    status: int,
    *headers: str,
    body: bytes | str | dict[str, Any] = b"",
    method: str = "GET",
    url: str = ME,
    sent: Mapping[str, Any] = MappingProxyType({}),
) -> Answer:
    """
    Return an answer of *status* to *method* *url*.

    *headers* are lines, "Name: value". A dictionary as *body* is sent as JSON without saying so. *sent* has `headers`
    and `body` of the request.
    """
    content = json.dumps(body) if isinstance(body, dict) else body
    return Answer(
        request=Request(method, url, **sent),
        status=status,
        headers=_pairs(headers),
        body=content if isinstance(content, bytes) else content.encode(),
    )


def refused(check: Callable[..., object], answer: Answer, *args: object, **options: object) -> tuple[str, str, str]:
    """Return fault, expected and actual of the violation that *check* raises, after a look at the whole message."""
    with pytest.raises(ContractViolation) as raised:
        check(answer, *args, **options)
    first, expected, actual = str(raised.value).split("\n")
    where, _, fault = first.partition(": ")
    assert where == f"{answer.request.method} {urlsplit(answer.request.url).path}, answered {answer.status}"
    assert (expected, actual) == (f"  expected   {raised.value.expected}", f"  actual     {raised.value.actual}")
    assert raised.value.answer is answer
    return fault, raised.value.expected, raised.value.actual


def _pairs(lines: tuple[str, ...]) -> Headers:
    return tuple((name, value.strip(" ")) for name, _, value in (line.partition(":") for line in lines))
