"""Whether a fault at an address is in force, as far as that shows to a stranger who connects there."""

from __future__ import annotations

import asyncio
import contextlib
import socket

from contract.outages import FaultKind
from suites.rig.faults.driver import Trouble
from suites.rig.faults.tampering import Address, connected, received, sent

SILENCE_S = 0.1
PROBE_S = 5.0
REQUEST = b"GET / HTTP/1.1\r\nHost: probe\r\n\r\n"


async def check(kind: FaultKind, place: Address) -> None:
    """
    Return where *place* fails as *kind* says; of kinds that show only once the dependency speaks, where it connects.

    Raises:
        Trouble: it does not.
    """
    found = await asyncio.wait_for(met(kind, place), PROBE_S * 2)
    wanted = WANTED.get(kind, "connected")
    if found != wanted:
        raise Trouble(f"{place[0]}:{place[1]} should be {wanted} to whoever connects, and is {found}")


WANTED = {
    FaultKind.REFUSED: "refused",
    FaultKind.RESET: "reset",
    FaultKind.SILENT: "silent",
    FaultKind.CANNED: "answering",
    FaultKind.FULL: "out of reach",
}


async def met(kind: FaultKind, place: Address) -> str:
    """Return in a word or two what a stranger meets at *place* who does as much as it takes to tell *kind*."""
    try:
        async with asyncio.timeout(SILENCE_S if kind is FaultKind.FULL else PROBE_S):
            made = await connected(place)
    except ConnectionRefusedError:
        return "refused"
    except ConnectionResetError:
        return "reset"
    except OSError:
        return "out of reach"
    with made:
        return await heard(kind, made) if kind in WANTED else "connected"


async def heard(kind: FaultKind, made: socket.socket) -> str:
    """Return in a word what comes over a fresh connection."""
    with contextlib.suppress(OSError):
        if kind is FaultKind.CANNED:
            await sent(made, REQUEST)
    try:
        async with asyncio.timeout(SILENCE_S if kind is FaultKind.SILENT else PROBE_S):
            data = await received(made)
    except TimeoutError:
        return "silent"
    except OSError:
        return "reset"
    return "answering" if data.startswith(b"HTTP/1.1 ") else "talking" if data else "closed"
