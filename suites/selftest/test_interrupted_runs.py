"""Runs that end before their time, and targets that do: what was known is kept, and nothing is left running."""

from __future__ import annotations

import random
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import psutil
import pytest

from contract import results
from contract.results import ExitCode, Verdict
from reports.forms import write_all
from suites.selftest.reference import serving
from suites.selftest.whole_run import ROOT, command, run

T = TypeVar("T")
OUT = ROOT / "reports" / "out"


def servers_of(folder: Path) -> list[psutil.Process]:
    """Return the processes that serve a run which wrote to *folder*: each has the run's own temporary folder."""
    marked = [each for each in psutil.process_iter(["cmdline"]) if "reference_impl" in (each.info["cmdline"] or [])]
    return [each for each in marked if str(folder) in " ".join(each.info["cmdline"])]


def run_against(target: object) -> Path | None:
    """Return the folder of the run whose command line names *target*, once it has begun."""
    wanted = f'"--target={target}"'
    return next((path.parent for path in OUT.glob("2*/run.jsonl") if wanted in path.read_text("utf-8")), None)


def judgements(folder: Path) -> int:
    """Return how many tests of the run have been judged so far."""
    return sum(path.read_text("utf-8").count('"event": "judgement"') for path in folder.glob("worker-*.jsonl"))


def wait_for(ask: Callable[[], T], what: str) -> T:
    """Return what *ask* gives, once it gives something."""
    deadline = time.monotonic() + 60
    while not (found := ask()):
        assert time.monotonic() < deadline, f"waited in vain for {what}"
        time.sleep(0.02)
    return found


@pytest.mark.parametrize("number", range(5))
def test_a_killed_run_leaves_readable_results_and_no_server(tmp_path: Path, number: int) -> None:
    """A machine that runs out of memory must cost one run, and not the next one too."""
    file = tmp_path / "target.toml"
    shipped = (ROOT / "suites/targets/reference/target.toml").read_text("utf-8")
    file.write_text(shipped.replace("--data {dir}", f"--data {tmp_path}"), "utf-8")
    process = subprocess.Popen(command(f"--target={file}"), cwd=ROOT, stdout=subprocess.DEVNULL)
    try:
        wait_for(lambda: servers_of(tmp_path), "the target of the run")
        time.sleep(random.Random(number).uniform(0, 3))
    finally:
        process.kill()
        process.wait()

    folder = run_against(file)
    assert folder is not None
    partial = results.load(folder)
    assert not partial.complete
    assert {row.requirement for row in partial.rows}, "what was planned is known"
    assert "Cut short" in write_all(partial, folder).read_text("utf-8")
    wait_for(lambda: not servers_of(tmp_path), "the end of the target")


def test_a_deployed_target_that_is_stopped_in_mid_run_ends_it_with_what_was_known() -> None:
    """A deploy in the middle of a run must not look like a hundred broken requirements."""
    with serving("--source-register-limit", "0", "--source-login-failure-limit", "0") as reference:
        process = subprocess.Popen(command(f"--target={reference.url}"), cwd=ROOT, stdout=subprocess.PIPE, text=True)
        folder = wait_for(lambda: run_against(reference.url), "a run")
        wait_for(lambda: judgements(folder) > 5, "some judgements")
        reference.process.kill()
        reference.process.wait()
        began = time.monotonic()
        said, _ = process.communicate(timeout=60)
        took_s = time.monotonic() - began

    assert process.returncode == ExitCode.UNREACHABLE, said
    assert took_s < 15, said
    partial = results.load(folder)
    assert partial.unreachable
    assert any(row.verdict is Verdict.PASS for row in partial.rows)


def test_a_process_that_dies_of_one_password_costs_one_requirement(tmp_path: Path) -> None:
    """A crash is a finding about what caused it, and says nothing about the rest."""
    file = tmp_path / "mortal.toml"
    file.write_text(
        'name = "mortal"\n'
        'base_url = "http://127.0.0.1:{port}/api/v1"\n'
        'start = "{python} -m suites.selftest.mortal {port} {dir} $argon2id$"\n'
        'speaks = "contract"\n',
        "utf-8",
    )

    came = run(f"--target={file}", "--requirement=LOGIN-02,LOGIN-03,SESS-01")

    assert came.code == ExitCode.RED, came.text
    assert came.verdicts() == {
        "LOGIN-02": Verdict.FAIL,
        "LOGIN-03": Verdict.PASS,
        "SESS-01": Verdict.PASS,
    }, came.text
    assert "the target's process ended during this test, twice" in came.text
