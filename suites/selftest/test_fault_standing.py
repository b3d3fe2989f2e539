"""Proxies that stand by themselves before a target that runs already, and runs that give them orders."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from contract.errors import NotTestable
from contract.outages import FaultKind
from contract.results import Verdict
from suites.rig.faults import driver_for
from suites.rig.faults.journal import Journal, now
from suites.rig.faults.standing import main
from suites.rig.postgres import postgres
from suites.rig.processes import free_port
from suites.selftest import whole_run
from suites.selftest.echo import SAID, call, echo
from suites.selftest.outage_run import a_run, eventually, left, repair
from suites.selftest.reference import DEADLINE_S, ROOT, serving
from suites.selftest.whole_run import command

KIND = FaultKind


@dataclass
class Standing:
    """Started proxies: where the target connects to, their orders' address, and the facility as a table."""

    listen: str
    control: str
    table: dict[str, Any]
    file: Path


@contextmanager
def standing(to: str, folder: Path, *, base_url: str = "http://127.0.0.1:9") -> Iterator[Standing]:
    """Start the proxies of a target file in *folder* whose one dependency, `database`, is at *to*."""
    listen, control = f"127.0.0.1:{free_port()}", f"127.0.0.1:{free_port()}"
    file = folder / "deployed.toml"
    file.write_text(
        f'name = "deployed"\nbase_url = "{base_url}"\n'
        f'[facilities.faults]\ndriver = "proxy"\ncontrol = "{control}"\nwait_s = 10\n'
        f'[facilities.faults.database]\nlisten = "{listen}"\nto = "{to}"\n'
    )
    dependencies = {"database": {"listen": listen, "to": to}}
    command = [sys.executable, "-m", "suites.rig.faults.standing", str(file)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            assert process.stdout.readline() == f"database: {listen} -> {to}\n"
            assert process.stdout.readline() == f"orders at {control}; stop with Ctrl-C\n"
            table = {"driver": "proxy", "control": control, "wait_s": 10, "dependencies": dependencies}
            yield Standing(listen, control, table, file)
        finally:
            process.send_signal(signal.SIGINT)
            assert process.wait(DEADLINE_S) == 0


def test_they_pass_connections_on_without_a_run_and_fail_for_one(tmp_path: Path) -> None:
    with echo() as server, standing(server.address, tmp_path) as proxies:
        assert call(proxies.listen) == (SAID, "whole")
        faults = driver_for(proxies.table, journal=tmp_path / "faults.jsonl")

        with faults.broken("database", KIND.SILENT):
            assert call(proxies.listen) == (b"", "silence")
        faults.close()

        assert call(proxies.listen) == (SAID, "whole")


def test_a_run_that_is_killed_leaves_them_passing(tmp_path: Path) -> None:
    with (
        echo() as server,
        standing(server.address, tmp_path) as proxies,
        a_run(proxies.table, KIND.REFUSED, tmp_path) as (run, _),
    ):
        assert call(proxies.listen) == (b"", "refused")
        assert left(tmp_path) == 1

        run.kill()

        eventually(lambda: call(proxies.listen) == (SAID, "whole"), "the repair")
        eventually(lambda: left(tmp_path) == 0, "the journal's line struck out")


def test_two_runs_do_not_break_one_dependency_at_once(tmp_path: Path) -> None:
    with echo() as server, standing(server.address, tmp_path) as proxies:
        first, second = (driver_for(proxies.table, journal=tmp_path / "faults.jsonl") for _ in range(2))

        with first.broken("database", KIND.SILENT):
            with pytest.raises(NotTestable) as refusal, second.broken("database", KIND.REFUSED):
                pass
            assert str(refusal.value) == "[facilities.faults] database is broken by another run"
            assert call(proxies.listen) == (b"", "silence")

        with second.broken("database", KIND.REFUSED):
            assert call(proxies.listen) == (b"", "refused")
        first.close()
        second.close()


def test_what_a_journal_has_left_is_repaired_by_hand(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "faults.jsonl")
    with echo() as server, standing(server.address, tmp_path) as proxies:
        entry = {"driver": "proxy", "dependency": "database", "kind": "refused", "control": proxies.control}
        journal.write(entry)
        faults = driver_for(proxies.table, journal=tmp_path / "other.jsonl")
        with faults.broken("database", KIND.REFUSED):
            assert repair(journal.path) == (0, "repaired: database\n", "")

            assert call(proxies.listen) == (SAID, "whole")
        faults.close()

    journal.write(entry)
    assert repair(journal.path) == (
        3,
        "",
        f"still broken: database: no proxies take orders at {proxies.control}: "
        f"[Errno 111] Connect call failed ('127.0.0.1', {proxies.control.split(':')[1]})\n",
    )


def test_proxies_that_nobody_started_are_said(tmp_path: Path) -> None:
    control = f"127.0.0.1:{free_port()}"
    table = {"driver": "proxy", "control": control, "dependencies": {}}

    with pytest.raises(NotTestable) as refusal:
        driver_for(table, journal=tmp_path / "faults.jsonl")

    assert str(refusal.value) == (
        f"[facilities.faults] no proxies take orders at {control}: Connection refused. "
        "Start them: python -m suites.rig.faults.standing TARGET.toml"
    )


def test_what_keeps_them_from_standing_is_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    head = 'name = "deployed"\nbase_url = "http://127.0.0.1:9"\n'
    none, taken = tmp_path / "none.toml", tmp_path / "taken.toml"
    none.write_text(head)
    with echo() as server:
        taken.write_text(
            head
            + f'[facilities.faults]\ndriver = "proxy"\ncontrol = "127.0.0.1:{free_port()}"\n'
            + f'[facilities.faults.database]\nlisten = "{server.address}"\nto = "127.0.0.1:9"\n'
        )

        codes = [main([]), main([str(none)]), main([str(tmp_path / "no.toml")]), main([str(taken)])]

    lines = capsys.readouterr().err.splitlines()
    assert codes == [2, 2, 2, 3]
    assert lines[0] == "usage: python -m suites.rig.faults.standing TARGET.toml"
    assert lines[1] == f'{none}: needs [facilities.faults] with driver = "proxy" and control.'
    assert lines[2].startswith(f"--target={tmp_path}/no.toml: no such file.")
    assert lines[3] == f"{taken}: [facilities.faults] cannot listen at {server.address}: Address already in use"


def test_a_deployed_target_is_repaired_after_a_kill_and_a_fresh_run_is_green(tmp_path: Path) -> None:
    """The whole way: a real database, a server in another process, a run that is killed, and the run after it."""
    with postgres() as database, standing(f"127.0.0.1:{database.port}", tmp_path) as proxies:
        url = database.url.replace(f":{database.port}/", f":{proxies.listen.split(':')[1]}/")
        with serving("--database", url) as server:
            text = proxies.file.read_text("utf-8").replace("http://127.0.0.1:9", f"{server.url}/api/v1")
            proxies.file.write_text(text, "utf-8")

            def ready() -> bool:
                return server.call("GET", "/health/ready").status_code == 200

            hung = command(f"--target={proxies.file}", "--requirement=AVAIL-04")
            with subprocess.Popen(hung, cwd=ROOT, stdout=subprocess.DEVNULL) as run:
                try:
                    eventually(lambda: amid_an_outage(proxies.control) and not ready(), "an outage")
                    run.kill()
                    killed_at = now()
                finally:
                    run.kill()
            eventually(ready, "the recovery")
            eventually(lambda: not amid_an_outage(proxies.control), "the journal's line struck out")
            struck = [json.loads(line) for line in journal_of(proxies.control).read_text("utf-8").splitlines()][-1]

            fresh = whole_run.run(f"--target={proxies.file}", "--requirement=AVAIL-02,AVAIL-12", timeout_s=240)

    assert struck["struck"]
    assert struck["at"] >= killed_at
    assert fresh.code == 0, fresh.text
    assert fresh.verdicts() == {"AVAIL-02": Verdict.PASS, "AVAIL-12": Verdict.PASS}


def journal_of(control: str) -> Path:
    """Return the journal of the run that gives its orders at *control*; an empty file where there is none yet."""
    written = (path for path in (ROOT / "reports" / "out").glob("*/faults.jsonl") if control in path.read_text("utf-8"))
    return next(written, Path("/dev/null"))


def amid_an_outage(control: str) -> bool:
    """Whether that journal says that something is broken."""
    return bool(Journal(journal_of(control)).left())
