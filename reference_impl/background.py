"""Work that an answer does not wait for."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable

MOST_WAITING = 1000


class Background:
    """
    Tasks that run beside the requests; what is still running when the server stops is given up.

    Nobody waits for them, so `on_failure` is told the name and what it raised.

    `ended` counts by name and outcome: "mail: done", "mail: failed", "mail: refused" where too many waited already.
    """

    def __init__(self) -> None:
        self.ended: Counter[str] = Counter()
        self.on_failure: Callable[[str, Exception], None] = lambda _name, _fault: None
        self._running: set[asyncio.Task[None]] = set()

    def start(self, name: str, work: Callable[[], Awaitable[None]]) -> None:
        """Run *work* soon; whatever it raises is counted and goes no further."""
        if len(self._running) >= MOST_WAITING:
            self.ended[f"{name}: refused"] += 1
            return
        task = asyncio.get_running_loop().create_task(self._run(name, work))
        self._running.add(task)
        task.add_done_callback(self._running.discard)

    async def _run(self, name: str, work: Callable[[], Awaitable[None]]) -> None:
        try:
            await work()
        except Exception as fault:
            self.ended[f"{name}: failed"] += 1
            self.on_failure(name, fault)
        else:
            self.ended[f"{name}: done"] += 1
