"""What every way of breaking a dependency can do. Drivers run in the keeper, a process of its own."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

from contract.outages import FaultKind, Reply

WAIT_S = 60.0
"""How long a command, or a repair, may take where the target file does not say."""

Repair = dict[str, Any]
"""All that somebody needs who repairs a fault without having put it in: JSON, with the driver's name in `driver`."""


class Trouble(Exception):
    """A fault did not take, or a repair did not: one line that says where and why."""


class Driver(Protocol):
    """Breaks the dependencies that it was made for."""

    @property
    def addresses(self) -> Mapping[str, str]:
        """Where the target is to connect to, by dependency; empty where that is none of the driver's business."""
        ...

    def kinds(self, dependency: str) -> frozenset[FaultKind]:
        """Return what it can do to *dependency*."""
        ...

    async def check(self, dependency: str) -> None:
        """See that *dependency* is whole: what somebody else has broken is not ours to repair. Raises Trouble."""
        ...

    def repair_of(self, dependency: str, kind: FaultKind) -> Repair:
        """Return what will undo *kind*; written down before anything is broken."""
        ...

    async def break_(self, dependency: str, kind: FaultKind, reply: Reply | None, after: int) -> None:
        """Break *dependency*, *after* so many words of the target where it can, and see that. Raises Trouble."""
        ...

    async def mend(self, repair: Repair) -> None:
        """Repair, and see that it is repaired; harmless where nothing is broken. Raises Trouble."""
        ...

    def connections(self, dependency: str) -> int | None:
        """Return how many connections were tried since *dependency* was broken, None where that cannot be known."""
        ...

    async def close(self) -> None:
        """Let go of everything."""
        ...
