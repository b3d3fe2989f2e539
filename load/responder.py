"""
A server that is no bottleneck: it answers at once, always the same, and can be told to stall.

    python -m load.responder [--port 0] [--stall-after S --stall-for S] [--status 200] [--delay-ms MS] [--die-after S]

It speaks enough of the contract to be put under load: registration, login, refresh. Stalls and the end are counted from
the first login or refresh after --warm-up of them, so that preparing accounts does not count. Its first line of output
says where it listens.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
import time
from typing import Any

TOKENS = {"accessToken": "a" * 240, "refreshToken": "r" * 43, "tokenType": "Bearer", "expiresIn": 3600}
USER = {
    "id": "6f1c1a2e-7f7a-4f0e-9a53-2f1f6c1f7a01",
    "email": "someone@example.com",
    "displayName": "",
    "role": "user",
    "mfaEnabled": False,
    "disabled": False,
    "createdAt": "2026-01-01T00:00:00Z",
}
BODIES = {b"/register": (201, USER), b"/login": (200, {**TOKENS, "user": USER}), b"/refresh": (200, TOKENS)}
REQUEST_ID = "00000000-0000-4000-8000-000000000000"
PROBLEM = {"title": "No", "requestId": REQUEST_ID}
TYPES = {429: "throttled", 503: "database-unavailable", 401: "invalid-credentials"}
FIELDS = (
    f"X-Request-ID: {REQUEST_ID}\r\nCache-Control: no-store\r\n"
    "X-Content-Type-Options: nosniff\r\nReferrer-Policy: no-referrer\r\n"
    "Content-Security-Policy: default-src 'none'; frame-ancestors 'none'\r\n"
)


def written(status: int, body: dict[str, Any], media_type: str, more: str = "") -> bytes:
    """Return an answer as it goes over the wire."""
    content = json.dumps(body).encode()
    head = f"HTTP/1.1 {status} X\r\nContent-Type: {media_type}\r\nContent-Length: {len(content)}\r\n{FIELDS}{more}\r\n"
    return head.encode() + content


class Responder(asyncio.Protocol):
    """One connection. What all share is in `options`, `answers` and `seen`."""

    options: argparse.Namespace
    answers: dict[bytes, bytes]
    seen = 0
    began_s: float | None = None
    stalled = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin with nothing read."""
        self.transport: Any = transport
        self.read = b""

    def data_received(self, data: bytes) -> None:
        """Answer every request that is whole."""
        self.read += data
        while (end := self.read.find(b"\r\n\r\n")) >= 0:
            head = self.read[:end]
            place = head.lower().find(b"content-length:")
            length = int(head[place + 15 :].split(b"\r\n", 1)[0]) if place >= 0 else 0
            if len(self.read) < end + 4 + length:
                return
            self.read = self.read[end + 4 + length :]
            path = head.split(b" ", 2)[1]
            path = path[path.rfind(b"/") :]
            answer = self.answers.get(path, self.answers[b""])
            if path != b"/register" and self.count() and self.options.status:
                answer = self.answers[b""]
            if self.options.delay_ms:
                asyncio.get_running_loop().call_later(self.options.delay_ms / 1000, self.transport.write, answer)
            else:
                self.transport.write(answer)

    def count(self) -> bool:
        """Stall, or end, when it is time to; return whether the warm-up is over."""
        options, cls = self.options, type(self)
        cls.seen += 1
        if cls.seen == options.warm_up + 1:
            loop, cls.began_s = asyncio.get_running_loop(), time.monotonic()
            if options.stall_for:
                loop.call_later(options.stall_after, time.sleep, options.stall_for)
            if options.die_after:
                loop.call_later(options.die_after, loop.stop)
        return cls.seen > options.warm_up


async def serve(options: argparse.Namespace) -> None:
    """Listen until the end."""
    loop = asyncio.get_running_loop()
    server = await loop.create_server(Responder, "127.0.0.1", options.port, backlog=2048)
    port = server.sockets[0].getsockname()[1]
    print(json.dumps({"listening": f"http://127.0.0.1:{port}"}), flush=True)
    await server.serve_forever()


def main(arguments: list[str]) -> int:
    """Serve; 0 once told to stop."""
    parser = argparse.ArgumentParser(prog="python -m load.responder", description=__doc__)
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--stall-after", type=float, default=0.0)
    parser.add_argument("--stall-for", type=float, default=0.0)
    parser.add_argument("--die-after", type=float, default=0.0)
    parser.add_argument("--warm-up", type=int, default=0, help="logins and refreshes before the clock starts")
    parser.add_argument("--delay-ms", type=float, default=0.0)
    parser.add_argument("--status", type=int, default=0, help="answer every login and refresh with this one")
    Responder.options = options = parser.parse_args(arguments)
    status = options.status or 404
    kind = f"urn:authproof:problem:{TYPES.get(status, 'not-found')}"
    more = "Retry-After: 900\r\n" if status in (429, 503) else ""
    problem = {"type": kind, "status": status, **PROBLEM}
    refusal = written(status, problem, "application/problem+json", more)
    Responder.answers = {path: written(status, body, "application/json") for path, (status, body) in BODIES.items()}
    location = f"Location: /api/v1/users/{USER['id']}\r\n"
    Responder.answers[b"/register"] = written(201, USER, "application/json", location)
    Responder.answers[b""] = refusal
    try:
        asyncio.run(serve(options))
    except (KeyboardInterrupt, RuntimeError):  # loop.stop: asyncio says so by a RuntimeError
        return 0
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
