"""`--list` and `--explain=ID`: told in place of a run, and nothing is sent or written."""

from __future__ import annotations

from contract.catalogue import areas, load
from contract.explain import explained
from contract.results import ExitCode
from suites.selftest.whole_run import run


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
