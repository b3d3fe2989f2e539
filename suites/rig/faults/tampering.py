"""What the proxy does to one connection: pass bytes on, or not, as the fault in force says. Linux and macOS."""

from __future__ import annotations

import asyncio
import contextlib
import random
import socket
import struct
from dataclasses import dataclass, field

from contract.outages import FaultKind, Reply

PIECE_BYTES = 65_536
DRIP_S = 1.0
LATE_S = 30.0  # longer than any sane time-out for a dependency
FAREWELL_S = 2.0
LARGEST_REQUEST_BYTES = 1_048_576
NO_LINGER = struct.pack("ii", 1, 0)

Address = tuple[str, int]
"""Host and port."""


@dataclass
class Mode:
    """
    The fault in force, None for none; `changed` is set when another one takes its place.

    `heard` is how many more times the target is heard before connections are reset, where the fault comes halfway.
    """

    kind: FaultKind | None = None
    reply: Reply | None = None
    heard: int = 0
    changed: asyncio.Event = field(default_factory=asyncio.Event)

    def ends_here(self) -> bool:
        """Whether what the target has just said is not to go through any more."""
        self.heard -= 1
        return self.kind is FaultKind.HALFWAY and self.heard < 0

    async def lasts(self, seconds: float) -> None:
        """Wait *seconds*, or until the fault is over."""
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self.changed.wait(), seconds)


class Over(Exception):
    """The connection is to be ended now."""


class Link:
    """
    One connection of the target, and the one to its dependency once it is made.

    `spoilt`: something went through that the dependency never said, so that the connection cannot outlive the fault.
    """

    def __init__(self, client: socket.socket, to: Address) -> None:
        self.client = client
        self.server: socket.socket | None = None
        self.mode = Mode()
        self.spoilt = False
        self._to = to
        self._reset = False
        self._noise = random.Random(0)

    async def attend(self) -> None:
        """Serve the connection until it ends."""
        try:
            await self._until_there_is_somebody()
            self.server = await connected(self._to)
            asking, answering = asyncio.create_task(self._asks()), asyncio.create_task(self._answers())
            try:
                await asyncio.gather(asking, answering)
            finally:
                for task in (asking, answering):
                    task.cancel()
                await asyncio.gather(asking, answering, return_exceptions=True)
        except Over:
            pass
        except OSError:
            self._reset = True  # one side broke it: the other one is to see that
        except asyncio.CancelledError:
            self._reset = True
            raise
        finally:
            self.end()

    async def _until_there_is_somebody(self) -> None:
        """Wait while nothing is to be said; answer in the dependency's place where that is the fault. Raises Over."""
        while True:
            mode = self.mode
            if mode.kind is FaultKind.RESET:
                self._reset = True
                raise Over
            if mode.kind is FaultKind.SILENT:
                await mode.changed.wait()
            elif mode.kind is FaultKind.CANNED:
                asked = await self._asked_during(mode)
                if asked is not None:
                    await self._answer_as_told(asked, mode)
            else:
                return

    async def _asked_during(self, mode: Mode) -> bytes | None:
        """Return what the target says first, b"" where it goes, None where the fault is over before."""
        hearing = asyncio.ensure_future(received(self.client))
        ending = asyncio.ensure_future(mode.changed.wait())
        try:
            await asyncio.wait({hearing, ending}, return_when=asyncio.FIRST_COMPLETED)
            return hearing.result() if hearing.done() else None
        finally:
            for waiting in (hearing, ending):
                waiting.cancel()

    async def _answer_as_told(self, asked: bytes, mode: Mode) -> None:
        """Answer one HTTP request with the reply in force, once it has come whole, and end. Raises Over."""
        self.spoilt = True
        while asked and not is_whole(asked) and len(asked) < LARGEST_REQUEST_BYTES:
            more = await received(self.client)
            asked = asked + more if more else b""
        if asked and mode.reply is not None:
            await sent(self.client, mode.reply.encoded())
            await self._farewell()
        raise Over

    async def _asks(self) -> None:
        """Pass on what the target says."""
        assert self.server is not None
        while data := await received(self.client):
            await self._while_silent()
            if self.mode.kind is FaultKind.CANNED:
                await self._answer_as_told(data, self.mode)
            if self.mode.ends_here():
                self._reset = True
                raise Over
            await sent(self.server, data)
        await self._while_silent()
        self.server.shutdown(socket.SHUT_WR)

    async def _answers(self) -> None:
        """Pass on what the dependency says, or what is left of it."""
        assert self.server is not None
        while data := await received(self.server):
            await self._while_silent()
            await self._say(data)
        await self._while_silent()
        self.client.shutdown(socket.SHUT_WR)

    async def _say(self, data: bytes) -> None:
        mode = self.mode
        if mode.kind in (FaultKind.CUT, FaultKind.TRUNCATED):
            await sent(self.client, data[:-1])
            self._reset = mode.kind is FaultKind.CUT
            if not self._reset:
                await self._farewell()
            raise Over
        if mode.kind is FaultKind.DRIP:
            while data and not mode.changed.is_set():
                await sent(self.client, data[:1])
                data = data[1:]
                await mode.lasts(DRIP_S)
        elif mode.kind is FaultKind.SLOW:
            await mode.lasts(LATE_S)
        elif mode.kind is FaultKind.GARBLED:
            self.spoilt = True
            # No text protocol and no letter-coded one (PostgreSQL's) begins with a byte above 127.
            data = bytes(self._noise.randrange(128, 256) for _ in data)
        await sent(self.client, data)

    async def _while_silent(self) -> None:
        while self.mode.kind is FaultKind.SILENT:
            await self.mode.changed.wait()

    async def _farewell(self) -> None:
        """End in good order: closing with unread bytes in hand would reset what was just sent."""
        self.client.shutdown(socket.SHUT_WR)
        with contextlib.suppress(TimeoutError, OSError):
            async with asyncio.timeout(FAREWELL_S):
                while await received(self.client):
                    pass

    def end(self) -> None:
        """Close both sides, if they are not closed yet: in good order, or by a reset."""
        for side in (self.client, self.server):
            if side is None:
                continue
            if self._reset:
                with contextlib.suppress(OSError):
                    side.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, NO_LINGER)
            side.close()


def is_whole(request: bytes) -> bool:
    """Whether *request* is an HTTP request to its end; a body without Content-Length counts as none."""
    head, end, body = request.partition(b"\r\n\r\n")
    lengths = [
        line.split(b":")[1].strip() for line in head.split(b"\r\n") if line.lower().startswith(b"content-length:")
    ]
    return bool(end) and len(body) >= int(lengths[0] if lengths and lengths[0].isdigit() else 0)


async def connected(to: Address) -> socket.socket:
    """Return a connection to *to*. Raises OSError."""
    loop = asyncio.get_running_loop()
    family, kind, protocol, _, address = (await loop.getaddrinfo(*to, type=socket.SOCK_STREAM))[0]
    made = socket.socket(family, kind, protocol)
    try:
        made.setblocking(False)
        made.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        await loop.sock_connect(made, address)
    except BaseException:
        made.close()
        raise
    return made


async def received(side: socket.socket) -> bytes:
    """Return what comes next; b"" at the end. Raises OSError."""
    return await asyncio.get_running_loop().sock_recv(side, PIECE_BYTES)


async def sent(side: socket.socket, data: bytes) -> None:
    """Send all of *data*. Raises OSError."""
    await asyncio.get_running_loop().sock_sendall(side, data)
