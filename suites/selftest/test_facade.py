"""The real command on the awkward façade: what its speech breaks is found, what works behind it is not accused."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import psutil
import pytest

from contract import results
from contract.catalogue import load
from contract.results import ExitCode, Results, Verdict
from contract.targets.read import read

ROOT = Path(__file__).parents[2]
TARGET = ROOT / "suites" / "selftest" / "data" / "targets" / "facade.toml"
TIMEOUT_S = 300
UNREMARKABLE = (Verdict.PASS, Verdict.NOT_APPLICABLE, Verdict.NOT_EXERCISED)

FINDINGS = {
    ("LOGIN-02", Verdict.FAIL, "loginUser", 400): "a wrong password is 400: only an OAuth 2 token endpoint may say so",
    ("REG-01", Verdict.WARN, "registerUser", 204): "nothing identifies the new account: a rule of ours, so it warns",
}
"""What a run says of the sound reference behind the façade, and why: requirement, verdict, operation, status."""

DEFECTS = {
    "DATA-01": {"DATA-01"},  # the token is in a header, and the answer has no content
    "MFA-04": {"MFA-04"},
    "REG-04": {"REG-04"},  # all registrations are answered alike: the admin sees the second account
    "SESS-02": {"SESS-02", "SESS-03"},
    "TOK-07": {"TOK-07"},
}
"""Planted defects of the reference that do not hide each other, and the rows that find them through the façade."""

SOUND = [name for name in load() if name != "ABUSE-09"]
"""Rows of the sound run: by the clock there is only noise here, since hashes behind the façade cost nothing."""


def judged(*options: str) -> Results:
    """Return the results of a run on the façade."""
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--seed=1", f"--target={TARGET}"]
    done = subprocess.run(
        [*command, *options], cwd=ROOT, capture_output=True, text=True, check=False, timeout=TIMEOUT_S
    )
    said = [line.removeprefix("results in ") for line in done.stdout.splitlines() if line.startswith("results in ")]
    assert said, done.stdout + done.stderr
    return results.load(ROOT / said[-1])


@pytest.fixture(scope="module")
def runs() -> tuple[Results, Results]:
    """Return a run on the sound reference and one on its defects, made side by side."""
    rows = sorted(set().union(*DEFECTS.values()))
    options = [*(f"--defect={each}" for each in DEFECTS), f"--requirement={','.join(rows)}"]
    with ThreadPoolExecutor(2) as pool:
        sound, broken = pool.map(lambda each: judged(*each), [[f"--requirement={','.join(SOUND)}"], options])
    return sound, broken


def test_the_sound_reference_behind_it_gives_the_declared_findings_and_nothing_else(
    runs: tuple[Results, Results],
) -> None:
    run, _ = runs
    declared = read(TARGET, environ={}).facilities.keys()
    beyond_it = {row.id for row in load().values() if not declared >= {*row.facilities, *row.widened_by}}

    assert (run.complete, run.exit_code, run.faults, run.unreachable) == (True, ExitCode.RED, (), "")
    assert {row.requirement for row in run.rows if row.verdict is Verdict.NOT_EXERCISED} <= beyond_it
    found = {
        (each.requirement, each.verdict, each.operation, each.status)
        for each in run.judgements
        if each.verdict not in UNREMARKABLE
    }
    assert sorted(found) == sorted(FINDINGS)
    assert {row.requirement for row in run.rows if row.verdict not in UNREMARKABLE} == {name for name, *_ in found}


def test_planted_defects_show_through_it(runs: tuple[Results, Results]) -> None:
    """A check that a strange speech has made blind would pass on everything."""
    _, run = runs

    assert {row.requirement for row in run.rows if row.verdict is Verdict.FAIL} == set().union(*DEFECTS.values())


@contextmanager
def started() -> Iterator[tuple[subprocess.Popen[str], psutil.Process]]:
    """Start a façade by itself; yield it, and the reference behind it."""
    command = [sys.executable, "-m", "suites.selftest.facade", "--port", "0"]
    with subprocess.Popen(
        command, cwd=ROOT, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as front:
        try:
            assert front.stdout is not None
            assert json.loads(front.stdout.readline()).keys() == {"listening", "control"}
            below = psutil.Process(front.pid).children(recursive=True)
            yield front, next(each for each in below if not each.children())
        finally:
            front.kill()


def end_the_front(front: subprocess.Popen[str], reference: psutil.Process) -> None:
    """End the façade, and give it no time for farewells."""
    front.send_signal(signal.SIGKILL)
    reference.wait(timeout=20)


def end_the_reference(front: subprocess.Popen[str], reference: psutil.Process) -> None:
    """End the reference, as a defect may."""
    reference.send_signal(signal.SIGKILL)
    assert front.wait(timeout=20) == 0


@pytest.mark.parametrize("end", [end_the_front, end_the_reference])
def test_neither_the_front_nor_the_reference_outlives_the_other(
    end: Callable[[subprocess.Popen[str], psutil.Process], None],
) -> None:
    """A crash behind the front must look like a crash of the target, and a killed run must leave no server."""
    with started() as (front, reference):
        end(front, reference)

        assert not reference.is_running()
