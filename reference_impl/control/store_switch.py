"""A store that can be told to fail, for databases that are files and cannot be stopped."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

from reference_impl.store import Cause, Store, StoreUnavailable, Transaction


@dataclass(slots=True)
class Fault:
    """How calls fail: as *cause*, all of them or those that write, after *skip* of them, before or after their work."""

    cause: Cause
    calls: Literal["all", "writes"] = "all"
    skip: int = 0
    at: Literal["start", "commit"] = "start"


class SwitchedStore:
    """The store *inner*, unless `fault` says otherwise. One that times out takes *timeout_s*, as a silent one would."""

    def __init__(self, inner: Store, timeout_s: float) -> None:
        self.fault: Fault | None = None
        self._inner = inner
        self._timeout_s = timeout_s

    async def write(self, work: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        """Run *work* in a transaction of its own, or fail."""
        return await self._inner.write(await self._faulty(work, writes=True), *args, **kwargs)

    async def read(self, work: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        """Run *work*, or fail."""
        return await self._inner.read(await self._faulty(work, writes=False), *args, **kwargs)

    async def probe(self) -> Cause | None:
        """Return the planned cause, else what the store itself says."""
        if self.fault is not None and self.fault.calls == "all" and not self.fault.skip:
            await self._wait(self.fault)
            return self.fault.cause if self.fault else None
        return await self._inner.probe()

    def close(self) -> None:
        """Close every connection."""
        self._inner.close()

    async def _wait(self, fault: Fault) -> None:
        if fault.cause == "timeout":
            await asyncio.sleep(self._timeout_s)

    async def _faulty(self, work: Callable[..., Any], *, writes: bool) -> Callable[..., Any]:
        """Return *work*, or what fails in its place; raise StoreUnavailable where it is not even to begin."""
        fault = self.fault
        if fault is None or (fault.calls == "writes" and not writes):
            return work
        if fault.skip:
            fault.skip -= 1
            return work
        await self._wait(fault)
        if fault.at == "start":
            raise StoreUnavailable(fault.cause)

        def undone(tx: Transaction, *args: Any, **kwargs: Any) -> Any:
            work(tx, *args, **kwargs)
            raise StoreUnavailable(fault.cause)

        return undone
