"""
The guard of the faults: a process that breaks and repairs on order, and repairs by itself when its parent goes.

    python -m suites.rig.faults.keeper          started by the rig, never by hand

Its standard input is one end of a socket. Orders and replies are JSON lines, and the end of the socket, whatever the
reason, is the order to repair everything and to end:

    {"do": "begin", "table", "folder", "words", "journal"}      {"ok": {"kinds": {dependency: [kind]}, "addresses": {}}}
    {"do": "break", "dependency", "kind", "reply", "after"}     {"ok": null}
    {"do": "mend", "dependency"}                                {"ok": null}
    {"do": "repair", "repair": {...}}                           {"ok": null}: what another one has left in a journal
    {"do": "count", "dependency"}                               {"ok": connections since then, null where unknown}

{"error": "one line"} is the reply to an order that could not be carried out.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import resource
import signal
import socket
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from contract.outages import FaultKind, Reply
from suites.rig.faults.driver import Driver, Repair, Trouble
from suites.rig.faults.journal import Journal
from suites.rig.faults.proxies import Proxies
from suites.rig.faults.shell import Shell
from suites.rig.faults.store_switch import StoreSwitch
from suites.rig.faults.toxiproxy import Toxiproxy

ATTEMPTS = 3
PAUSE_S = 0.5
LONGEST_ORDER_BYTES = 16 * 1024 * 1024
MOST_FILES = 16_384


class Session:
    """What one run has broken, and how to undo it."""

    def __init__(self, driver: Driver, journal: Journal) -> None:
        self.driver = driver
        self._journal = journal
        self._held: dict[str, tuple[str, Repair]] = {}

    async def break_(self, dependency: str, kind: FaultKind, reply: Reply | None, after: int) -> None:
        """Break *dependency*, its repair written down before; where it does not take, undo it. Raises Trouble."""
        if dependency in self._held:
            raise Trouble(f"{dependency} is broken already")
        await self.driver.check(dependency)
        repair = self.driver.repair_of(dependency, kind)
        self._held[dependency] = self._journal.write(repair), repair
        try:
            await self.driver.break_(dependency, kind, reply, after)
        except BaseException:
            with contextlib.suppress(Trouble):
                await self.mend(dependency)
            raise

    async def mend(self, dependency: str) -> None:
        """Repair *dependency* and strike it out; nothing where it is whole. Raises Trouble."""
        if dependency in self._held:
            entry, repair = self._held[dependency]
            await self.driver.mend(repair)
            self._journal.strike(entry)
            del self._held[dependency]

    async def end(self) -> None:
        """Repair everything; say on standard error what stays broken."""
        for attempt in range(ATTEMPTS):
            if attempt:
                await asyncio.sleep(PAUSE_S)
            for dependency in list(self._held):
                try:
                    await self.mend(dependency)
                except Trouble as why:
                    if attempt == ATTEMPTS - 1:
                        print(
                            f"authproof: {dependency} is still broken: {why}. {by_hand(self._journal)}", file=sys.stderr
                        )
            if not self._held:
                return


def by_hand(journal: Journal) -> str:
    """Say how to repair what *journal* holds."""
    return f"Repair by hand: python -m suites.rig.faults.repair {journal.path}"


async def serve(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, driver_of: Callable[[Mapping[str, Any]], Driver]
) -> Driver | None:
    """Carry out the orders of one run until it ends, then repair what it left; return the driver that it had."""
    session: Session | None = None
    try:
        with contextlib.suppress(OSError):
            while line := await reader.readline():
                order = json.loads(line)
                try:
                    if session is None:
                        session = Session(driver_of(order), Journal(Path(order["journal"])))
                    reply: dict[str, Any] = {"ok": await carry_out(order, session)}
                except Trouble as why:
                    reply = {"error": str(why)}
                writer.write(json.dumps(reply).encode() + b"\n")
                await writer.drain()
    finally:
        if session is not None:
            await session.end()
    return session.driver if session else None


async def carry_out(order: Mapping[str, Any], session: Session) -> Any:
    """Do what *order* says; return what it asks for. Raises Trouble."""
    match order["do"]:
        case "begin":
            kinds = {name: sorted(session.driver.kinds(name)) for name in order["table"]["dependencies"]}
            return {"kinds": kinds, "addresses": dict(session.driver.addresses)}
        case "break":
            reply = Reply(**order["reply"]) if order["reply"] else None
            await session.break_(order["dependency"], FaultKind(order["kind"]), reply, order["after"])
        case "mend":
            await session.mend(order["dependency"])
        case "repair":
            await session.driver.mend(order["repair"])
        case "count":
            return session.driver.connections(order["dependency"])
    return None


def made_for(order: Mapping[str, Any]) -> Driver:
    """Return the driver that the first order asks for. Raises Trouble."""
    table = order["table"]
    if table["driver"] == "shell":
        return Shell(table, Path(order["folder"]), order["words"])
    if table["driver"] == "control":
        return StoreSwitch(table)
    return Toxiproxy(table) if table["driver"] == "toxiproxy" else Proxies(table)


async def main() -> None:
    """Serve the one run at the other end of the standard input."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = MOST_FILES if hard == resource.RLIM_INFINITY else min(hard, MOST_FILES)
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, wanted), hard))  # a silent dependency holds all that come
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the run decides, and we repair when it ends
    channel = socket.socket(fileno=0)
    reader, writer = await asyncio.open_connection(sock=channel, limit=LONGEST_ORDER_BYTES)
    serving = asyncio.ensure_future(serve(reader, writer, made_for))
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, serving.cancel)
    with contextlib.suppress(asyncio.CancelledError):
        driver = await serving
        if driver is not None:
            await driver.close()
    writer.close()


if __name__ == "__main__":
    asyncio.run(main())
