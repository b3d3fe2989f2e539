"""`--list` and `--explain=ID`: told in place of a run, and nothing is sent or written."""

from __future__ import annotations

from pathlib import Path

import pytest

from contract.catalogue import areas, load
from contract.explain import explained
from contract.results import ExitCode
from suites.selftest.whole_run import ROOT, run


def test_every_requirement_is_listed_with_its_level_and_area() -> None:
    """Who looks for the id of a rule finds it without opening a file."""
    came = run("--list")

    lines = came.text.splitlines()
    assert came.code == ExitCode.GREEN
    assert came.results is None
    assert [line.split()[0] for line in lines] == list(load())
    assert all(len(line) <= 130 for line in lines)


def test_an_area_narrows_the_list() -> None:
    came = run("--list", "--area=sessions")

    assert [line.split()[0] for line in came.text.splitlines()] == [row.id for row in areas()["sessions"]]


def test_requirements_and_rules_are_explained_in_the_words_of_the_contract_command() -> None:
    came = run("--explain=SESS-02,LINT-STATUS-401", "--explain=login-02")

    assert came.code == ExitCode.GREEN
    assert came.text.strip() == "\n\n".join(map(explained, ("SESS-02", "LINT-STATUS-401", "LOGIN-02")))


def test_an_id_that_is_none_is_one_line() -> None:
    came = run("--explain=SESS-99")

    assert came.code == ExitCode.USAGE
    assert came.text.strip().splitlines()[-1].startswith("ERROR: unknown requirement 'SESS-99'. Did you mean 'SESS-0")


@pytest.mark.parametrize("asked", ["--collect-only", "--plan", "--list", "--fixtures", "--markers"])
def test_what_runs_nothing_makes_no_folder(tmp_path: Path, asked: str) -> None:
    """An editor that collects the tests at every keystroke would bury the runs that somebody looks for."""
    target = tmp_path / "target.toml"
    target.write_text((ROOT / "suites/targets/reference/target.toml").read_text("utf-8"), "utf-8")

    came = run(asked, f"--target={target}", "--requirement=SESS-02", "suites/conformance/test_sessions.py")

    begun = (ROOT / "reports" / "out").glob("2*/run.jsonl")
    assert came.code == ExitCode.GREEN, came.text
    assert [path for path in begun if str(target) in path.read_text("utf-8")] == []


def test_what_is_collected_is_what_was_asked_for() -> None:
    came = run("--collect-only", "--requirement=SESS-02", "suites/conformance")

    tests = [line for line in came.text.splitlines() if "::" in line]
    assert came.code == ExitCode.GREEN
    assert 0 < len(tests) < 5
    assert all(test.startswith("suites/conformance/test_sessions") for test in tests)
