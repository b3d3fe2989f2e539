"""The httpx driver against a server that says what it likes."""

from __future__ import annotations

import gzip
import socket
import threading
import time

import pytest

from contract.answers import Answer, Kind, Request
from contract.errors import HarnessError
from contract.flows import perform
from contract.secret import Secret
from contract.targets.model import Operation, Step, Target, Transport
from suites.rig.client import BODY_LIMIT_BYTES, Client
from suites.selftest.loopback import saying, serving

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"
QUICK = Transport(timeout_s=0.3)
PATIENT = Transport(timeout_s=10)


def get(url: str, transport: Transport = PATIENT) -> Answer:
    with Client(transport) as client:
        return client.send(Request("GET", url))


def fields(request: bytes) -> list[str]:
    return request.split(b"\r\n\r\n")[0].decode("latin-1").split("\r\n")


def test_an_answer_keeps_its_fields_as_they_came() -> None:
    """Checks on repeated fields, their order and their spelling need them raw."""
    head = b"HTTP/1.1 401 Nope\r\nX-b: 2\r\nSet-Cookie: a=1\r\nx-B: 1\r\nSet-Cookie: b=\xe9\r\nContent-Length: 3\r\n"
    with serving(saying(head + b"\r\nhey")) as server:
        answer = get(server.url + "/x")

    assert answer.headers == (
        ("X-b", "2"),
        ("Set-Cookie", "a=1"),
        ("x-B", "1"),
        ("Set-Cookie", "b=é"),
        ("Content-Length", "3"),
    )
    assert (answer.status, answer.body, answer.protocol, answer.fault) == (401, b"hey", "HTTP/1.1", "")
    assert 0 < answer.elapsed_s < time.monotonic() - answer.sent_at_s + 10


def test_a_request_goes_out_as_it_stands() -> None:
    """A path that httpx would tidy, a method in small letters and a repeated field are what a check is about."""
    request = Request(
        "patch", "{}/a/../b%2fc//d?q=%41;", (("X-One", "1"), ("x-one", "2"), ("Authorization", "Bearer x")), b"\x00body"
    )
    transport = Transport(timeout_s=10, headers={"X-Tenant": Secret("acme"), "authorization": Secret("not this")})
    with serving(saying(OK)) as server, Client(transport) as client:
        request = Request(request.method, request.url.format(server.url), request.headers, request.body)
        answer = client.send(request)

    host = server.url.removeprefix("http://")
    expected = [
        "patch /a/../b%2fc//d?q=%41; HTTP/1.1",
        f"Host: {host}",
        "X-One: 1",
        "x-one: 2",
        "Authorization: Bearer x",
        "X-Tenant: acme",
        "Accept-Encoding: identity",
        "User-Agent: authproof",
        "Content-Length: 5",
    ]
    assert fields(server.requests[0]) == expected
    assert server.requests[0].endswith(b"\r\n\r\n\x00body")
    assert answer.request.header("x-tenant") == "acme", "the recorder must see what was really sent"


def test_nothing_is_followed_kept_or_taken_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """A client with a will of its own would hide what the target does."""
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    redirect = b"HTTP/1.1 302 Found\r\nLocation: /elsewhere\r\nSet-Cookie: sid=1; Path=/\r\nContent-Length: 0\r\n\r\n"
    with serving(saying(redirect, OK)) as server, Client(PATIENT) as client:
        first = client.send(Request("GET", server.url + "/login"))
        client.send(Request("GET", server.url + "/me"))

    assert first.status == 302
    assert [fields(request)[0] for request in server.requests] == ["GET /login HTTP/1.1", "GET /me HTTP/1.1"]
    assert not any("sid=1" in line for line in fields(server.requests[1]))


def test_a_connection_is_kept_and_replaced_when_the_target_has_closed_it() -> None:
    def speak(connection: socket.socket, request: bytes) -> None:
        connection.sendall(OK)
        if b"/last" in request:
            connection.close()

    with serving(speak) as server, Client(PATIENT) as client:
        for path in ("/1", "/2"):
            client.send(Request("GET", server.url + path))
        assert server.connections == 1
        client.send(Request("GET", server.url + "/last"))
        deadline = time.monotonic() + 5
        while time.monotonic() < deadline and client.send(Request("GET", server.url + "/4")).fault:
            pass
    assert server.connections == 2


def close(connection: socket.socket, request: bytes) -> None:
    connection.close()


def break_off(connection: socket.socket, request: bytes) -> None:
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nonly this")
    connection.close()


def stay_silent(connection: socket.socket, request: bytes) -> None:
    connection.recv(1)


def drip_head(connection: socket.socket, request: bytes) -> None:
    connection.sendall(b"HTTP/1.1 200 OK\r\nX: ")
    drip(connection)


def drip_body(connection: socket.socket, request: bytes) -> None:
    connection.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
    drip(connection)


def drip(connection: socket.socket) -> None:
    for _ in range(200):
        connection.sendall(b"x")
        time.sleep(0.05)


