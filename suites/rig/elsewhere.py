"""A place on this machine that nobody has a reason to go to, and that knows who came all the same."""

from __future__ import annotations

import contextlib
import socket
from collections.abc import Iterator
from dataclasses import dataclass


@dataclass(frozen=True)
class Elsewhere:
    """A listener that takes connections and says nothing; `url` is where it is."""

    url: str
    _listener: socket.socket

    def visitors(self) -> int:
        """Return how many have come since it was last asked."""
        came = 0
        with contextlib.suppress(BlockingIOError):
            while True:
                self._listener.accept()[0].close()
                came += 1
        return came


@contextlib.contextmanager
def elsewhere() -> Iterator[Elsewhere]:
    """Listen on a free port for the length of the block."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.setblocking(False)
        yield Elsewhere(f"http://127.0.0.1:{listener.getsockname()[1]}/elsewhere", listener)
