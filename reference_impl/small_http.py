"""As much HTTP as the control port and the stub identity service need: one request per connection, JSON both ways."""

from __future__ import annotations

import asyncio
import contextlib
import json
import socket
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qsl, urlsplit

LARGEST_BODY_BYTES = 1_048_576

Said = tuple[int, Any]
"""Status and JSON body; None for no body."""


@dataclass(frozen=True, slots=True)
class Asked:
    """One request; names of `fields` are in lower case, `body` is the JSON value sent, None where there is none."""

    method: str
    path: str
    query: Mapping[str, str]
    fields: Mapping[str, str]
    body: Any


def encoded(status: int, media_type: str, body: bytes, *fields: str) -> bytes:
    """Return one answer that ends its connection; *fields* are further header lines."""
    lines = [f"HTTP/1.1 {status} {HTTPStatus(status).phrase}", "Connection: close", *fields]
    lines += [] if status == HTTPStatus.NO_CONTENT else [f"Content-Length: {len(body)}"]
    lines += [f"Content-Type: {media_type}"] if body else []
    return "\r\n".join([*lines, "", ""]).encode() + body


def as_json(said: Said) -> bytes:
    """Return *said* as HTTP."""
    status, body = said
    return encoded(status, "application/json", b"" if body is None else json.dumps(body).encode())


async def listen(
    sock: socket.socket, answer: Callable[[Asked, asyncio.StreamWriter], Awaitable[None]]
) -> asyncio.Server:
    """Return a server that takes connections from *sock*; *answer* writes what is said to each request."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            with contextlib.suppress(OSError):  # the other side has gone: there is nobody to tell
                asked = await _read(reader)
                await (answer(asked, writer) if asked else _say(writer, (400, {"error": "not a request with JSON"})))
                await writer.drain()
        finally:
            writer.close()

    return await asyncio.start_server(serve, sock=sock)


async def _say(writer: asyncio.StreamWriter, said: Said) -> None:
    writer.write(as_json(said))


async def _read(reader: asyncio.StreamReader) -> Asked | None:
    """Return the request, or None where it is not one that is understood here."""
    try:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        method, target, _ = head[0].split(" ", 2)
        fields = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in head[1:])}
        size = int(fields.get("content-length", "0"))
        if size > LARGEST_BODY_BYTES:
            return None
        raw = await reader.readexactly(size)
        parts = urlsplit(target)
        return Asked(method, parts.path, dict(parse_qsl(parts.query)), fields, json.loads(raw) if raw else None)
    except (asyncio.IncompleteReadError, asyncio.LimitOverrunError, ValueError, RecursionError):
        return None
