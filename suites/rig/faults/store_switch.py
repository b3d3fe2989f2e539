"""
The driver "control": the store of authproof's reference, told to fail through its control port.

For a database that is a file and cannot be stopped. `url` and `secret` of the port come from the line that the
reference prints when it starts, and go with its process: a journal has nothing to repair afterwards.
"""

from __future__ import annotations

import asyncio
import json
import urllib.request
from collections.abc import Mapping
from typing import Any

from contract.outages import FaultKind, Reply
from suites.rig.faults.driver import Repair, Trouble

TIMEOUT_S = 10.0
ORDERS: Mapping[FaultKind, Mapping[str, Any]] = {
    FaultKind.REFUSED: {"fault": "unreachable"},
    FaultKind.WRONG_CREDENTIALS: {"fault": "authentication"},
    FaultKind.SILENT: {"fault": "timeout"},
    FaultKind.HALFWAY: {"fault": "unreachable", "at": "commit"},
}


class StoreSwitch:
    """Turns the store of one reference off and on."""

    def __init__(self, table: Mapping[str, Any]) -> None:
        self._url = f"{table['url']}/store"
        self._secret = str(table["secret"])

    @property
    def addresses(self) -> Mapping[str, str]:
        """None: nothing stands between."""
        return {}

    def kinds(self, _dependency: str) -> frozenset[FaultKind]:
        """Return what the store can be told to do."""
        return frozenset(ORDERS)

    async def check(self, _dependency: str) -> None:
        """Nobody else can have broken it: nobody else knows the secret."""

    def repair_of(self, dependency: str, kind: FaultKind) -> Repair:
        """Return what was broken; there is nothing left of it once the reference has ended."""
        return {"driver": "control", "dependency": dependency, "kind": str(kind)}

    async def break_(self, _dependency: str, kind: FaultKind, _reply: Reply | None, after: int) -> None:
        """Let every call fail, or those after the first ones. Raises Trouble."""
        await self._say({**ORDERS[kind], "skip": after})

    async def mend(self, _repair: Repair) -> None:
        """Let calls work. Raises Trouble."""
        await self._say({"fault": None})

    def connections(self, _dependency: str) -> int | None:
        """There are none to count."""
        return None

    async def close(self) -> None:
        """Nothing is held."""

    async def _say(self, order: Mapping[str, Any]) -> None:
        await asyncio.to_thread(self._say_now, order)

    def _say_now(self, order: Mapping[str, Any]) -> None:
        fields = {"Content-Type": "application/json", "X-Control-Secret": self._secret}
        request = urllib.request.Request(self._url, json.dumps(order).encode(), fields)
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        try:
            with opener.open(request, timeout=TIMEOUT_S) as said:
                said.read()
        except OSError as why:
            raise Trouble(f"the reference's control port at {self._url} did not do it: {why}") from None


async def mend(_repair: Repair) -> None:
    """Nothing is broken any more: the reference has ended with the run that started it."""
