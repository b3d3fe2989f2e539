"""What the reference does with any request: methods, bodies, identifiers, headers, cross-origin calls."""

from __future__ import annotations

import json
import re
import socket
from urllib.parse import urlsplit

import pytest

from suites.selftest.reference import PASSWORD, Reference, serving

LOGIN = json.dumps({"email": "nobody@example.com", "password": PASSWORD}).encode()


@pytest.mark.parametrize(
    ("method", "path", "allow"),
    [
        ("DELETE", "/users/me", "GET, HEAD, OPTIONS, PATCH"),
        ("TRACE", "/users/me", "GET, HEAD, OPTIONS, PATCH"),
        ("GET", "/auth/login", "OPTIONS, POST"),
        ("HEAD", "/auth/logout", "OPTIONS, POST"),
        ("POST", "/users/018f5e0c-7d1a-4c1e-9a41-6f2f8a1b2c3d", "GET, HEAD, OPTIONS"),
        ("PUT", "/health/live", "GET, HEAD, OPTIONS"),
    ],
)
def test_a_method_that_a_path_lacks_is_405_with_the_ones_it_has(
    reference: Reference, method: str, path: str, allow: str
) -> None:
    answer = reference.call(method, path)

    assert (answer.status_code, answer.headers["allow"]) == (405, allow)


@pytest.mark.parametrize(
    "path", ["/nothing", "/users/me.css", "/users/me/", "//users/me", "/users/%6de", "/users/../users/me", "/Users/me"]
)
def test_another_spelling_of_a_path_is_another_path(reference: Reference, path: str) -> None:
    token = reference.tokens()["accessToken"]

    status, _, body = exchange(
        reference, f"GET /api/v1{path} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {token}\r\n\r\n"
    )

    assert (status, json.loads(body)["type"]) == (404, "urn:authproof:problem:not-found")


def test_head_is_get_without_content(reference: Reference) -> None:
    got, headed = (reference.call(method, "/health/live") for method in ("GET", "HEAD"))

    assert (headed.status_code, headed.content) == (200, b"")
    assert headed.headers["content-length"] == got.headers["content-length"] == str(len(got.content))


@pytest.mark.parametrize(
    ("content", "status"),
    [
        pytest.param(b"", 400, id="nothing"),
        pytest.param(LOGIN[:-1], 400, id="cut"),
        pytest.param(LOGIN + b"x", 400, id="trailing"),
        pytest.param(b"\xef\xbb\xbf" + LOGIN, 400, id="byte-order-mark"),
        pytest.param(LOGIN.decode().encode("utf-16"), 400, id="utf-16"),
        pytest.param(b'{"email": "\xff", "password": "x"}', 400, id="no-utf-8"),
        pytest.param(b'{"email": NaN, "password": "x"}', 400, id="NaN"),
        pytest.param(b'{"email": 1e999, "password": "x"}', 422, id="infinite"),
        pytest.param(b'{"email": ' + b"9" * 5000 + b"}", 422, id="endless-number"),
        pytest.param(b'{"email": "a", "email": "b", "password": "x"}', 400, id="repeated-name"),
        pytest.param(b"[]", 422, id="array"),
        pytest.param(b"null", 422, id="null"),
        pytest.param(b'"x"', 422, id="text"),
        pytest.param(b"[" * 30_000, 413, id="nested"),
        pytest.param(b"[" * 40 + b"]" * 40, 413, id="nested-and-closed"),
        pytest.param(b'{"email": "' + b"x" * 70_000, 413, id="large"),
        pytest.param(b'{"email": "' + b"x" * 10_000_000, 413, id="10-MB"),
    ],
)
def test_a_body_that_is_not_strict_json_is_refused(reference: Reference, content: bytes, status: int) -> None:
    assert reference.raw("POST", "/auth/login", content).status_code == status
    assert reference.raw("POST", "/auth/login", LOGIN).status_code in (401, 429)


@pytest.mark.parametrize(
    ("content_type", "status"),
    [
        ("application/json", 401),
        ("application/json; charset=utf-8", 401),
        ('Application/JSON;charset="UTF-8"', 401),
        ("application/json; charset=utf-16", 415),
        ("application/jsonp", 415),
        ("text/plain", 415),
        ("application/x-www-form-urlencoded", 415),
        ("", 415),
        (None, 415),
    ],
)
def test_a_body_counts_as_json_only_where_it_is_declared_so(
    reference: Reference, content_type: str | None, status: int
) -> None:
    body = json.dumps({"email": f"nobody-{status}-{content_type}@example.com", "password": PASSWORD}).encode()

    assert reference.raw("POST", "/auth/login", body, content_type).status_code == status


@pytest.mark.parametrize("given", ["short", "x" * 129, "<script>", "with blank in it", "naïve-identifier"])
def test_an_odd_request_identifier_is_replaced(reference: Reference, given: str) -> None:
    answer = reference.client.get("/api/v1/users/me", headers=[(b"x-request-id", given.encode())])

    assert given not in answer.text
    assert answer.headers["x-request-id"] == answer.json()["requestId"] != given
    assert len(answer.headers["x-request-id"]) == 36


def test_a_good_request_identifier_is_kept_and_logged(reference: Reference) -> None:
    answer = reference.call("GET", "/users/me", x_request_id="kept-1234")

    assert answer.headers["x-request-id"] == answer.json()["requestId"] == "kept-1234"
    line = reference.logged("kept-1234")
    assert {name: line[name] for name in ("level", "event", "operation", "status")} == {
        "level": "info",
        "event": "request",
        "operation": "getCurrentUser",
        "status": 401,
    }


