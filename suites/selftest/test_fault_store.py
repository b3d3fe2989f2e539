"""A store that nobody can stop, told to fail: the reference on SQLite, through its control port."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest

from contract.errors import BindingError, HarnessError, NotTestable
from contract.outages import FaultKind
from contract.targets.read import SHIPPED, read
from suites.rig import dependencies
from suites.rig.launch import Launcher, TargetGone
from suites.rig.run.state import State
from suites.selftest.outage_run import a_run, eventually, left, repair
from suites.selftest.reference import DEADLINE_S, PASSWORD

KIND = FaultKind
OPTIONS = "--hash-memory-kib 64 --hash-passes 1 --database-timeout-s 0.5"
CAUSES = {KIND.REFUSED: "unreachable", KIND.WRONG_CREDENTIALS: "authentication", KIND.SILENT: "timeout"}


@pytest.fixture(scope="module")
def launcher(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Launcher]:
    target = read(SHIPPED / "reference/target.toml", environ={})
    made = Launcher(target, options=OPTIONS, journal=tmp_path_factory.mktemp("run") / "faults.jsonl")
    yield made
    made.close()


@pytest.fixture
def client(launcher: Launcher) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=launcher.main().target.base_url, trust_env=False, timeout=DEADLINE_S) as made:
        yield made


@pytest.mark.parametrize("kind", CAUSES)
def test_it_fails_as_told_and_works_again_at_once(launcher: Launcher, client: httpx.Client, kind: FaultKind) -> None:
    faults = launcher.faults(launcher.main())

    with faults.broken("database", kind) as outage:
        said = client.get("/health/ready")
        assert outage.connections() is None

    assert said.json()["dependencies"] == [{"name": "database", "status": "down", "cause": CAUSES[kind]}]
    assert client.get("/health/ready").status_code == 200
    assert launcher.journal is not None
    assert left(launcher.journal.parent) == 0


def test_halfway_it_undoes_what_it_had_begun(launcher: Launcher, client: httpx.Client) -> None:
    faults = launcher.faults(launcher.main())
    body = {"email": "ada@example.com", "password": PASSWORD}
    statuses = []

    while statuses[-1:] != [201] and len(statuses) < 10:
        with faults.broken("database", KIND.HALFWAY, after=len(statuses)):
            statuses.append(client.post("/auth/register", json=body).status_code)

    assert set(statuses[:-1]) == {503}
    assert statuses[-1] == 201


def test_its_secret_is_not_in_the_journal(launcher: Launcher) -> None:
    with launcher.faults(launcher.main()).broken("database", KIND.REFUSED):
        pass

    assert launcher.journal is not None
    assert launcher.main().announced["control"]["secret"] not in launcher.journal.read_text("utf-8")


def test_one_that_outlives_a_killed_run_is_repaired_by_the_guard_or_by_hand(launcher: Launcher, tmp_path: Path) -> None:
    control = launcher.main().announced["control"]
    table = {"driver": "control", **control, "outlives": True, "dependencies": {"database": {}}}

    def ready() -> bool:
        return httpx.get(f"{launcher.main().target.base_url}/health/ready", trust_env=False).status_code == 200

    with a_run(table, KIND.REFUSED, tmp_path) as (run, _):
        assert not ready()
        run.kill()
        eventually(ready, "the repair")
    with a_run(table, KIND.REFUSED, tmp_path) as (run, keeper):
        os.kill(keeper, signal.SIGKILL)
        run.kill()
        assert not ready()

    assert repair(tmp_path / "faults.jsonl") == (0, "repaired: database\n", "")
    assert ready()


def test_a_reference_without_a_control_port_is_said(launcher: Launcher) -> None:
    target = replace(launcher.file, start=launcher.file.start.replace("--control", ""))
    facilities = {"faults": target.facilities["faults"]}
    other = Launcher(replace(target, facilities=facilities), options=OPTIONS, journal=launcher.journal)
    try:
        with pytest.raises(NotTestable, match="its start line says nothing of a control port; add --control"):
            other.faults(other.main())
    finally:
        other.close()


def test_only_the_database_can_be_switched(tmp_path: Path) -> None:
    file = tmp_path / "a.toml"
    file.write_text(
        'name = "a"\nbase_url = "http://127.0.0.1:1"\n[facilities.faults]\ndriver = "control"\n'
        'url = "http://127.0.0.1:2"\nsecret = "made up for a test"\n[facilities.faults.mail]\n'
    )

    with pytest.raises(BindingError) as refusal:
        read(file, environ={})

    assert list(refusal.value.problems) == [
        f"{file}:7: [facilities.faults] mail cannot be broken: "
        "the control port of authproof's reference switches its database."
    ]


def no_postgres() -> Any:
    raise HarnessError("there is no PostgreSQL here")


def test_where_postgresql_is_not_installed_the_store_is_broken_instead(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first command of a newcomer installs no extra, and judges the same requirements."""
    monkeypatch.setattr(dependencies, "carried_binaries", no_postgres)
    state = state_of("reference", tmp_path)
    try:
        found = state.breakable("database")

        assert found is not None
        assert found.api is state.api()
        assert found.kinds == {*CAUSES, KIND.HALFWAY}
        with pytest.raises(dependencies.ServiceMissing):
            state.breakable("database", "postgres")
    finally:
        state.close()


def test_a_target_whose_own_database_is_not_installed_cannot_be_reached(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dependencies, "carried_binaries", no_postgres)
    state = state_of("reference-postgres", tmp_path)

    with pytest.raises(TargetGone, match=r"reference-postgres: cannot be started: there is no PostgreSQL here"):
        state.api()

    state.close()


def test_an_instance_that_stays_broken_is_given_up(tmp_path: Path) -> None:
    """One that does not recover is one finding, and not one for each test that follows."""
    state = state_of("reference", tmp_path)
    try:
        first = state.api()

        state.give_up(first)

        assert state.api() is not first
        assert state.api().call("getLiveness").answer.status == 200
        deployed = state_of("reference", tmp_path)
        deployed.launcher.file = replace(deployed.launcher.file, start="")
        with pytest.raises(NotTestable, match="does not work again after the repair"):
            deployed.give_up(first)
    finally:
        state.close()


def state_of(name: str, folder: Path) -> State:
    return State(
        read(SHIPPED / name / "target.toml", environ={}),
        folder=folder,
        worker="main",
        seed=1,
        options=OPTIONS,
        passive_rows=frozenset(),
        on_violation=lambda *_: None,
    )
