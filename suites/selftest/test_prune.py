"""`python -m suites prune`: old runs go, and none that somebody may still need."""

from __future__ import annotations

import json
import os
import time
from pathlib import Path

import pytest

from contract.errors import BindingError
from contract.results import Recorder, Run
from suites.rig.faults.journal import Journal as Repairs
from suites.rig.journal import Journal
from suites.rig.kept_passwords import key_file, key_of
from suites.rig.prune import SILENT_S, main

STARTED = "http://127.0.0.1:{port}/api/v1"
DEPLOYED = "https://staging.acme.example/api/v1"


@pytest.fixture
def out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the folder of runs of the directory in which the test works."""
    monkeypatch.chdir(tmp_path)
    return tmp_path / "reports" / "out"


def run_of(out: Path, number: int, *, base_url: str = STARTED, end: bool = True) -> Path:
    """Make the *number*th run, the second of a made-up day; it has made an account."""
    folder = out / f"20260101-0000{number:02}-abcdef"
    folder.mkdir(parents=True)
    with Recorder(folder) as recorder:
        target = {"name": "acme", "base_url": base_url, "environment": "staging"}
        recorder.run(Run(folder.name, "2026-01-01T00:00:00Z", target))
        if end:
            recorder.end(0, "2026-01-01T00:01:00Z")
    Journal(folder / "accounts.jsonl").exists(base_url.replace("{port}", "4711"), "ada@example.com", "1")
    return folder


def runs(out: Path) -> list[str]:
    """Return the numbers of the runs that are there."""
    return sorted(each.name[13:15] for each in out.glob("2*"))


def silence(folder: Path) -> None:
    """Let nothing have been written in *folder* for a day."""
    then = time.time() - SILENT_S - 60
    for each in (*folder.iterdir(), folder):
        os.utime(each, (then, then))


def test_the_newest_that_have_ended_stay_and_older_ones_go(out: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A disk that fills up with reports ends the one run that matters."""
    for number in range(6):
        run_of(out, number)
    run_of(out, 5 + 1, end=False)  # the newest is going on, and is none of the three
    (out / "kill-matrix").mkdir()

    assert main(["--keep=3", "--dry-run"]) == 0
    assert runs(out) == ["00", "01", "02", "03", "04", "05", "06"]
    assert main(["--keep=3"]) == 0

    assert runs(out) == ["03", "04", "05", "06"]
    assert capsys.readouterr().out.splitlines()[-1] == "3 runs deleted"
    assert sorted(each.name for each in out.iterdir() if not each.name.startswith("2")) == ["kill-matrix"]


def test_a_run_that_goes_on_stays_and_one_that_was_killed_goes_after_a_day(out: Path) -> None:
    """A run whose folder is deleted under it loses what it has found."""
    going, killed = run_of(out, 0, end=False), run_of(out, 1, end=False)
    silence(killed)
    run_of(out, 2)

    main(["--keep=1"])

    assert runs(out) == ["00", "02"]
    assert going.exists()


def test_a_run_whose_faults_are_not_repaired_stays(out: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The journal is all that says how to bring somebody's database back."""
    broken, repaired = run_of(out, 0), run_of(out, 1)
    for folder in (broken, repaired):
        entry = Repairs(folder / "faults.jsonl").write({"driver": "shell", "dependency": "database"})
    Repairs(repaired / "faults.jsonl").strike(entry)
    run_of(out, 2)

    main(["--keep=1"])

    assert runs(out) == ["00", "02"]
    told = f"kept: database not repaired; python -m suites.rig.faults.repair {Path('reports/out') / broken.name}"
    assert told in capsys.readouterr().out


def test_a_run_whose_accounts_are_left_on_a_server_stays_until_they_are_removed(
    out: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Made-up people in somebody's user table, and nobody who knows which."""
    left = run_of(out, 0, base_url=DEPLOYED)
    key_of(left)
    run_of(out, 1)

    main(["--keep=1"])
    assert runs(out) == ["00", "01"]
    assert f"1 accounts at {DEPLOYED} not known to be removed; python -m suites cleanup {left.name}" in (
        capsys.readouterr().out
    )

    Journal(left / "accounts.jsonl").removed(DEPLOYED, "ada@example.com")
    main(["--keep=1"])

    assert runs(out) == ["01"]
    assert not key_file(left).exists()


def test_a_load_run_says_itself_that_it_ended_and_started_its_target(out: Path) -> None:
    folder = out / "20260101-000000-abcdef"
    folder.mkdir(parents=True)
    said = {"finished": "2026-01-01T00:01:00Z", "target": {"started_here": True, "base_url": "http://127.0.0.1:4711"}}
    (folder / "load.json").write_text(json.dumps(said), "utf-8")
    Journal(folder / "accounts-0.jsonl").exists("http://127.0.0.1:4711", "ada@example.com", "1")
    run_of(out, 1)

    main(["--keep=1"])

    assert runs(out) == ["01"]


def test_what_a_link_leads_to_stays(out: Path) -> None:
    """`latest-check` may be much older than the newest run."""
    linked = run_of(out, 0)
    run_of(out, 1)
    (out / "latest-check").symlink_to(linked.name)

    main(["--keep=1"])

    assert runs(out) == ["00", "01"]


def test_nothing_to_delete_is_no_error(out: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert not out.exists()
    assert main([]) == 0
    assert capsys.readouterr().out == "0 runs deleted\n"
    with pytest.raises(BindingError, match="--keep: give 1 or more"):
        main(["--keep=0"])
