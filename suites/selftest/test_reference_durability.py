"""What the reference has acknowledged outlives its sudden end, and what it could not do leaves no trace."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from suites.rig.postgres import Server, postgres
from suites.selftest.reference import PASSWORD, Reference, in_parallel, serving
from suites.selftest.storms import AT_ONCE, RACES, Race, acknowledged_and_lost

KILL_AFTER = 60


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The value of --database, for each kind of store."""
    if request.param == "sqlite":
        yield f"sqlite:{tmp_path_factory.mktemp('store') / 'auth.sqlite'}"
    else:
        with postgres() as server:
            yield server.url


def test_every_acknowledged_account_outlives_kill_9(database: str) -> None:
    acknowledged, lost = acknowledged_and_lost(database, kill_after=KILL_AFTER)

    assert KILL_AFTER <= acknowledged < AT_ONCE
    assert lost == []


@pytest.mark.parametrize("race", RACES, ids=lambda race: race.name.replace(" ", "-"))
def test_races_end_alike_on_every_store(database: str, race: Race) -> None:
    with serving("--database", database, "--control") as reference:
        ends = [sorted(race.run(reference)) for _ in range(5)]

    assert ends == [race.expected] * 5


def test_tokens_outlive_a_restart(tmp_path: Path) -> None:
    with serving(folder=tmp_path) as reference:
        body = reference.tokens()
        reference.kill()
    with serving(folder=tmp_path) as reference:
        assert reference.me(body["accessToken"]).status_code == 200
        assert reference.refresh(body["refreshToken"]).status_code == 200


def test_a_registration_that_fails_in_its_second_table_leaves_nothing_in_the_first(tmp_path: Path) -> None:
    with serving(folder=tmp_path) as reference:
        body = {"email": "half@example.com", "password": PASSWORD}
        reference.sql("ALTER TABLE profiles RENAME TO hidden")
        broken = reference.call("POST", "/auth/register", body)
        ready = reference.call("GET", "/health/ready")
        reference.sql("ALTER TABLE hidden RENAME TO profiles")

        assert (broken.status_code, broken.headers["retry-after"]) == (503, "5")
        assert ready.json()["dependencies"] == [{"name": "database", "status": "down", "cause": "failure"}]
        assert reference.call("POST", "/auth/register", body).status_code == 201


def test_operations_are_503_while_the_database_server_is_gone_and_recover_by_themselves() -> None:
    with postgres() as server, serving("--database", server.url) as reference:
        email = reference.register()
        body = reference.tokens(email)

        server.stop()
        down = everything(reference, email, body)
        server.start()
        up = everything(reference, email, body)

        server.restart()  # breaks every connection while it is idle
        after = everything(reference, email, body | {"refreshToken": body["refreshToken"]})

    assert down == [("ready", 503), ("register", 503), ("login", 503), ("me", 503), ("refresh", 503)]
    assert up == [("ready", 200), ("register", 409), ("login", 200), ("me", 200), ("refresh", 200)]
    assert after[:3] == up[:3]


def test_a_database_server_that_falls_silent_costs_bounded_time() -> None:
    with postgres() as server, serving("--database", server.url, "--database-timeout-s", "1") as reference:
        token = reference.tokens()["accessToken"]
        processes = processes_of(server)
        try:
            for process in processes:
                process.suspend()
            silent = in_parallel(lambda _: reference.me(token).status_code, 20)
            live = reference.call("GET", "/health/live").status_code
        finally:
            for process in processes:
                process.resume()
        again = eventually(lambda: reference.me(token).status_code == 200)

    assert (set(silent), live, again) == ({503}, 200, True)


def processes_of(server: Server) -> list[psutil.Process]:
    """Return the server's own process and its children."""
    pid = int((server.folder / "data" / "postmaster.pid").read_text().split()[0])
    return [psutil.Process(pid), *psutil.Process(pid).children(recursive=True)]


def eventually(holds: Callable[[], bool]) -> bool:
    """Return whether *holds* within ten seconds."""
    deadline = time.monotonic() + 10
    while not holds():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True


def test_a_wrong_database_password_is_told_apart(tmp_path: Path) -> None:
    with (
        postgres() as server,
        serving("--database", server.url.replace(server.password, "wrong"), folder=tmp_path) as it,
    ):
        ready = it.call("GET", "/health/ready")
        warned = (tmp_path / "stderr.txt").read_text()

    assert ready.json()["dependencies"] == [{"name": "database", "status": "down", "cause": "authentication"}]
    assert (
        "reference_impl: warning: the database server refuses the user name or the password (authentication); "
        "readiness says 503 until that changes"
    ) in warned.splitlines()


def everything(reference: Reference, email: str, body: dict[str, str]) -> list[tuple[str, int]]:
    """Return the status of each kind of operation."""
    answers = {
        "ready": reference.call("GET", "/health/ready"),
        "register": reference.call("POST", "/auth/register", {"email": email, "password": PASSWORD}),
        "login": reference.login(email),
        "me": reference.me(body["accessToken"]),
        "refresh": reference.refresh(body["refreshToken"]),
    }
    return [(name, answer.status_code) for name, answer in answers.items()]
