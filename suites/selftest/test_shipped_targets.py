"""What is written down of shipped targets fits together; the proof, on the servers themselves, is `tox -e targets`."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

from contract import catalogue
from contract.results import Judgement, Results, Row, Verdict
from suites.targets import environment, install, start
from suites.targets.environment import NotInstalled, python_of, stamp_of, with_packages
from suites.targets.verified import Finding, Verified, differences, load, names

PINNED = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*==[A-Za-z0-9][A-Za-z0-9.+!_-]*")


@pytest.mark.parametrize("name", names())
def test_what_was_verified_names_requirements_that_exist(name: str) -> None:
    verified, rows = load(name), catalogue.load()
    found = {each.requirement for each in verified.findings}

    assert found | set(verified.passes) <= rows.keys()
    assert not found & set(verified.passes)
    assert len(verified.passes) == len(set(verified.passes))
    for each in verified.findings:
        assert each.verdict in ("fail", "warn") and each.at and each.what and each.prints
        assert "curl" in verified.before + each.curl
        if rows[each.requirement].level != "MUST":
            assert each.verdict == "warn", f"{each.requirement} is no MUST"


@pytest.mark.parametrize("name", with_packages())
def test_a_targets_packages_are_pinned_to_the_last(name: str) -> None:
    lines = (environment.FOLDER / name / environment.PINS).read_text("utf-8").splitlines()

    assert [line for line in lines if not PINNED.fullmatch(line)] == []
    assert len(lines) == len({line.partition("==")[0].lower() for line in lines})


FINDING = Finding("LOGIN-02", "fail", ("loginUser 400",), "", "", ())
RACE = Finding("RST-02", "warn", ("confirmPasswordReset 200",), "", "", (), sometimes=True)
EVERYWHERE = Finding("DATA-06", "fail", ("*",), "", "", ())


def seen(requirement: str, status: int, verdict: Verdict = Verdict.FAIL) -> Judgement:
    return Judgement(requirement, verdict, operation="loginUser", status=status)


def came_to(*judgements: Judgement, passed: tuple[str, ...] = ("REG-01",)) -> Results:
    rows = [Row(name, "", "MUST", Verdict.PASS, {Verdict.PASS: 1}) for name in passed]
    return Results(run=None, rows=tuple(rows), judgements=judgements)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("results", "lines"),
    [
        (came_to(seen("LOGIN-02", 400), seen("DATA-06", 200), seen("DATA-06", 404)), []),
        (came_to(seen("LOGIN-02", 400)), ["recorded, and not found: DATA-06 fail at *"]),
        (
            came_to(seen("LOGIN-02", 500), seen("DATA-06", 200)),
            ["found elsewhere: LOGIN-02 fail at loginUser 500; recorded: loginUser 400"],
        ),
        (
            came_to(seen("LOGIN-02", 400), seen("DATA-06", 200), seen("TOK-01", 0, Verdict.UNTESTABLE)),
            ["found, and not recorded: TOK-01 untestable at loginUser no answer"],
        ),
        (
            came_to(seen("LOGIN-02", 400), seen("DATA-06", 200), passed=("REG-02",)),
            ["passes, and is not recorded: REG-02", "recorded as a pass, and is not: REG-01 (not judged)"],
        ),
    ],
    ids=["as recorded", "gone", "elsewhere", "untestable", "other passes"],
)
def test_each_difference_is_said(results: Results, lines: list[str]) -> None:
    """A finding that is gone is as much a difference as a new one: either the server changed, or our check did."""
    assert differences(Verified((FINDING, EVERYWHERE, RACE), ("REG-01",), ""), results) == lines


@pytest.fixture
def shipped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of shipped targets with one in it, whose packages are none."""
    (tmp_path / "acme").mkdir()
    (tmp_path / "acme" / environment.PINS).write_text("", encoding="utf-8")
    monkeypatch.setattr(environment, "FOLDER", tmp_path)
    monkeypatch.setattr(environment, "ENVIRONMENTS", tmp_path / "environments")
    return tmp_path


def test_a_target_without_its_packages_says_how_to_install_them(
    shipped: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert start.main("acme") == 1

    line = "acme: its packages are not installed. Run: python -m suites.targets.install acme\n"
    assert capsys.readouterr().err == line


def test_packages_are_installed_once_and_again_when_the_pins_change(
    shipped: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    commands: list[list[str]] = []
    monkeypatch.setattr(environment.venv, "create", lambda folder, **_: Path(folder).mkdir(parents=True))
    monkeypatch.setattr(environment.subprocess, "run", lambda command, **_: commands.append(command))

    assert environment.install("acme")
    assert not environment.install("acme")
    assert python_of("acme").is_relative_to(environment.ENVIRONMENTS / "acme")
    assert [command[4] for command in commands] == ["install", "check"]

    (shipped / "acme" / environment.PINS).write_text("six==1.17.0\n", encoding="utf-8")
    with pytest.raises(NotInstalled, match=r"its packages are not those that its packages.txt now pins. Run: "):
        python_of("acme")
    assert environment.install("acme")
    assert "six==1.17.0" in stamp_of("acme")


def test_installing_says_which_targets_there_are(capsys: pytest.CaptureFixture[str]) -> None:
    assert install.main(["fastapi-user"]) == 2

    assert capsys.readouterr().out.startswith("no shipped target with packages of its own is called 'fastapi-user'.")


def test_a_failing_pip_is_said_and_leaves_nothing_that_passes_for_installed(
    shipped: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail(command: list[str], **_: object) -> None:
        raise subprocess.CalledProcessError(1, command)

    monkeypatch.setattr(environment.venv, "create", lambda folder, **_: Path(folder).mkdir(parents=True))
    monkeypatch.setattr(environment.subprocess, "run", fail)

    assert install.main(["acme"]) == 1
    assert capsys.readouterr().err == "acme: not installed: pip ended with 1\n"
    with pytest.raises(NotInstalled):
        python_of("acme")
