"""The circuit breaker: after some outages in a row, say so at once instead of letting every caller wait for it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from reference_impl.upstream.faults import OUTAGES, UpstreamFault


class Breaker:
    """
    Closed, open, or half open.

    *limit* outages in a row open it for *open_s* seconds; callers then get the last fault again without a call. After
    that one caller at a time is let through: success closes it, another outage opens it anew. Nothing else is needed to
    recover. Any answer that is no outage counts as success: there is somebody.
    """

    def __init__(self, limit: int, open_s: float, now: Callable[[], float]) -> None:
        self._limit = limit
        self._open_s = open_s
        self._now = now
        self._outages = 0
        self._opened_at = 0.0
        self._trying = False
        self._last: UpstreamFault | None = None

    def standing(self) -> UpstreamFault | None:
        """Return the fault that callers get without a call, or None where calls are made."""
        if self._outages < self._limit or self._last is None:
            return None
        elapsed_s = self._now() - self._opened_at
        return UpstreamFault(self._last.kind, "not asked: circuit open") if 0 <= elapsed_s < self._open_s else None

    @contextmanager
    def guard(self) -> Iterator[None]:
        """Let one call through and learn from it, or raise UpstreamFault without one."""
        standing = self.standing()
        half_open = self._outages >= self._limit
        if standing is None and half_open and self._trying and self._last is not None:
            standing = UpstreamFault(self._last.kind, "not asked: somebody else is trying")
        if standing is not None:
            raise standing
        if half_open:
            self._trying = True
        try:
            yield
        except UpstreamFault as fault:
            if fault.kind in OUTAGES:
                self._outages += 1
                self._opened_at = self._now()
                self._last = fault
            else:
                self._outages = 0
            raise
        else:
            self._outages = 0
        finally:
            if half_open:
                self._trying = False
