"""Two requests on one connection, the second after the answer to the first: whether both sides stay in step."""

from __future__ import annotations

import contextlib
import socket
import time
from dataclasses import replace

import h11

from contract.answers import Answer, Request
from contract.targets.model import Transport
from suites.rig.raw import BODY_LIMIT_BYTES, connect, serialise

SURPLUS_LIMIT_BYTES = 65_536


def in_step(first: Request, second: Request, transport: Transport) -> tuple[Answer, Answer | None]:
    """
    Send *first*, read its answer, and send *second* on the same connection; return both answers.

    The second is None where the target ended the connection after the first, as it always may. Content that the first
    answer should not have is read as the beginning of the second, which then is of status 0 and says so.

    Source: RFC 9112 sections 6.3 and 9.3.
    """
    parser = h11.Connection(h11.CLIENT)
    try:
        connection = connect(first.url, transport)
    except OSError as why:
        return Answer(first, 0, sent_at_s=time.monotonic(), fault=f"connection failed: {why.strerror or why}"), None
    with connection:
        answer = _exchange(connection, parser, first, transport, "keep-alive")
        if not answer.status:
            return answer, None
        if parser.our_state is not h11.DONE or parser.their_state is not h11.DONE:
            surplus = parser.trailing_data[0] + _rest(connection, transport.timeout_s)
            return answer, Answer(second, 0, fault=f"not HTTP: {len(surplus)} bytes too many") if surplus else None
        parser.start_next_cycle()
        following = _exchange(connection, parser, second, transport, "close")
        return answer, None if following.fault.startswith("connection") else following


def _exchange(
    connection: socket.socket, parser: h11.Connection, request: Request, transport: Transport, persistence: str
) -> Answer:
    """Send *request* and read its answer; whatever goes wrong is an answer of status 0 that says so."""
    known = request.method if request.method in ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE") else "GET"
    parser.send(h11.Request(method=known, target="/", headers=[("Host", "target"), ("Connection", persistence)]))
    parser.send(h11.EndOfMessage())
    lasting = replace(request, headers=(*request.headers, ("Connection", persistence)))
    sent_at_s, deadline = time.monotonic(), time.monotonic() + transport.timeout_s
    head: h11.Response | None = None
    body = bytearray()
    fault = ""
    try:
        connection.sendall(serialise(lasting, transport))
        while not fault:
            event = parser.next_event()
            if event is h11.NEED_DATA:
                connection.settimeout(max(deadline - time.monotonic(), 0.001))
                data = connection.recv(65_536)
                if not data and head is None:
                    fault = "connection closed without an answer"
                parser.receive_data(data)
            elif isinstance(event, h11.Response):
                head = event
            elif isinstance(event, h11.Data):
                body += event.data
                if len(body) > BODY_LIMIT_BYTES:
                    fault = f"body over {BODY_LIMIT_BYTES} bytes"
            elif isinstance(event, h11.EndOfMessage):
                break
            elif not isinstance(event, h11.InformationalResponse):
                fault = "connection closed in mid-answer"
    except h11.RemoteProtocolError as why:
        fault = f"not HTTP: {why}"
    except TimeoutError:
        fault = f"timed out after {transport.timeout_s:g} s"
    except OSError as why:
        fault = f"connection lost: {why.strerror or why}"
    elapsed_s = time.monotonic() - sent_at_s
    if fault or head is None:
        return Answer(request, 0, sent_at_s=sent_at_s, elapsed_s=elapsed_s, fault=fault or "connection lost")
    fields = tuple((name.decode("latin-1"), value.decode("latin-1")) for name, value in head.headers.raw_items())
    protocol = f"HTTP/{head.http_version.decode()}"
    return Answer(request, head.status_code, fields, bytes(body), protocol, sent_at_s, elapsed_s)


def _rest(connection: socket.socket, timeout_s: float) -> bytes:
    """Return what still comes before the target ends the connection, which it has announced."""
    rest = bytearray()
    connection.settimeout(timeout_s)
    with contextlib.suppress(OSError):
        while len(rest) < SURPLUS_LIMIT_BYTES and (data := connection.recv(65_536)):
            rest += data
    return bytes(rest)
