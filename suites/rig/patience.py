"""How long a well-behaved client waits where it is told to wait."""

from __future__ import annotations

import time
from email.utils import parsedate_to_datetime

from contract.answers import Answer

LONGEST_WAIT_S = 60.0  # for one 429 outside a throttle row


def wait_asked_for(answer: Answer) -> float:
    """Return the seconds that `Retry-After` asks to wait; 1 where it says nothing that can be read."""
    said = answer.header("retry-after") or ""
    if said.isdecimal():
        return float(said)
    try:
        until_s, date = parsedate_to_datetime(said).timestamp(), answer.header("date")
        now_s = parsedate_to_datetime(date).timestamp() if date else time.time()
        return max(until_s - now_s, 0.0)
    except ValueError:
        return 1.0


class Pace:
    """At most so many of something a second; *per_s* is None for as many as go."""

    def __init__(self, per_s: float | None) -> None:
        self._per_s = per_s
        self._next_s = 0.0

    def wait(self) -> None:
        """Wait until the next one may be done."""
        if self._per_s:
            time.sleep(max(self._next_s - time.monotonic(), 0.0))
            self._next_s = max(self._next_s, time.monotonic()) + 1 / self._per_s
