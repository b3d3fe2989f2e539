"""The HTTP server: uvicorn, with our own answers where a request never reaches the application."""

from __future__ import annotations

import json
import socket
import sys
from collections.abc import Callable
from typing import Any

import httptools
import uvicorn
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from reference_impl import headers, problems
from reference_impl.request_ids import request_id
from reference_impl.settings import Settings

GRACE_S = 10
KEEP_ALIVE_S = 75
PHRASES = {400: b"Bad Request", 431: b"Request Header Fields Too Large", 501: b"Not Implemented"}


class Protocol(HttpToolsProtocol):
    """HTTP/1.1 whose refusals of malformed requests look like every other answer."""

    def send_400_response(self, msg: str) -> None:  # noqa: ARG002 - uvicorn's words are not sent
        """Answer what is no HTTP, or has a method that does not exist, and close."""
        fault = sys.exc_info()[1]
        problem = problems.Problem(400, "malformed-request")
        if isinstance(fault, httptools.HttpParserInvalidMethodError):
            problem = problems.Problem(501, "not-implemented")
        tag = request_id(None)
        content = json.dumps(problems.body(problem, tag)).encode()
        fields = {
            **headers.baseline(tag, tls=self.scheme == "https"),
            "Content-Type": "application/problem+json",
            "Content-Length": str(len(content)),
            "Connection": "close",
        }
        lines = [b"HTTP/1.1 %d %s" % (problem.status, PHRASES[problem.status])]
        lines += [f"{name}: {value}".encode("latin-1") for name, value in fields.items()]
        self.transport.write(b"\r\n".join(lines) + b"\r\n\r\n" + content)
        self.transport.close()


class Server(uvicorn.Server):
    """uvicorn's server, which says when it listens."""

    def __init__(self, config: uvicorn.Config, listening: Callable[[], None]) -> None:
        super().__init__(config)
        self._listening = listening

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start, then call *listening*."""
        await super().startup(sockets)
        self._listening()


def listen(settings: Settings) -> socket.socket:
    """Return a listening socket. Raises OSError where the address is not ours to take."""
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    return socket.create_server((settings.host, settings.port), family=family, backlog=2048)


def serve(app: Any, settings: Settings, sock: socket.socket, listening: Callable[[], None]) -> None:
    """Serve *app* on *sock* until SIGINT or SIGTERM, then let running requests end, for GRACE_S seconds at most."""
    config = uvicorn.Config(
        app,
        http=Protocol,
        ws="none",
        lifespan="off",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        timeout_keep_alive=KEEP_ALIVE_S,
        timeout_graceful_shutdown=GRACE_S,
        ssl_certfile=settings.tls_cert or None,
        ssl_keyfile=settings.tls_key or None,
    )
    Server(config, listening).run([sock])
