"""
A TCP proxy between a target and one dependency, which can fail in the dependency's place.

A fault also meets connections that are open already. When it is over, those that it left whole go on where they were,
and new ones pass at once. Faults that speak (cut, truncated, drip, slow, garbled) begin with the dependency's next
words.
"""

from __future__ import annotations

import asyncio
import contextlib
import socket

from contract.outages import FaultKind, Reply
from suites.rig.faults import seen
from suites.rig.faults.driver import Trouble
from suites.rig.faults.tampering import Address, Link, Mode, connected

BACKLOG = 512
HANG_S = 0.15  # on one machine a connection is made at once, or not at all
MOST_FILLERS = 64
LOOK_AGAIN_S = 0.02
PROBE_S = 2.0

KINDS = frozenset(FaultKind) - {FaultKind.WRONG_CREDENTIALS, FaultKind.DOWN}
NOBODY_LISTENS = frozenset({FaultKind.REFUSED, FaultKind.FULL})
OPEN_ONES_ARE_RESET = NOBODY_LISTENS | {FaultKind.RESET}


def split(address: str) -> Address:
    """Return host and port of "127.0.0.1:5432" or "[::1]:5432"."""
    host, _, port = address.rpartition(":")
    return host.strip("[]"), int(port)


class Proxy:
    """Passes connections to *listen* on to *to*; a *listen* without a port ("127.0.0.1:0") gets a free one."""

    def __init__(self, listen: str, to: str) -> None:
        self.to = split(to)
        self._mode = Mode()
        self._links: dict[asyncio.Task[None], Link] = {}
        self._taken = 0
        self._fillers: list[socket.socket] = []
        self._listener: socket.socket | None = None
        self._accepting: asyncio.Task[None] | None = None
        # Bound and never listening: it keeps the port ours while connections to it are refused.
        self._holder = bound(split(listen))
        self._place: Address = self._holder.getsockname()[:2]

    @property
    def address(self) -> str:
        """Where the target is to connect to."""
        host, port = self._place
        return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"

    @property
    def broken(self) -> bool:
        """Whether a fault is in force."""
        return self._mode.kind is not None

    @property
    def connections(self) -> int:
        """How many connections were taken since the mode last changed."""
        return self._taken

    def open(self) -> None:
        """Listen."""
        self._listen(BACKLOG)
        self._accepting = asyncio.create_task(self._accept())

    async def close(self) -> None:
        """End every connection, and listen no more."""
        self._stop_listening()
        await self._reset(list(self._links))
        self.release()

    def release(self) -> None:
        """Give the port back."""
        self._holder.close()

    async def break_(self, kind: FaultKind, reply: Reply | None = None, *, after: int = 0) -> None:
        """
        Fail as *kind* says, and see that it took, as far as that can be seen without the dependency's language.

        Raises:
            Trouble: it did not take.
        """
        if kind in NOBODY_LISTENS:
            self._stop_listening()
        self._change(Mode(kind, reply, after))
        if kind in OPEN_ONES_ARE_RESET:
            await self._reset(list(self._links))
        if kind is FaultKind.FULL:
            await self._fill()
        await seen.check(kind, self._place)
        self._taken = 0

    async def mend(self, *, wait_s: float) -> None:
        """
        Pass everything on again, and see that a connection through here is taken by the dependency within *wait_s*.

        Raises:
            Trouble: it is not.
        """
        before = self._mode.kind
        self._change(Mode())
        await self._reset([task for task, link in self._links.items() if link.spoilt])
        if before in NOBODY_LISTENS:
            self._stop_listening()
            self.open()
        deadline = asyncio.get_running_loop().time() + wait_s
        while not await self._passes():
            if asyncio.get_running_loop().time() > deadline:
                host, port = self.to
                raise Trouble(f"nothing takes connections at {host}:{port}, {wait_s:g} s after the repair")
            await asyncio.sleep(LOOK_AGAIN_S)
        self._taken = 0

    async def _passes(self) -> bool:
        """Whether a connection made here reaches the dependency."""
        try:
            async with asyncio.timeout(PROBE_S):
                (await connected(self.to)).close()
                probe = await connected(self._place)
        except OSError:
            return False
        with probe:
            name = probe.getsockname()
            deadline = asyncio.get_running_loop().time() + PROBE_S
            while asyncio.get_running_loop().time() < deadline:
                mine = [link for link in self._links.values() if peer(link.client) == name]
                if mine and mine[0].server is not None:
                    return True
                await asyncio.sleep(0.001)
        return False

    def _change(self, mode: Mode) -> None:
        before, self._mode = self._mode, mode
        for link in self._links.values():
            link.mode = mode
        before.changed.set()

    def _listen(self, backlog: int) -> None:
        self._listener = bound(self._place)
        self._listener.listen(backlog)

    def _stop_listening(self) -> None:
        if self._accepting is not None:
            self._accepting.cancel()
            self._accepting = None
        for each in (self._listener, *self._fillers):
            if each is not None:
                each.close()
        self._listener = None
        self._fillers.clear()

    async def _accept(self) -> None:
        assert self._listener is not None
        while True:
            try:
                client, _ = await asyncio.get_running_loop().sock_accept(self._listener)
            except OSError:  # it went before we came to it, or there are too many open files for now
                await asyncio.sleep(LOOK_AGAIN_S)
                continue
            client.setblocking(False)
            client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self._taken += 1
            link = Link(client, self.to)
            link.mode = self._mode
            task = asyncio.create_task(link.attend())
            self._links[task] = link
            task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._links.pop(task).end()  # a task that was cancelled before its first step has ended nothing by itself

    async def _fill(self) -> None:
        """Listen without ever accepting, and take every place in the queue, until two in a row find none."""
        self._listen(0)
        hung = 0
        for _ in range(MOST_FILLERS):
            try:
                async with asyncio.timeout(HANG_S):
                    self._fillers.append(await connected(self._place))
                hung = 0
            except TimeoutError:
                hung += 1
            if hung == 2:
                return
        raise Trouble(
            f"{self.address}: still takes connections with {MOST_FILLERS} waiting; its backlog cannot be filled"
        )

    async def _reset(self, tasks: list[asyncio.Task[None]]) -> None:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def bound(place: Address) -> socket.socket:
    """Return a socket bound to *place*, which others of this process may share. Raises Trouble."""
    family = socket.AF_INET6 if ":" in place[0] else socket.AF_INET
    made = socket.socket(family, socket.SOCK_STREAM)
    made.setblocking(False)
    try:
        made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        made.bind(place)
    except OSError as why:
        made.close()
        raise Trouble(f"cannot listen at {place[0]}:{place[1]}: {why.strerror or why}") from None
    return made


def peer(side: socket.socket) -> object:
    """Return the address of the other end, None where it has gone."""
    with contextlib.suppress(OSError):
        return side.getpeername()
    return None
