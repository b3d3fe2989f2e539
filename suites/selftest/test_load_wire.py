"""The locust driver: the bytes of the flow, sent once, to a server that proved who it is."""

from __future__ import annotations

import contextlib
import socket
import ssl
import time
from pathlib import Path

import gevent
import pytest

from contract.answers import Answer, Request
from contract.secret import Secret
from contract.targets.model import Transport
from load.wire import Wire
from suites.rig.client import Client
from suites.selftest.loopback import saying, serving
from suites.selftest.test_client_tls import identity, server_context

__all__ = ["identity"]  # a fixture

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nSet-Cookie: a=1\r\nSet-Cookie: b=2\r\n\r\n{}"


def post(url: str, method: str = "POST") -> Request:
    """Return a request with a body."""
    return Request(method, f"{url}/api/v1/x?y=%20z", (("Content-Type", "application/json"),), b'{"a": 1}', "loginUser")


def sent(wire: Wire, request: Request) -> Answer:
    """Send *request*, and close the connections."""
    with contextlib.closing(wire):
        return wire.send(request)


def test_the_answer_is_as_every_other_driver_gives_it():
    """What is judged in the suites and under load is the same."""
    transport = Transport(headers={"X-Tenant": Secret("blue tenant of the day")})
    with serving(saying(OK, OK)) as server:
        seen = sent(Wire(transport, server.url, connections=2), post(server.url))
        with Client(transport) as client:
            wanted = client.send(post(server.url))

    assert (seen.status, seen.body, seen.protocol, seen.headers) == (
        wanted.status,
        wanted.body,
        wanted.protocol,
        wanted.headers,
    )
    first, second = (set(each.split(b"\r\n")) for each in server.requests)
    assert first == second


def test_a_put_whose_connection_is_closed_is_not_repeated():
    """A refresh by PUT that is sent twice spends its token twice, and ends the session."""

    def hang_up(connection: socket.socket, _: bytes) -> None:
        connection.close()

    with serving(hang_up) as server:
        seen = sent(Wire(Transport(), server.url, connections=5), post(server.url, "PUT"))

    assert (seen.status, seen.fault) == (0, "connection closed without an answer")
    assert len(server.requests) == 1


def test_a_stranger_s_certificate_is_not_accepted(identity: Path):
    """FastHttpUser accepts any by default: whoever sits between would be put under load, and given the passwords."""
    with serving(saying(OK), tls=server_context(identity)) as server:
        refused = sent(Wire(Transport(), server.url, connections=1), post(server.url))
        accepted = sent(Wire(Transport(ca_file=identity / "cert.pem"), server.url, connections=1), post(server.url))

    assert refused.fault.startswith("TLS: certificate not accepted: ")
    assert accepted.status == 200


def test_an_answer_that_drips_is_ended():
    """A time limit for each read is none for an answer that sends a byte now and then."""

    def drip(connection: socket.socket, _: bytes) -> None:
        with contextlib.suppress(OSError, ssl.SSLError):
            connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")
            for _ in range(100):
                time.sleep(0.1)
                connection.sendall(b"x")

    with contextlib.ExitStack() as stack, serving(drip) as server:
        wire = stack.enter_context(contextlib.closing(Wire(Transport(timeout_s=0.5), server.url, connections=1)))
        sending = gevent.spawn(wire.send, post(server.url))
        deadline_s = time.monotonic() + 10
        while not sending.ready() and time.monotonic() < deadline_s:
            gevent.sleep(0.05)
            wire.end_overdue()

    assert sending.ready()
    assert sending.value.fault == "timed out after 0.5 s"


@pytest.mark.parametrize(
    ("raw", "fault"),
    [(b"SMTP ready\r\n\r\n", "not HTTP/1.1: "), (b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf", "")],
)
def test_what_is_no_answer_is_said_in_words(raw, fault):
    """It counts as silence, with its reason in the verdict."""

    def speak(connection: socket.socket, _: bytes) -> None:
        connection.sendall(raw)
        connection.close()

    with serving(speak) as server:
        seen = sent(Wire(Transport(timeout_s=2), server.url, connections=1), post(server.url))

    assert seen.status == 0
    assert seen.fault.startswith(fault) and seen.fault
