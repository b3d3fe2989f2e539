"""One recorded exchange as a person reads it."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

BODY_SHOWN = 6_000  # characters, after indenting


@dataclass(frozen=True, slots=True)
class Shown:
    """One exchange as it is laid out: bodies indented where they are JSON, headers a line each."""

    title: str
    status: str
    sent: str
    request_headers: str
    came: str
    headers: str
    took: str


def shown(recorded: Mapping[str, Any]) -> Shown:
    """Return *recorded*, an `exchange` of `results.schema.json`, as it is laid out."""
    status = str(recorded["status"]) if recorded["status"] else recorded.get("fault") or "no answer"
    elapsed_s = recorded.get("elapsed_s", 0)
    return Shown(
        title=f"{recorded['method']} {recorded['url']}",
        status=status,
        sent=_indented(recorded.get("request_body", "")),
        request_headers=_lines(recorded.get("request_headers", ())),
        came=_indented(recorded.get("body", "")),
        headers=_lines(recorded.get("headers", ())),
        took=f"{elapsed_s * 1000:.0f} ms" if elapsed_s else "",
    )


def _lines(headers: Sequence[Sequence[str]]) -> str:
    return "\n".join(f"{name}: {value}" for name, value in headers)


def _indented(body: str) -> str:
    """Return *body* indented where it is JSON, and not at any length."""
    if body.startswith(("{", "[")):
        with suppress(ValueError, RecursionError):  # cut, or no JSON after all
            body = json.dumps(json.loads(body), indent=2, ensure_ascii=False)
    return body if len(body) <= BODY_SHOWN else f"{body[:BODY_SHOWN]}… [{len(body)} characters in all]"
