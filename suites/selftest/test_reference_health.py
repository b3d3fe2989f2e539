"""Liveness and readiness of the reference while a real database server comes and goes."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator

import httpx
import psycopg
import pytest

from suites.rig.postgres import Server, postgres
from suites.selftest.reference import PASSWORD, Reference, in_parallel, serving

NEW = "a quite different phrase"


@pytest.fixture(scope="module")
def database() -> Iterator[Server]:
    with postgres() as running:
        yield running


@pytest.fixture(scope="module")
def server(database: Server) -> Iterator[Reference]:
    with serving("--control", "--debug-contract", "--database", database.url) as running:
        yield running


@pytest.fixture(autouse=True)
def running_again(database: Server) -> Iterator[None]:
    yield
    database.start()


def ready(server: Reference) -> httpx.Response:
    return server.call("GET", "/health/ready")


def recovered(server: Reference) -> None:
    """Wait until readiness is 200 again, no longer than the server announced."""
    deadline = time.monotonic() + 20
    while ready(server).status_code != 200:
        assert time.monotonic() < deadline
        time.sleep(0.05)


def alter_password(database: Server, password: str) -> None:
    """Change the role's password behind the server's back, and end its connections."""
    with psycopg.connect(database.url, autocommit=True) as connection:
        connection.execute(f"ALTER ROLE authproof PASSWORD '{password}'")
        connection.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid()")


@pytest.mark.parametrize("end", [Server.stop, Server.kill], ids=["stopped", "killed"])
def test_without_its_database_the_server_is_live_not_ready_and_answers_503(
    server: Reference, database: Server, end: Callable[[Server], None]
) -> None:
    email = server.register()
    tokens = server.tokens(email)
    server.call("POST", "/auth/password-reset", {"email": email})
    reset_token = server.control("GET", "/outbox", recipient=email)["mails"][0]["token"]
    end(database)

    said = ready(server)

    assert (said.status_code, said.json()["type"]) == (503, "urn:authproof:problem:not-ready")
    assert said.json()["dependencies"] == [{"name": "database", "status": "down", "cause": "unreachable"}]
    assert said.json()["detail"] == "Not ready: database."
    assert server.call("GET", "/health/live").json() == {"status": "live"}
    answers = [
        server.call("POST", "/auth/register", {"email": "new@example.com", "password": PASSWORD}),
        server.login(email),
        server.login(email, "not the password"),
        server.refresh(tokens["refreshToken"]),
        server.me(tokens["accessToken"]),
        server.call("POST", "/auth/password-reset", {"email": email}),
        server.call("POST", "/auth/password-reset/confirm", {"token": reset_token, "newPassword": NEW}),
        server.call("POST", "/auth/mfa/setup", token=tokens["accessToken"]),
    ]
    for answer in answers:
        assert (answer.status_code, answer.json()["type"]) == (503, "urn:authproof:problem:database-unavailable")
        assert answer.headers["retry-after"] == "5"
        assert str(database.port) not in answer.text
    database.start()
    recovered(server)
    assert server.refresh(tokens["refreshToken"]).status_code == 200
    confirmed = server.call("POST", "/auth/password-reset/confirm", {"token": reset_token, "newPassword": NEW})
    assert (confirmed.status_code, server.login(email, NEW).status_code) == (204, 200)


def test_a_refused_password_of_the_database_is_told_by_its_class(server: Reference, database: Server) -> None:
    token = server.tokens()["accessToken"]
    right = database.password
    alter_password(database, "changed-behind-its-back")
    try:
        assert ready(server).json()["dependencies"] == [
            {"name": "database", "status": "down", "cause": "authentication"}
        ]
        assert server.me(token).status_code == 503
    finally:
        database.password = "changed-behind-its-back"
        alter_password(database, right)
        database.password = right
    recovered(server)
    assert server.me(token).status_code == 200


def test_a_restart_of_the_database_is_hardly_noticed(server: Reference, database: Server) -> None:
    token = server.tokens()["accessToken"]
    database.restart()
    recovered(server)

    assert in_parallel(lambda _: server.me(token).status_code, 20) == [200] * 20


def test_a_connection_that_stays_broken_until_a_restart_can_be_told(database: Server) -> None:
    """The planted defect is seen with a real outage, too."""
    options = ("--database", database.url, "--database-threads", "1")
    with serving("--defect", "AVAIL-12", *options) as broken:
        token = broken.tokens()["accessToken"]
        database.restart()
        statuses = [broken.me(token).status_code for _ in range(5)]

    assert statuses == [503] * 5
