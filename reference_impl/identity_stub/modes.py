"""How the stub answers: well, or in one of the ways in which identity services fail."""

from __future__ import annotations

import asyncio
import socket
import struct
from collections.abc import Awaitable, Callable

from reference_impl.small_http import Said, as_json, encoded

SLOW_S = 3600.0
DRIP_S = 1.0

OK = "ok"

REFUSALS: dict[str, Said] = {
    "reject-400": (400, {"error": "invalid_grant"}),
    "reject-401": (401, {"error": "invalid_credentials"}),
    "reject-401-bare": (401, None),
    "reject-403": (403, {"error": {"code": "account_disabled"}}),
    "reject-404": (404, {"code": "user_not_found"}),
    "refuse-service": (403, {"error": "service_not_authorized"}),
    "refuse-service-401": (401, {"error": "service_credentials_expired"}),
}
"""`reject-`: the user's credentials are refused, each time in other words. `refuse-service`: ours are."""

SENSELESS: dict[str, tuple[int, str, bytes]] = {
    "html": (200, "text/html", b"<!doctype html><title>Welcome</title>"),
    "html-401": (401, "text/html", b"<!doctype html><title>Log in to the gateway</title>"),
    "cut-json": (200, "application/json", b'{"subject": "018f5e0c", "tok'),
    "empty": (200, "application/json", b""),
    "missing-member": (200, "application/json", b'{"subject": "018f5e0c"}'),
    "wrong-types": (200, "application/json", b'{"subject": 7, "token": ["a"]}'),
    "null": (200, "application/json", b"null"),
    "500": (500, "text/plain", b"Traceback (most recent call last): ..."),
    "503": (503, "application/json", b'{"error": "invalid_credentials"}'),
}


class Exchange:
    """One request to be answered: `proper` does what it asks and returns the right answer as it goes over the wire."""

    def __init__(self, proper: Callable[[], bytes], writer: asyncio.StreamWriter) -> None:
        self.proper = proper
        self.writer = writer

    async def slow(self) -> None:
        """Answer rightly, an hour later."""
        await asyncio.sleep(SLOW_S)
        self.writer.write(self.proper())

    async def silent(self) -> None:
        """Say nothing for as long as the caller waits."""
        await self.writer.wait_closed()

    async def drip(self) -> None:
        """Answer rightly, a byte a second."""
        for byte in self.proper():
            self.writer.write(bytes([byte]))
            await self.writer.drain()
            await asyncio.sleep(DRIP_S)

    async def reset(self) -> None:
        """Do what was asked, then reset the connection instead of answering."""
        self.proper()
        self._abort()

    async def reset_in_body(self) -> None:
        """Answer, but reset the connection before the end."""
        self.writer.write(self.proper()[:-5])
        await self.writer.drain()
        self._abort()

    async def redirect(self) -> None:
        """Send the caller elsewhere, where he would be counted."""
        host, port, *_ = self.writer.get_extra_info("sockname")
        self.writer.write(encoded(307, "", b"", f"Location: http://{host}:{port}/elsewhere"))

    def _abort(self) -> None:
        no_linger = struct.pack("ii", 1, 0)
        self.writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, no_linger)
        self.writer.transport.abort()


WAYS: dict[str, Callable[[Exchange], Awaitable[None]]] = {
    "slow": Exchange.slow,
    "silent": Exchange.silent,
    "drip": Exchange.drip,
    "reset": Exchange.reset,
    "reset-in-body": Exchange.reset_in_body,
    "redirect": Exchange.redirect,
}
MODES = (OK, *REFUSALS, *SENSELESS, *WAYS)


async def answer(mode: str, exchange: Exchange) -> None:
    """Answer *exchange* as *mode* says."""
    if mode in WAYS:
        await WAYS[mode](exchange)
    elif mode in REFUSALS:
        exchange.writer.write(as_json(REFUSALS[mode]))
    elif mode in SENSELESS:
        exchange.writer.write(encoded(*SENSELESS[mode]))
    else:
        exchange.writer.write(exchange.proper())
