"""The HTTP server: uvicorn, with our own answers where a request never reaches the application."""

from __future__ import annotations

import json
import re
import socket
from collections.abc import Awaitable, Callable
from email.utils import formatdate
from http import HTTPStatus
from typing import Any

import uvicorn
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from reference_impl import headers, problems, request_ids
from reference_impl.app import App
from reference_impl.logs import Log
from reference_impl.settings import Settings

GRACE_S = 10
KEEP_ALIVE_S = 75
MOST_HEAD_BYTES = 128 * 1024
STRANGE_METHOD = re.compile(
    rb"\A(?!(?:GET|HEAD|POST|PUT|PATCH|DELETE|OPTIONS|TRACE) )[!#$%&'*+.^_`|~0-9A-Za-z-]+(?= [^ ]+ HTTP/1\.[01]\r\n)"
)
"""
A method that nothing here has, before a request line that is otherwise well formed.

The parser knows a fixed list and drops the connection for any other. Read as TRACE, which nothing here has either, it
gets the same honest answer: 405 with what the path has.
"""


def protocol(log: Log) -> type[HttpToolsProtocol]:
    """Return uvicorn's protocol with refusals that look like every other answer, and are logged like them."""

    class Protocol(HttpToolsProtocol):
        """HTTP/1.1 with a bound on the size of a request's head."""

        _head_bytes = 0
        _in_head = True

        def data_received(self, data: bytes) -> None:
            """Feed the parser; give up on a head that does not end."""
            was_in_head = self._in_head
            if was_in_head and not self._head_bytes:
                data = STRANGE_METHOD.sub(b"TRACE", data)
            super().data_received(data)
            if was_in_head and self._in_head:
                self._head_bytes += len(data)
                if self._head_bytes > MOST_HEAD_BYTES and not self.transport.is_closing():
                    self._refuse(problems.Problem(431, "header-too-large"))

        def on_headers_complete(self) -> None:
            """Note that the head is over."""
            self._in_head, self._head_bytes = False, 0
            super().on_headers_complete()

        def on_message_complete(self) -> None:
            """Note that a head comes next."""
            self._in_head = True
            super().on_message_complete()

        def send_400_response(self, msg: str) -> None:  # noqa: ARG002 - uvicorn's words are not sent
            """Answer what is no HTTP."""
            self._refuse(problems.Problem(400, "malformed-request"))

        def _refuse(self, problem: problems.Problem) -> None:
            tag = request_ids.request_id(None)
            content = json.dumps(problems.body(problem, tag)).encode()
            fields = {
                "Date": formatdate(usegmt=True),
                **headers.baseline(tag, tls=self.scheme == "https"),
                "Content-Type": headers.media_type(problem.status),
                "Content-Length": str(len(content)),
                "Connection": "close",
            }
            lines = [f"HTTP/1.1 {problem.status} {HTTPStatus(problem.status).phrase}"]
            lines += [f"{name}: {value}" for name, value in fields.items()]
            self.transport.write("\r\n".join([*lines, "", ""]).encode("latin-1") + content)
            self.transport.close()
            log.request(tag, "", problem.status, 0.0)

    return Protocol


class Server(uvicorn.Server):
    """uvicorn's server, which says when it listens."""

    def __init__(self, config: uvicorn.Config, listening: Callable[[], Awaitable[None]]) -> None:
        super().__init__(config)
        self._listening = listening

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start, then run *listening*."""
        await super().startup(sockets)
        await self._listening()


def serve(
    app: App, log: Log, settings: Settings, sock: socket.socket, listening: Callable[[], Awaitable[None]]
) -> None:
    """Serve *app* on *sock* until SIGINT or SIGTERM, then let running requests end, for GRACE_S seconds at most."""
    tls: dict[str, Any] = (
        {"ssl_certfile": settings.tls_cert, "ssl_keyfile": settings.tls_key} if settings.tls_cert else {}
    )
    config = uvicorn.Config(
        app,
        http=protocol(log),
        ws="none",
        lifespan="off",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        timeout_keep_alive=KEEP_ALIVE_S,
        timeout_graceful_shutdown=GRACE_S,
        **tls,
    )
    Server(config, listening).run([sock])
