"""Whatever ends a run amid an outage, the target is repaired: by the guard, or by hand from the journal."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import psutil
import pytest

from contract.errors import NotTestable
from contract.outages import FaultKind
from suites.rig.faults import driver_for
from suites.rig.faults.journal import Journal
from suites.selftest.outage_run import RUN, a_run, eventually, left, repair
from suites.selftest.reference import ROOT
from suites.selftest.toxiproxy_server import stand_in

SHELL = {"down": "rm up", "up": "touch up", "ready": "test -e up"}


@pytest.fixture
def shell(tmp_path: Path) -> dict[str, Any]:
    """A dependency that is up while there is a file of that name."""
    (tmp_path / "up").touch()
    return {"driver": "shell", "wait_s": 10, "dependencies": {"db": SHELL}}


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT], ids=lambda number: number.name)
def test_a_run_that_is_killed_amid_an_outage_leaves_it_repaired(
    shell: dict[str, Any], tmp_path: Path, number: signal.Signals
) -> None:
    with a_run(shell, FaultKind.DOWN, tmp_path) as (run, keeper):
        assert not (tmp_path / "up").exists()
        assert left(tmp_path) == 1

        run.send_signal(number)

        eventually((tmp_path / "up").exists, "the repair")
        eventually(lambda: left(tmp_path) == 0, "the journal's line struck out")
        eventually(lambda: not psutil.pid_exists(keeper), "the end of the guard")


def test_what_ends_the_whole_group_of_the_run_does_not_end_its_guard(shell: dict[str, Any], tmp_path: Path) -> None:
    """A closed terminal or a cancelled job ends every process of the group."""
    program = [sys.executable, "-c", RUN, json.dumps(shell), FaultKind.DOWN, str(tmp_path)]
    with subprocess.Popen(program, cwd=ROOT, stdout=subprocess.PIPE, start_new_session=True) as run:
        assert run.stdout is not None
        run.stdout.readline()

        os.killpg(run.pid, signal.SIGKILL)

    eventually((tmp_path / "up").exists, "the repair")


def test_toxiproxy_is_repaired_after_a_kill(tmp_path: Path) -> None:
    with stand_in() as toxiproxy:
        toxiproxy.carry_out("POST", "/proxies", {"name": "pg", "listen": "", "upstream": ""})
        table = {"driver": "toxiproxy", "url": toxiproxy.url, "dependencies": {"db": {"proxy": "pg"}}}
        with a_run(table, FaultKind.SILENT, tmp_path) as (run, _):
            assert len(toxiproxy.proxies["pg"]["toxics"]) == 1

            run.kill()

            eventually(lambda: not toxiproxy.proxies["pg"]["toxics"], "the repair")


def test_the_repair_is_written_down_before_anything_is_broken(shell: dict[str, Any], tmp_path: Path) -> None:
    shell["dependencies"]["db"] = {**SHELL, "down": "cp faults.jsonl before; rm up"}
    faults = driver_for(shell, journal=tmp_path / "faults.jsonl", folder=tmp_path)

    with faults.broken("db", FaultKind.DOWN):
        pass
    faults.close()

    assert len(Journal(tmp_path / "before").left()) == 1
    assert left(tmp_path) == 0
    assert (tmp_path / "faults.jsonl").stat().st_mode & 0o777 == 0o600


def test_where_the_guard_is_killed_too_the_journal_repairs_by_hand(shell: dict[str, Any], tmp_path: Path) -> None:
    journal = tmp_path / "faults.jsonl"
    with a_run(shell, FaultKind.DOWN, tmp_path) as (run, keeper):
        os.kill(keeper, signal.SIGKILL)
        run.kill()
    assert not (tmp_path / "up").exists()

    assert repair(journal) == (0, "repaired: db\n", "")
    assert (tmp_path / "up").exists()
    assert repair(journal) == (0, "nothing is broken\n", "")


def test_a_run_whose_guard_was_killed_says_how_to_repair(shell: dict[str, Any], tmp_path: Path) -> None:
    journal = tmp_path / "faults.jsonl"
    faults = driver_for(shell, journal=journal, folder=tmp_path)

    with pytest.raises(NotTestable) as refusal, faults.broken("db", FaultKind.DOWN):
        assert faults._keeper is not None
        faults._keeper.kill()
    faults.close()

    assert str(refusal.value) == (
        "[facilities.faults] the guard of the faults is gone. "
        f"Repair by hand: python -m suites.rig.faults.repair {journal}"
    )
    assert repair(journal)[0] == 0
    assert (tmp_path / "up").exists()


def test_what_cannot_be_repaired_stays_in_the_journal(
    shell: dict[str, Any], tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    shell["dependencies"]["db"] = {**SHELL, "up": "test -e allowed && touch up"}
    journal = tmp_path / "faults.jsonl"
    faults = driver_for(shell, journal=journal, folder=tmp_path)

    with pytest.raises(NotTestable), faults.broken("db", FaultKind.DOWN):
        pass
    faults.close()

    trouble = "db.up ended with code 1: it said nothing"
    assert capfd.readouterr().err == (
        f"authproof: db is still broken: {trouble}. Repair by hand: python -m suites.rig.faults.repair {journal}\n"
    )
    assert repair(journal) == (3, "", f"still broken: {trouble}\n")
    (tmp_path / "allowed").touch()
    assert repair(journal) == (0, "repaired: db\n", "")


def test_a_journal_that_is_none_is_said(tmp_path: Path) -> None:
    missing = tmp_path / "faults.jsonl"

    assert repair(missing) == (2, "", f"{missing}: cannot be read: No such file or directory\n")


def test_a_line_that_a_power_cut_has_torn_is_no_entry(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "faults.jsonl")
    first, second = journal.write({"driver": "a"}), journal.write({"driver": "b"})
    with journal.path.open("a") as end:
        end.write('{"id": "abc", "rep')

    assert journal.left() == {second: {"driver": "b"}, first: {"driver": "a"}}
