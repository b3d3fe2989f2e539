"""
The driver "proxy": one proxy of the rig for each dependency.

They live as long as the process that they run in: the keeper of a run, for a target that the run starts, or one that
stands by itself (`standing`).
"""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import Mapping
from typing import Any

from contract.outages import FaultKind, Reply
from suites.rig.faults.driver import WAIT_S, Repair, Trouble
from suites.rig.faults.proxy import KINDS, Proxy, split


class Proxies:
    """A proxy for each dependency of `[facilities.faults]` that has `listen` and `to`."""

    def __init__(self, table: Mapping[str, Any]) -> None:
        self._wait_s = float(table.get("wait_s", WAIT_S))
        self._control = str(table.get("control", ""))
        self.proxies: dict[str, Proxy] = {}
        try:
            for name, each in table["dependencies"].items():
                self.proxies[name] = Proxy(each["listen"], each["to"])
        except Trouble:
            for proxy in self.proxies.values():
                proxy.release()
            raise
        for proxy in self.proxies.values():
            proxy.open()

    @property
    def addresses(self) -> Mapping[str, str]:
        """Where each proxy listens."""
        return {name: proxy.address for name, proxy in self.proxies.items()}

    def kinds(self, _dependency: str) -> frozenset[FaultKind]:
        """Return what a proxy can do."""
        return KINDS

    async def check(self, dependency: str) -> None:
        """See that no other run has broken it. Raises Trouble."""
        if self.proxies[dependency].broken:
            raise Trouble(f"{dependency} is broken by another run")

    def repair_of(self, dependency: str, kind: FaultKind) -> Repair:
        """Return where to say that it is over; without `control` there is nothing left once this process ends."""
        return {
            "driver": "proxy",
            "dependency": dependency,
            "kind": str(kind),
            "control": self._control,
        }

    async def break_(self, dependency: str, kind: FaultKind, reply: Reply | None, after: int) -> None:
        """Let the proxy fail. Raises Trouble."""
        await self.proxies[dependency].break_(kind, reply, after=after)

    async def mend(self, repair: Repair) -> None:
        """Let the proxy pass everything on. Raises Trouble."""
        await self.proxies[repair["dependency"]].mend(wait_s=self._wait_s)

    def connections(self, dependency: str) -> int | None:
        """Return how many connections were taken since *dependency* was broken."""
        return self.proxies[dependency].connections

    async def close(self) -> None:
        """End every proxy."""
        for proxy in self.proxies.values():
            await proxy.close()


async def mend(repair: Repair) -> None:
    """Tell the standing proxies to do *repair*; those of a run's own process are gone with it. Raises Trouble."""
    if not repair["control"]:
        return
    begin = {"do": "begin", "table": {"dependencies": {}}, "journal": os.devnull}
    try:
        reader, writer = await asyncio.open_connection(*split(repair["control"]))
        writer.writelines(json.dumps(order).encode() + b"\n" for order in (begin, {"do": "repair", "repair": repair}))
        replies = [json.loads(await reader.readline()) for _ in range(2)]
        writer.close()
    except (OSError, ValueError) as why:
        raise Trouble(f"{repair['dependency']}: no proxies take orders at {repair['control']}: {why}") from None
    for reply in replies:
        if "error" in reply:
            raise Trouble(reply["error"])