@pytest.mark.parametrize(
    ("speak", "fault"),
    [
        pytest.param(close, "connection closed without an answer", id="closed"),
        pytest.param(
            break_off,
            "connection closed in mid-answer (received 9 bytes, expected 100)",
            id="broken-off",
        ),
        pytest.param(stay_silent, "timed out after 0.3 s", id="silent"),
        pytest.param(drip_head, "timed out after 0.3 s", id="dripping-head"),
        pytest.param(drip_body, "timed out after 0.3 s", id="dripping-body"),
        pytest.param(
            saying(b"220 mail.example ESMTP\r\n\r\n"),
            "not HTTP/1.1: illegal status line: bytearray(b'220 mail.example ESMTP')",
            id="other-protocol",
        ),
        pytest.param(
            saying(b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 2\r\n\r\n{}"),
            "body not in the coding that its Content-Encoding names: Error -3 while decompressing data: "
            "incorrect header check",
            id="bad-coding",
        ),
    ],
)
def test_whatever_goes_wrong_is_an_answer_of_status_0_that_says_so(speak, fault: str) -> None:
    seen: list[Answer] = []
    with serving(speak) as server, Client(QUICK, on_exchange=seen.append) as client:
        answer = client.send(Request("GET", server.url))

    assert (answer.status, answer.fault, answer.headers, answer.body) == (0, fault, (), b"")
    assert seen == [answer]


def test_a_front_end_that_speaks_http_2_only_is_said_to() -> None:
    """Source of the bytes, a SETTINGS frame: RFC 9113 section 3.4."""
    settings = bytes([0, 0, 6, 4, 0, 0, 0, 0, 0]) + b"\x00\x03\x00\x00\x00\x80"

    with serving(saying(settings)) as heard, Client(Transport()) as client:
        answer = client.send(Request("GET", heard.url))

    assert answer.status == 0
    assert answer.fault.startswith("not HTTP/1.1 but binary: a front end that speaks HTTP/2 only")


def test_static_headers_of_the_target_file_are_on_every_request_and_give_way_to_its_own() -> None:
    transport = Transport(headers={"X-Api-Key": Secret("the key of this test"), "Accept": Secret("text/csv")})

    with serving(saying(b"HTTP/1.1 204 No Content\r\n\r\n")) as heard, Client(transport) as client:
        client.send(Request("GET", heard.url, (("Accept", "application/json"),)))

    assert b"X-Api-Key: the key of this test" in heard.requests[0]
    assert heard.requests[0].count(b"Accept:") == 1 and b"text/csv" not in heard.requests[0]


def test_a_closed_port_is_an_answer_of_status_0() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]

    assert get(f"http://127.0.0.1:{port}").fault == "connection refused"


def test_a_body_without_end_is_read_to_the_limit_only() -> None:
    sent = []

    def pour(connection: socket.socket, request: bytes) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1000000000\r\n\r\n")
        while sum(sent) < 10**9:
            sent.append(connection.send(b"x" * 65_536))

    with serving(pour) as server:
        answer = get(server.url)

    assert (answer.status, answer.fault) == (0, "body over 8388608 bytes")
    assert sum(sent) < 8 * BODY_LIMIT_BYTES


def test_a_compressed_answer_is_read_all_the_same() -> None:
    """Some front ends compress whatever they are asked."""
    body = gzip.compress(b'{"ok": true}')
    with serving(
        saying(b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: %d\r\n\r\n" % len(body) + body)
    ) as server:
        assert get(server.url).json() == {"ok": True}


@pytest.mark.parametrize(
    ("header", "reason"),
    [
        pytest.param("Bearer secret-1\r\nX: y", "Illegal header value", id="line-break"),
        pytest.param(
            "Bearer \u20ac",
            "'latin-1' codec can't encode character '\\u20ac' in position 7: ordinal not in range(256)",
            id="no-latin-1",
        ),
    ],
)
def test_what_httpx_does_not_send_is_an_error_of_ours(header: str, reason: str) -> None:
    with serving(saying(OK)) as server, Client(PATIENT) as client, pytest.raises(HarnessError) as caught:
        client.send(Request("GET", server.url + "/users/me", (("Authorization", header),)))

    message = f"httpx does not send this GET request to /users/me: {reason}. Send it with suites.rig.raw.send_raw."
    assert str(caught.value) == message
    assert server.requests == []


def test_a_client_serves_one_thread_at_a_time() -> None:
    """Two threads would wait for one another, and a race would be none."""
    arrived, go_on = threading.Event(), threading.Event()

    def hold(connection: socket.socket, request: bytes) -> None:
        arrived.set()
        go_on.wait(5)
        connection.sendall(OK)

    with serving(hold) as server, Client(PATIENT) as client:
        first = threading.Thread(target=client.send, args=(Request("GET", server.url),))
        first.start()
        arrived.wait(5)
        with pytest.raises(HarnessError) as caught:
            client.send(Request("GET", server.url))
        go_on.set()
        first.join()

    assert str(caught.value) == "a client sends one request at a time: give each thread its own"


def test_a_flow_runs_over_the_network() -> None:
    step = Step("POST", "/login", send={"email": "/user", "password": "/pass"}, capture={"accessToken": "/token"})
    with (
        serving(saying(b'HTTP/1.1 200 OK\r\nContent-Length: 16\r\n\r\n{"token": "t-1"}')) as server,
        Client(PATIENT) as client,
    ):
        target = Target("t", server.url, operations={"loginUser": Operation("loginUser", (step,))})
        outcome = client.run(perform(target, "loginUser", email="ada@example.com", password=Secret("pw")))

    assert (outcome.kind, outcome.session.access_token) == (Kind.ACCEPTED, Secret("t-1"))
    assert server.requests[0].endswith(b'{"user": "ada@example.com", "pass": "pw"}')


def test_a_proxy_is_used_where_the_target_file_names_one() -> None:
    with serving(saying(OK)) as proxy:
        transport = Transport(timeout_s=10, proxy=proxy.url, proxy_auth=Secret("user:pass"))
        answer = get("http://api.example.com/users/me?x=1", transport)

    lines = fields(proxy.requests[0])
    assert answer.status == 200
    assert lines[0] == "GET http://api.example.com/users/me?x=1 HTTP/1.1"
    assert "Proxy-Authorization: Basic dXNlcjpwYXNz" in lines
