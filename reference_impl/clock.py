"""The one source of time: what the wall clock says, plus what the control port has added."""

from __future__ import annotations

import time
from datetime import UTC, datetime


class Clock:
    """Seconds since the Unix epoch, movable for tests of expiry and windows."""

    def __init__(self) -> None:
        self._offset_s = 0.0

    def now(self) -> float:
        """Return the present time in seconds since the Unix epoch."""
        return time.time() + self._offset_s

    def advance(self, seconds: float) -> None:
        """Move every later reading by *seconds*, which may be negative."""
        self._offset_s += seconds


def rfc3339(at_s: float) -> str:
    """Return *at_s* as RFC 3339 text in UTC, whole seconds."""
    return datetime.fromtimestamp(int(at_s), UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
