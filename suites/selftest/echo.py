"""A dependency that says back what it is told, and what somebody meets who talks to it."""

from __future__ import annotations

import contextlib
import socket
import socketserver
import threading
from collections.abc import Iterator

from suites.rig.faults.proxy import split

ASKED = b"hello"
SAID = b"echo: hello"
PATIENCE_S = 0.3
DEADLINE_S = 20.0


class Echo(socketserver.BaseRequestHandler):
    """Answers each piece with one of its own."""

    def handle(self) -> None:
        """Serve one connection to its end."""
        with contextlib.suppress(OSError):
            while data := self.request.recv(1000):
                self.request.sendall(b"echo: " + data)


class Server(socketserver.ThreadingTCPServer):
    """Listens on loopback, in threads."""

    allow_reuse_address = True
    daemon_threads = True

    @property
    def address(self) -> str:
        """Host and port."""
        _, port = self.server_address[:2]
        return f"127.0.0.1:{port}"


@contextlib.contextmanager
def echo(address: str = "127.0.0.1:0") -> Iterator[Server]:
    """Listen at *address* for the length of the block."""
    with Server(split(address), Echo) as server:
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        try:
            yield server
        finally:
            server.shutdown()


def connect(address: str) -> socket.socket:
    """Return a connection, on which nothing is waited for longer than a moment."""
    return socket.create_connection(split(address), timeout=PATIENCE_S)


def talk(connection: socket.socket, asked: bytes = ASKED) -> tuple[bytes, str]:
    """Say *asked*; return what comes back until enough has come, and how it ended: whole, silence, reset, end."""
    heard = b""
    try:
        connection.sendall(asked)
        while len(heard) < len(SAID):
            piece = connection.recv(1000)
            if not piece:
                return heard, "end"
            heard += piece
    except TimeoutError:
        return heard, "silence"
    except OSError:
        return heard, "reset"
    return heard, "whole"


def call(address: str, asked: bytes = ASKED) -> tuple[bytes, str]:
    """Talk over a new connection; "refused" and "no connection" are further ends."""
    try:
        connection = connect(address)
    except ConnectionRefusedError:
        return b"", "refused"
    except TimeoutError:
        return b"", "no connection"
    except OSError:
        return b"", "reset"
    with connection:
        return talk(connection, asked)
