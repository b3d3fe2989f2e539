"""The texts that a request said and an answer holds, their escapes undone."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import unquote, unquote_plus

from contract.answers import Answer

_JWT = re.compile(r"\bey[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+")


def strings(value: Any) -> Iterator[str]:
    """Yield the names and strings in *value*, depth first, without recursion: the depth is the target's to choose."""
    pending = [value]
    while pending:
        item = pending.pop()
        if isinstance(item, str):
            yield item
        elif isinstance(item, dict):
            pending.extend(reversed([part for pair in item.items() for part in pair]))
        elif isinstance(item, list):
            pending.extend(reversed(item))


def sent(answer: Answer) -> str:
    """Return what the request said, as it stands and decoded, for a target may repeat either."""
    request = answer.request
    body = request.body.decode("utf-8", "replace")
    try:
        said = list(strings(json.loads(body)))
    except (ValueError, RecursionError):
        said = []
    headers = [value for _, value in request.headers]
    return "\n".join([request.url, unquote_plus(request.url), body, unquote_plus(body), *headers, *said])


def held(answer: Answer) -> dict[str, str]:
    """
    Return all that *answer* says, by where it stands: the body, the header fields, the claims of tokens in either.

    Escapes of JSON and of URLs are undone; what stood there as it was is there too.
    """
    body = _unescaped(answer.body.decode("utf-8", "replace"))
    fields = "\n".join(value for _, value in answer.headers)
    tokens = _JWT.findall(f"{body}\n{fields}")
    return {
        "the body": body,
        "the header fields": f"{fields}\n{unquote(fields)}" if "%" in fields else fields,
        "the claims of a token": "\n".join(_decoded(part) for token in tokens for part in token.split(".")),
    }


def _unescaped(text: str) -> str:
    """Return *text*, and where it is JSON with escapes also its strings."""
    if "\\" not in text:
        return text
    try:
        return "\n".join([text, *strings(json.loads(text))])
    except (ValueError, RecursionError):
        return text


def _decoded(part: str) -> str:
    try:
        return _unescaped(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)).decode("utf-8", "replace"))
    except ValueError:
        return ""
