"""The identifier of a request: the caller's where it is well formed, else a new one."""

from __future__ import annotations

import re
import uuid

WELL_FORMED = re.compile(r"[A-Za-z0-9._-]{8,128}\Z")


def request_id(given: str | None) -> str:
    """Return *given* where it may be repeated in headers and logs, else a fresh identifier."""
    if given is not None and WELL_FORMED.match(given):
        return given
    return str(uuid.uuid4())