@pytest.mark.parametrize(
    ("request_text", "status", "kind"),
    [
        ("GARBAGE\r\n\r\n", 400, "malformed-request"),
        ("FOO /api/v1/users/me HTTP/1.1\r\nHost: x\r\n\r\n", 405, "method-not-allowed"),
        ("F-1 /nothing HTTP/1.1\r\nHost: x\r\n\r\n", 404, "not-found"),
        ("get /api/v1/users/me HTTP/1.1\r\nHost: x\r\n\r\n", 405, "method-not-allowed"),
        ("GET /api/v1/users/me HTTP/1.1\r\nHost x\r\n\r\n", 400, "malformed-request"),
        ("GET /api/v1/users/me HTTP/9.9\r\nHost: x\r\n\r\n", 400, "malformed-request"),
        ("GET /api/v1/users/me HTTP/1.1\r\nX: " + "x" * 300_000, 431, "header-too-large"),
        (
            "GET /api/v1/users/me HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer " + "x" * 65_536 + "\r\n\r\n",
            401,
            "invalid-token",
        ),
        ("MKCOL /api/v1/users/me HTTP/1.1\r\nHost: x\r\n\r\n", 405, "method-not-allowed"),
        ("CONNECT x:1 HTTP/1.1\r\nHost: x\r\n\r\n", 400, "malformed-request"),
        ("OPTIONS * HTTP/1.1\r\nHost: x\r\n\r\n", 404, "not-found"),
    ],
    ids=lambda value: str(value)[:12].strip(),
)
def test_even_what_never_reaches_the_application_is_answered_in_the_same_shape(
    reference: Reference, request_text: str, status: int, kind: str
) -> None:
    answered, fields, body = exchange(reference, request_text)

    assert (answered, json.loads(body)["type"]) == (status, f"urn:authproof:problem:{kind}")
    assert fields["content-type"] == "application/problem+json"
    assert fields["x-request-id"] == json.loads(body)["requestId"]
    assert BASELINE.items() <= fields.items()


def test_an_answer_sent_before_the_body_was_read_leaves_the_connection_in_step(reference: Reference) -> None:
    first = (
        b"POST /api/v1/nothing HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 60000\r\n\r\n"
    )
    second = b"GET /api/v1/health/live HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"

    with connected(reference) as link:
        link.sendall(first + b"x" * 60_000 + second)
        received = everything(link)

    assert re.findall(rb"HTTP/1.1 (\d+)", received) == [b"404", b"200"]


BASELINE = {
    "x-content-type-options": "nosniff",
    "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
    "referrer-policy": "no-referrer",
    "cache-control": "no-store",
}


@pytest.mark.parametrize(
    ("method", "path"),
    [("GET", "/health/live"), ("GET", "/users/me"), ("GET", "/nothing"), ("PUT", "/users/me"), ("POST", "/auth/login")],
)
def test_every_answer_has_the_security_headers_and_names_no_server(
    reference: Reference, method: str, path: str
) -> None:
    answer = reference.call(method, path)

    assert BASELINE.items() <= dict(answer.headers).items()
    assert not {"server", "x-powered-by", "strict-transport-security"} & set(answer.headers)


def test_only_listed_origins_are_granted_cross_origin_access() -> None:
    allowed = "https://app.example"
    foreign = [
        "null",
        "https://app.example.evil",
        "https://evil-app.example",
        "http://app.example",
        "https://x.app.example",
    ]

    with serving("--allowed-origin", allowed) as reference:
        granted = reference.call("GET", "/health/live", origin=allowed)
        preflight = reference.call("OPTIONS", "/auth/login", origin=allowed, access_control_request_method="POST")
        refused = [reference.call("GET", "/health/live", origin=origin) for origin in [*foreign, allowed.upper()]]

    assert granted.headers["access-control-allow-origin"] == preflight.headers["access-control-allow-origin"] == allowed
    assert preflight.headers["access-control-allow-methods"] == "OPTIONS, POST"
    assert "access-control-allow-credentials" not in granted.headers
    assert not [answer for answer in refused if "access-control-allow-origin" in answer.headers]
    assert {answer.headers["vary"] for answer in [granted, preflight, *refused]} == {"Origin"}


def connected(reference: Reference) -> socket.socket:
    """Return a connection to *reference*."""
    url = urlsplit(reference.url)
    return socket.create_connection((url.hostname, url.port), timeout=30)


def exchange(reference: Reference, request: str) -> tuple[int, dict[str, str], bytes]:
    """Send *request* as it is; return status, fields and body of the answer, after which we close."""
    with connected(reference) as link:
        link.sendall(request.encode("latin-1"))
        received = b""
        while b"\r\n\r\n" not in received:
            received += link.recv(65_536)
        head, _, body = received.partition(b"\r\n\r\n")
        lines = head.decode("latin-1").split("\r\n")
        fields = {name.lower(): value for name, value in (line.split(": ", 1) for line in lines[1:])}
        while len(body) < int(fields["content-length"]):
            body += link.recv(65_536)
    return int(lines[0].split()[1]), fields, body


def everything(link: socket.socket) -> bytes:
    """Return what comes until the other side closes."""
    received = b""
    while chunk := link.recv(65_536):
        received += chunk
    return received
