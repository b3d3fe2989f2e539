"""Reading recorded traffic: HTTP Archive (HAR 1.2), as browsers and proxies write it."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from contract.answers import Answer, Headers, Request
from contract.errors import BindingError

MAX_BYTES = 256 * 1024 * 1024
MAX_ENTRIES = 100_000

_DECODED = frozenset({"content-encoding", "transfer-encoding", "content-length"})
"""Header fields that speak of the body as it was sent; a recording holds it decoded."""


def read_har(path: Path) -> Iterator[tuple[Answer, bool]]:
    """
    Yield each exchange of the archive *path*, and whether its body was recorded.

    Raises:
        BindingError: it cannot be read, is too large, or is no archive; one line.
    """
    try:
        with path.open("rb") as file:
            data = file.read(MAX_BYTES + 1)
    except OSError as error:
        raise BindingError(f"{path}: cannot be read ({error.strerror}).") from None
    if len(data) > MAX_BYTES:
        raise BindingError(f"{path}: larger than {MAX_BYTES // 1024 // 1024} MiB; record less.")
    try:
        document = json.loads(data.decode("utf-8-sig"))
    except (ValueError, RecursionError):
        raise BindingError(f"{path}: is no JSON; an HTTP Archive (HAR 1.2) is due.") from None
    log = document.get("log") if isinstance(document, dict) else None
    entries = log.get("entries") if isinstance(log, dict) else None
    if not isinstance(entries, list):
        raise BindingError(f"{path}: has no list /log/entries; an HTTP Archive (HAR 1.2) is due.")
    if len(entries) > MAX_ENTRIES:
        raise BindingError(f"{path}: more than {MAX_ENTRIES:,} entries; record less.")
    for number, entry in enumerate(entries):
        try:
            yield _answer(entry)
        except (KeyError, TypeError, ValueError, AttributeError, OverflowError):
            raise BindingError(f"{path}: /log/entries/{number} is no exchange of HAR 1.2.") from None


def _answer(entry: Any) -> tuple[Answer, bool]:
    asked, given = entry["request"], entry["response"]
    posted = asked.get("postData") or {}
    request = Request(
        method=_text(asked["method"]),
        url=_text(asked["url"]),
        headers=_headers(asked.get("headers", [])),
        body=_text(posted.get("text") or "").encode("utf-8", "replace"),
    )
    content = given.get("content") or {}
    text = content.get("text")
    known = text is not None or not int(content.get("size") or 0) > 0
    body = _bytes(_text(text or ""), content.get("encoding"))
    fields = tuple(pair for pair in _headers(given.get("headers", [])) if pair[0].lower() not in _DECODED)
    if content.get("mimeType") and body and not any(name.lower() == "content-type" for name, _ in fields):
        fields = (*fields, ("Content-Type", _text(content["mimeType"])))
    status = int(given["status"])
    if not 0 <= status <= 999:
        raise ValueError(status)
    return Answer(request, status, fields, body), known


def _headers(given: Any) -> Headers:
    return tuple((_text(each["name"]), _text(each["value"])) for each in given if not each["name"].startswith(":"))


def _bytes(text: str, encoding: Any) -> bytes:
    if encoding == "base64":
        try:
            return base64.b64decode(text, validate=True)
        except binascii.Error:
            raise ValueError("base64") from None
    return text.encode("utf-8", "replace")


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError(type(value))
    return value
