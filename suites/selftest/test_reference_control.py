"""The reference's control port: shut by default, open to one secret, and what it does."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import httpx
import jwt
import pytest

from suites.selftest.reference import PASSWORD, Reference, serving, start_refused

WAYS = [
    ("GET", "/clock"),
    ("POST", "/clock"),
    ("POST", "/tokens"),
    ("POST", "/accounts"),
    ("GET", "/outbox"),
    ("GET", "/counters"),
    ("POST", "/store"),
]


@pytest.fixture(scope="module")
def server() -> Iterator[Reference]:
    with serving("--control", "--debug-contract") as running:
        yield running


def knock(server: Reference, method: str, path: str, body: Any = None) -> httpx.Response:
    door = server.announced["control"]
    return httpx.request(
        method, door["url"] + path, json=body, headers={"X-Control-Secret": door["secret"]}, trust_env=False
    )


def test_there_is_no_control_port_unless_asked_for() -> None:
    with serving() as server:
        assert set(server.announced) == {"listening", "pid"}
        assert server.call("GET", "/../../clock").status_code == 404


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.1", "localhost.example"])
def test_it_opens_on_a_loopback_address_only(host: str) -> None:
    assert start_refused("--port", "0", "--control", "--control-host", host) == (
        f"reference_impl: --control-host: '{host}' is not a loopback address. "
        "Whoever reaches the control port is admin; valid: 127.0.0.1, ::1\n"
    )


@pytest.mark.parametrize(("method", "path"), WAYS)
@pytest.mark.parametrize("secret", ["", "wrong", "é"])
def test_without_the_secret_every_way_is_shut(server: Reference, method: str, path: str, secret: str) -> None:
    before = server.control("GET", "/clock")["now"]

    refused = httpx.request(
        method,
        server.announced["control"]["url"] + path,
        json={"advanceSeconds": 10_000, "fault": "timeout", "claims": {}, "email": "a@example.com", "password": "p"},
        headers={b"X-Control-Secret": secret.encode()},
        trust_env=False,
    )

    assert (refused.status_code, refused.json()) == (403, {"error": "X-Control-Secret is missing or wrong"})
    assert server.control("GET", "/clock")["now"] - before < 1000
    assert server.call("GET", "/health/ready").status_code == 200


def test_the_secret_is_new_at_each_start_and_in_no_log(server: Reference) -> None:
    with serving("--control") as other:
        secrets = {each.announced["control"]["secret"] for each in (server, other)}
        assert len(secrets) == 2
    assert min(map(len, secrets)) >= 43
    logged = (server.folder / "log.jsonl").read_text() + (server.folder / "stderr.txt").read_text()
    assert server.announced["control"]["secret"] not in logged


def test_the_clock_moves_for_everything() -> None:
    with serving("--control") as server:
        tokens = server.tokens()
        before = server.control("GET", "/clock")["now"]

        after = server.control("POST", "/clock", {"advanceSeconds": 3601})["now"]

        assert 3600 < after - before < 3700
        assert server.me(tokens["accessToken"]).status_code == 401
        renewed = server.refresh(tokens["refreshToken"])
        assert server.me(renewed.json()["accessToken"]).status_code == 200
        server.control("POST", "/clock", {"advanceSeconds": -3601})
        assert server.me(tokens["accessToken"]).status_code == 200


def test_tokens_are_minted_with_whatever_claims_and_by_a_key_that_nobody_publishes(server: Reference) -> None:
    genuine = server.tokens()["accessToken"]
    claims = jwt.decode(genuine, options={"verify_signature": False})

    def status(claims: Any, **more: Any) -> int:
        token = server.control("POST", "/tokens", {"claims": claims, **more})["token"]
        return server.me(token).status_code

    assert status({**claims, "jti": "another"}) == 200
    assert status({**claims, "exp": int(server.control("GET", "/clock")["now"]) - 10}) == 401
    assert status(claims, key="other") == 401
    assert status(claims, header={"typ": "JWT"}) == 401
    shapes: list[Any] = [[], "text", None, {}, {**claims, "sub": None}, {**claims, "sub": {"a": 1}}]
    assert [status(odd) for odd in shapes] == [401] * len(shapes)


def test_admins_are_made_and_promoted(server: Reference) -> None:
    made = server.control("POST", "/accounts", {"email": "root@example.com", "password": PASSWORD, "role": "admin"})
    promoted = server.register()
    server.control("POST", "/accounts", {"email": promoted.upper(), "role": "admin"})

    assert made["user"]["role"] == "admin"
    for email in ("root@example.com", promoted):
        token = server.tokens(email)["accessToken"]
        assert server.call("GET", "/admin/users", token=token).status_code == 200


def test_the_outbox_shows_mail_with_its_link_and_token(server: Reference) -> None:
    email = server.register()
    server.call("POST", "/auth/password-reset", {"email": email})

    mail = server.control("GET", "/outbox", recipient=email.upper())["mails"][0]

    assert set(mail) == {"recipient", "subject", "text", "link", "token"}
    assert mail["link"] == f"https://auth.example/reset-password#token={mail['token']}"
    assert mail["link"] in mail["text"]
    assert server.control("GET", "/counters")["background"]["mail: done"] >= 1


@pytest.mark.parametrize("cause", ["unreachable", "timeout", "authentication", "configuration", "failure"])
def test_the_database_fails_and_recovers_on_demand(server: Reference, cause: str) -> None:
    token = server.tokens()["accessToken"]
    server.control("POST", "/store", {"fault": cause})
    try:
        ready, me = server.call("GET", "/health/ready"), server.me(token)
        assert ready.json()["dependencies"] == [{"name": "database", "status": "down", "cause": cause}]
        assert (me.status_code, me.json()["type"]) == (503, "urn:authproof:problem:database-unavailable")
        assert me.headers["retry-after"] == "5"
        assert server.call("GET", "/health/live").status_code == 200
    finally:
        server.control("POST", "/store", {"fault": None})
    assert server.call("GET", "/health/ready").status_code == 200
    assert server.me(token).status_code == 200


def test_a_fault_can_spare_reads_and_the_first_writes_and_undo_the_work_it_hits(server: Reference) -> None:
    tokens = server.tokens()
    server.control("POST", "/store", {"fault": "failure", "calls": "writes", "skip": 1, "at": "commit"})
    try:
        first = server.refresh(tokens["refreshToken"])
        second = server.refresh(first.json()["refreshToken"])
        assert (first.status_code, second.status_code) == (200, 503)
        assert server.me(tokens["accessToken"]).status_code == 200
    finally:
        server.control("POST", "/store", {"fault": None})
    assert server.refresh(first.json()["refreshToken"]).status_code == 200


@pytest.mark.parametrize(
    ("path", "body", "error"),
    [
        ("/clock", {}, "advanceSeconds: missing"),
        ("/clock", {"advanceSeconds": "1"}, "advanceSeconds: not of the right type"),
        ("/tokens", {"claims": {}, "key": "mine"}, "key: valid: signing, other"),
        ("/accounts", {"email": "x@example.com", "role": "god"}, "role: valid: user, admin"),
        (
            "/accounts",
            {"email": "x@example.com"},
            "password: there is no such account yet, and none can be made without",
        ),
        (
            "/store",
            {"fault": "fire"},
            "fault: valid: null, unreachable, timeout, authentication, configuration, senseless-answer, failure",
        ),
    ],
)
def test_a_mistake_is_told_with_what_is_valid(server: Reference, path: str, body: Any, error: str) -> None:
    answer = knock(server, "POST", path, body)

    assert (answer.status_code, answer.json()) == (422, {"error": error})


def test_a_way_that_there_is_not_is_told_with_those_there_are(server: Reference) -> None:
    answer = knock(server, "GET", "/store")

    assert (answer.status_code, answer.json()["error"]) == (404, f"valid: {', '.join(map(' '.join, WAYS))}")


@pytest.mark.parametrize("content", [b"{", b"[" * 100_000, b"\xff"])
def test_what_is_no_json_is_refused(server: Reference, content: bytes) -> None:
    door = server.announced["control"]

    answer = httpx.post(
        door["url"] + "/clock", content=content, headers={"X-Control-Secret": door["secret"]}, trust_env=False
    )

    assert (answer.status_code, answer.json()) == (400, {"error": "not a request with JSON"})
