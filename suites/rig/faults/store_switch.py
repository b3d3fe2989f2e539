"""
The driver "control": the store of authproof's reference, told to fail through its control port.

For a database that is a file and cannot be stopped. `url` and `secret` of the port come from the line that the
reference prints when it starts. Where the run has started it, they go with its process, and there is nothing to repair
afterwards; where it `outlives` the run, the journal has them, which only its owner reads.
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
        self._port = {"url": str(table["url"]), "secret": str(table["secret"])}
        self._outlives = bool(table.get("outlives"))

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
        """Return what was broken, and where to say that it is over, if there is anything left of it."""
        return {
            "driver": "control",
            "dependency": dependency,
            "kind": str(kind),
            **(self._port if self._outlives else {}),
        }

    async def break_(self, _dependency: str, kind: FaultKind, _reply: Reply | None, after: int) -> None:
        """Let every call fail, or those after the first ones. Raises Trouble."""
        await say(self._port, {**ORDERS[kind], "skip": after})

    async def mend(self, _repair: Repair) -> None:
        """Let calls work. Raises Trouble."""
        await say(self._port, {"fault": None})

    def connections(self, _dependency: str) -> int | None:
        """There are none to count."""
        return None

    async def close(self) -> None:
        """Nothing is held."""


async def mend(repair: Repair) -> None:
    """Let calls work, where the reference is not known to have ended with the run. Raises Trouble."""
    if "url" in repair:
        await say(repair, {"fault": None})


async def say(port: Mapping[str, str], order: Mapping[str, Any]) -> None:
    """Tell the store behind the control *port* (`url`, `secret`) to do *order*. Raises Trouble."""
    await asyncio.to_thread(_say_now, port, order)


def _say_now(port: Mapping[str, str], order: Mapping[str, Any]) -> None:
    url = f"{port['url']}/store"
    fields = {"Content-Type": "application/json", "X-Control-Secret": port["secret"]}
    request = urllib.request.Request(url, json.dumps(order).encode(), fields)
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(request, timeout=TIMEOUT_S) as said:
            said.read()
    except OSError as why:
        raise Trouble(f"the reference's control port did not do it: POST {url}: {why}") from None
