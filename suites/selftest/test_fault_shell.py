"""The shell driver: the target file's commands break and repair, in bounded time, and what goes wrong is one line."""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest

from contract.errors import NotTestable
from contract.outages import FaultKind
from suites.rig.faults import Faults, driver_for
from suites.rig.processes import free_port
from suites.selftest.reference import PASSWORD, ROOT, serving

KIND = FaultKind
WHOLE = {"down": "rm up", "up": "touch up", "ready": "test -e up"}

Made = Callable[..., Faults]


@pytest.fixture
def made(tmp_path: Path) -> Iterator[Made]:
    """What makes faults of one dependency, `db`, by its commands; they run in the test's folder."""
    (tmp_path / "up").touch()
    opened = []

    def make(commands: dict[str, Any], *, wait_s: float = 10) -> Faults:
        table = {"driver": "shell", "wait_s": wait_s, "dependencies": {"db": commands}}
        words = {"port": "4711", "dir": "/a folder"}
        opened.append(driver_for(table, journal=tmp_path / "faults.jsonl", folder=tmp_path, words=words))
        return opened[-1]

    yield make
    for each in opened:
        each.close()


def test_down_and_up_are_run_and_ready_is_asked(made: Made, tmp_path: Path) -> None:
    faults = made(WHOLE)

    with faults.broken("db", KIND.DOWN) as outage:
        assert not (tmp_path / "up").exists()
        assert outage.connections() is None

    assert (tmp_path / "up").exists()


def test_a_dependency_that_is_not_ready_before_is_left_alone(made: Made, tmp_path: Path) -> None:
    """What somebody else has stopped is not ours to start."""
    (tmp_path / "up").unlink()

    with pytest.raises(NotTestable) as refusal, made(WHOLE).broken("db", KIND.DOWN):
        pass

    assert str(refusal.value) == "[facilities.faults] db.ready ended with code 1: it said nothing"
    assert not (tmp_path / "up").exists()


def test_what_it_can_do_is_what_there_are_commands_for(made: Made, tmp_path: Path) -> None:
    silent = {"break": "touch silent", "repair": "rm silent"}
    faults = made({**WHOLE, "silent": silent, "wrong-credentials": silent})

    assert faults.kinds("db") == {KIND.DOWN, KIND.SILENT, KIND.WRONG_CREDENTIALS}
    with faults.broken("db", KIND.SILENT):
        assert (tmp_path / "silent").exists()
        assert (tmp_path / "up").exists()

    assert not (tmp_path / "silent").exists()


def test_a_repair_waits_until_the_dependency_is_ready(made: Made, tmp_path: Path) -> None:
    """The command that starts it is done long before it listens."""
    with made({**WHOLE, "up": "(sleep 0.7; touch up) &"}).broken("db", KIND.DOWN):
        pass

    assert (tmp_path / "up").exists()


def test_what_a_command_leaves_running_goes_on(made: Made, tmp_path: Path) -> None:
    """It is the dependency."""
    with made({**WHOLE, "up": "touch up; sleep 60 & echo $! > pid"}).broken("db", KIND.DOWN):
        pass

    process = psutil.Process(int((tmp_path / "pid").read_text()))
    assert process.is_running()
    process.kill()


def test_words_are_put_in_and_other_braces_are_the_shells_own(made: Made, tmp_path: Path) -> None:
    line = "echo {port} '{dir}' '{python}' ${HOME:+home} '{{.State}}' '{other}' > said"

    with made({"down": line, "up": "true"}).broken("db", KIND.DOWN):
        assert (tmp_path / "said").read_text() == f"4711 /a folder {sys.executable} home {{{{.State}}}} {{other}}\n"


FAILING = {
    "db.down ended with code 3: no such service: db": {"down": "echo first; echo no such service: db >&2; exit 3"},
    "db.down ended with code 1: it said nothing": {"down": "exit 1"},
    "db.down took over 0.5 s": {"down": "rm up; sleep 60"},
    "db: 0.5 s after down, ready still succeeds": {"down": "true"},
    "db.up ended with code 4: it said nothing": {"up": "exit 4"},
    "db: 0.5 s after up, ready still fails: no answer": {"up": "true", "ready": "test -e up || ! echo no answer"},
    "db.silent.break ended with code 5: it said nothing": {"silent": {"break": "exit 5", "repair": "true"}},
}


@pytest.mark.parametrize("says", FAILING)
def test_what_goes_wrong_is_one_line(made: Made, says: str) -> None:
    commands = FAILING[says]
    faults = made({**WHOLE, **commands}, wait_s=0.5 if "0.5 s" in says else 10)

    with pytest.raises(NotTestable) as refusal, faults.broken("db", KIND.SILENT if "silent" in commands else KIND.DOWN):
        pass

    assert str(refusal.value) == f"[facilities.faults] {says}"


def test_a_command_that_takes_too_long_is_ended_with_all_it_started(made: Made, tmp_path: Path) -> None:
    with (
        pytest.raises(NotTestable),
        made({**WHOLE, "down": "sleep 60 & echo $! > pid; wait"}, wait_s=0.5).broken("db", KIND.DOWN),
    ):
        pass

    pid = int((tmp_path / "pid").read_text())
    deadline = time.monotonic() + 10
    while psutil.pid_exists(pid) and psutil.Process(pid).status() != psutil.STATUS_ZOMBIE:
        assert time.monotonic() < deadline, "what the command started is still there"
        time.sleep(0.02)


def test_a_fault_that_did_not_take_is_undone(made: Made, tmp_path: Path) -> None:
    """Half a fault would stay, and the tests that follow would find it."""
    with pytest.raises(NotTestable), made({**WHOLE, "down": "rm up; exit 1"}).broken("db", KIND.DOWN):
        pass

    assert (tmp_path / "up").exists()


def test_a_real_service_in_another_process_is_stopped_and_started(made: Made, tmp_path: Path) -> None:
    port = free_port()
    stub = f"{{python}} -m reference_impl.identity_stub --port {port} --service-secret x --data {tmp_path}/identities"
    here = f"import socket; socket.create_connection(('127.0.0.1', {port}), 1)"
    up = f"cd {ROOT} && {{ {stub} & }} && echo $! > {tmp_path}/pid"
    commands = {"down": "kill $(cat pid)", "up": up, "ready": f'{{python}} -c "{here}" 2>&1'}
    os.system(up.replace("{python}", sys.executable))
    upstream = ("--upstream", f"http://127.0.0.1:{port}", "--upstream-id", "authproof", "--upstream-secret", "x")
    try:
        with serving(*upstream) as server:
            faults = made(commands, wait_s=20)
            email = server.register()

            with faults.broken("db", KIND.DOWN):
                assert server.login(email, PASSWORD).status_code == 503

            assert server.login(email, PASSWORD).status_code == 200
    finally:
        os.kill(int((tmp_path / "pid").read_text()), signal.SIGKILL)
