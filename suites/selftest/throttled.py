"""
The reference as a slow deployment that throttles by address: what it refuses takes its time.

    python -m suites.selftest.throttled --window-s 60 --requests 60 --registrations 5 --pad-ms 500 [OPTIONS]

More than so many requests, or registrations, in one window of an address are refused by 429 with Retry-After; every
refusal is padded.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
import time
from collections import defaultdict
from math import ceil
from typing import Any

from reference_impl import __main__ as reference
from reference_impl import problems
from reference_impl.app import App

HEALTH = frozenset({"getLiveness", "getReadiness"})


class Window:
    """Counts in fixed windows of *window_s*, by address."""

    def __init__(self, window_s: float, most: int) -> None:
        self._window_s = window_s
        self._most = most
        self._counts: defaultdict[tuple[str, int], int] = defaultdict(int)

    def admit(self, address: str) -> None:
        """Count one more of *address*. Raises the 429."""
        window, passed = divmod(time.monotonic(), self._window_s)
        self._counts[address, int(window)] += 1
        if self._counts[address, int(window)] > self._most:
            after = {"Retry-After": str(ceil(self._window_s - passed))}
            raise problems.Problem(429, "throttled", headers=after)


def main(arguments: list[str]) -> None:
    """Become the reference, with the two limits before its handlers and the padding behind them."""
    parser = argparse.ArgumentParser(prog="python -m suites.selftest.throttled", allow_abbrev=False)
    parser.add_argument("--window-s", type=float, default=60)
    parser.add_argument("--requests", type=int, default=60)
    parser.add_argument("--registrations", type=int, default=5)
    parser.add_argument("--pad-ms", type=float, default=500)
    given, others = parser.parse_known_args(arguments)
    requests = Window(given.window_s, given.requests)
    registrations = Window(given.window_s, given.registrations)
    handled = App.handled

    async def slowly(self: App, operation: Any, exchange: Any, receive: Any) -> Any:
        began_s = time.monotonic()
        try:
            if operation.id not in HEALTH:
                requests.admit(exchange.source)
            if operation.id == "registerUser":
                registrations.admit(exchange.source)
            return await handled(self, operation, exchange, receive)
        except problems.Problem:
            await asyncio.sleep(max(given.pad_ms / 1000 - (time.monotonic() - began_s), 0))
            raise

    App.handled = slowly  # type: ignore[method-assign]
    reference.main(others)


if __name__ == "__main__":
    main(sys.argv[1:])
