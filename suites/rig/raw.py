"""Bytes over a socket of our own: what httpx refuses to send, and requests that must arrive at the same moment."""

from __future__ import annotations

import contextlib
import socket
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from urllib.parse import urlsplit

import h11

from contract.answers import Answer, Request
from contract.targets.model import Transport
from suites.rig.tls import context_of

BODY_LIMIT_BYTES = 8 * 1024 * 1024
SETTLE_S = 0.02  # time for the target to read all but the last byte before those are released


def serialise(request: Request, transport: Transport) -> bytes:
    """
    Return the request as HTTP/1.1 bytes, fields and body as they stand, however wrong they are.

    Host, Content-Length, Connection and the target file's static headers are added only where the request does not
    name them itself.
    """
    parts = urlsplit(request.url)
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    named = {name.lower() for name, _ in request.headers}
    lines = [f"{request.method} {target} HTTP/1.1"]
    if "host" not in named:
        lines.append(f"Host: {parts.netloc.rpartition('@')[2]}")
    lines += [f"{name}: {value}" for name, value in request.headers]
    lines += [f"{name}: {value.reveal()}" for name, value in transport.headers.items() if name.lower() not in named]
    if not named & {"content-length", "transfer-encoding"} and (request.body or request.method not in ("GET", "HEAD")):
        lines.append(f"Content-Length: {len(request.body)}")
    if "connection" not in named:
        lines.append("Connection: close")
    return "\r\n".join([*lines, "", ""]).encode("latin-1", "replace") + request.body


def connect(url: str, transport: Transport) -> socket.socket:
    """Open a connection to the origin of *url*; TLS is verified as the target file says. Raises OSError."""
    parts = urlsplit(url)
    secure = parts.scheme == "https"
    host = parts.hostname or "127.0.0.1"
    plain = socket.create_connection((host, parts.port or (443 if secure else 80)), timeout=transport.timeout_s)
    plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    if not secure:
        return plain
    try:
        return context_of(transport).wrap_socket(plain, server_hostname=host)
    except BaseException:
        plain.close()
        raise


def read_answer(connection: socket.socket, request: Request, sent_at_s: float, *, timeout_s: float) -> Answer:
    """Read one answer to *request*; whatever goes wrong is an answer of status 0 that says so."""
    parser = h11.Connection(h11.CLIENT)
    known = request.method if request.method in ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE") else "GET"
    parser.send(h11.Request(method=known, target="/", headers=[("Host", "target"), ("Connection", "close")]))
    parser.send(h11.EndOfMessage())
    head: h11.Response | None = None
    body = bytearray()
    deadline = time.monotonic() + timeout_s

    def no_answer(why: str) -> Answer:
        return Answer(request, 0, sent_at_s=sent_at_s, elapsed_s=time.monotonic() - sent_at_s, fault=why)

    while True:
        try:
            event = parser.next_event()
        except h11.RemoteProtocolError as why:
            return no_answer(f"not HTTP: {why}")
        if event is h11.NEED_DATA:
            if (left := deadline - time.monotonic()) <= 0:
                return no_answer(f"timed out after {timeout_s:g} s")
            connection.settimeout(left)
            try:
                data = connection.recv(65_536)
            except TimeoutError:
                continue
            except OSError as why:
                return no_answer(f"connection lost: {why.strerror or why}")
            if not data and head is None:
                return no_answer("connection closed without an answer")
            parser.receive_data(data)
        elif isinstance(event, h11.Response):
            head = event
        elif isinstance(event, h11.Data):
            body += event.data
            if len(body) > BODY_LIMIT_BYTES:
                return no_answer(f"body over {BODY_LIMIT_BYTES} bytes")
        elif head is not None and isinstance(event, h11.EndOfMessage | h11.ConnectionClosed):
            break
    fields = tuple((name.decode("latin-1"), value.decode("latin-1")) for name, value in head.headers.raw_items())
    protocol = f"HTTP/{head.http_version.decode()}"
    elapsed_s = time.monotonic() - sent_at_s
    return Answer(request, head.status_code, fields, bytes(body), protocol, sent_at_s, elapsed_s)


def send_raw(request: Request, transport: Transport, *, data: bytes | None = None) -> Answer:
    """Send *request* (or exactly *data* in its place) over a connection of its own and return the answer."""
    if data is not None:
        request = replace(request, wire=data)
    sent_at_s = time.monotonic()
    try:
        with connect(request.url, transport) as connection:
            with contextlib.suppress(BrokenPipeError, ConnectionResetError):  # refused early: read what it said
                connection.sendall(serialise(request, transport) if data is None else data)
            return read_answer(connection, request, sent_at_s, timeout_s=transport.timeout_s)
    except OSError as why:
        return Answer(request, 0, sent_at_s=sent_at_s, fault=f"connection failed: {why.strerror or why}")


def together(requests: Sequence[Request], transport: Transport, *, stagger_s: float = 0.0) -> list[Answer]:
    """
    Send all *requests* so that they arrive at one moment; return their answers in the same order.

    Last-byte synchronisation: each has a connection of its own, on which all but the last byte is sent; then the last
    bytes are released one right after another, *stagger_s* apart.
    """
    connections: list[socket.socket] = []
    try:
        for request in requests:
            connection = connect(request.url, transport)
            connections.append(connection)
            connection.sendall(serialise(request, transport)[:-1])
        time.sleep(SETTLE_S)
        last = [serialise(request, transport)[-1:] for request in requests]
        sent_at_s = []
        for connection, byte in zip(connections, last, strict=True):
            sent_at_s.append(time.monotonic())
            with contextlib.suppress(OSError):
                connection.send(byte)
            if stagger_s:
                time.sleep(stagger_s)
        with ThreadPoolExecutor(len(requests)) as pool:
            jobs = [
                pool.submit(read_answer, connection, request, sent, timeout_s=transport.timeout_s)
                for connection, request, sent in zip(connections, requests, sent_at_s, strict=True)
            ]
            return [job.result() for job in jobs]
    except OSError as why:
        fault = f"connection failed: {why.strerror or why}"
        return [Answer(request, 0, fault=fault) for request in requests]
    finally:
        for connection in connections:
            connection.close()
