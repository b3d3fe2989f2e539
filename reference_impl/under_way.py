"""Which requests this process is at: what one of them left undone is told from what another is doing."""

from __future__ import annotations

import itertools
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class UnderWay:
    """The requests of one process; their names are unlike those of any other process, before a restart or beside it."""

    process: str = field(default_factory=lambda: secrets.token_hex(8))
    _numbers: Iterator[int] = field(default_factory=lambda: itertools.count(1))
    _names: set[str] = field(default_factory=set)

    @contextmanager
    def one(self) -> Iterator[Ticket]:
        """Yield the ticket of a request that is under way until the block ends, however it ends."""
        name = f"{self.process}.{next(self._numbers)}"
        self._names.add(name)
        try:
            yield Ticket(name, self)
        finally:
            self._names.discard(name)

    def knows(self, name: str) -> bool:
        """Return whether *name* is a request of this process, under way or over."""
        return name.startswith(f"{self.process}.")

    def runs(self, name: str) -> bool:
        """Return whether *name* is a request that this process is at."""
        return name in self._names


@dataclass(frozen=True, slots=True)
class Ticket:
    """The name of a request under way, and those beside it."""

    name: str
    beside: UnderWay
