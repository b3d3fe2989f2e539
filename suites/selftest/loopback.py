"""A server on loopback that says exactly the bytes a test wants to hear said."""

from __future__ import annotations

import contextlib
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

Speak = Callable[[socket.socket, bytes], None]


@dataclass
class Heard:
    """What came in: each request as it came over the wire, and the number of connections."""

    url: str
    requests: list[bytes] = field(default_factory=list)
    connections: int = 0


@contextlib.contextmanager
def serving(speak: Speak, *, tls: ssl.SSLContext | None = None) -> Iterator[Heard]:
    """
    Answer each request by *speak*, which gets the connection and the request's bytes.

    A connection is closed when *speak* raises OSError or closes it; until then it takes further requests.
    """
    listener = socket.create_server(("127.0.0.1", 0))
    heard = Heard(f"{'https' if tls else 'http'}://127.0.0.1:{listener.getsockname()[1]}")
    stopped = threading.Event()

    def attend(connection: socket.socket) -> None:
        connection.settimeout(10)
        with (
            contextlib.suppress(OSError),
            connection,
            tls.wrap_socket(connection, server_side=True) if tls else connection as speaker,
        ):
            while not stopped.is_set() and (request := read_request(speaker)):
                heard.requests.append(request)
                speak(speaker, request)

    def accept() -> None:
        with contextlib.suppress(OSError):
            while True:
                connection, _ = listener.accept()
                heard.connections += 1
                threading.Thread(target=attend, args=(connection,), daemon=True).start()

    acceptor = threading.Thread(target=accept, daemon=True)
    acceptor.start()
    try:
        yield heard
    finally:
        stopped.set()
        with contextlib.suppress(OSError):
            listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        acceptor.join(5)


def read_request(connection: socket.socket) -> bytes:
    """Return the bytes of one request with a Content-Length or no body; b"" where the peer has closed."""
    data = b""
    while b"\r\n\r\n" not in data:
        piece = connection.recv(65_536)
        if not piece:
            return b""
        data += piece
    head, _, body = data.partition(b"\r\n\r\n")
    lengths = [line.split(b":")[1] for line in head.split(b"\r\n") if line.lower().startswith(b"content-length:")]
    while len(body) < int(lengths[0] if lengths else 0):
        body += connection.recv(65_536)
    return head + b"\r\n\r\n" + body


def saying(*answers: bytes) -> Speak:
    """Say *answers* one after another, the last one again and again."""
    left = list(answers)

    def speak(connection: socket.socket, request: bytes) -> None:
        connection.sendall(left.pop(0) if len(left) > 1 else left[0])

    return speak
