"""Two runs side by side: what counts as worse, and what is only noise."""

from __future__ import annotations

import json
import random
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from contract.results import Judgement, Results, Run, Verdict, save
from reports.command import main
from reports.compare import compare
from reports.compare_load import compare_load
from reports.significance import changed
from suites.selftest.small_load import budget, load_document
from suites.selftest.small_run import RUN, folded
from suites.selftest.whole_run import ROOT


def run_of(*judgements: Judgement, run: Run = RUN) -> Results:
    """Return a run that ended, with *judgements*."""
    return replace(folded(*judgements), complete=True, exit_code=0, run=run)


def one(verdict: Verdict | None) -> Results:
    """Return a run in which LOGIN-02 came to *verdict*; without it where that is None."""
    other = Judgement("TOK-01", Verdict.PASS, test="t")
    return run_of(other, Judgement("LOGIN-02", verdict, test="t")) if verdict else run_of(other)


@pytest.mark.parametrize(
    ("before", "after", "kind", "worse"),
    [
        (Verdict.PASS, Verdict.FAIL, "failing", True),
        (Verdict.WARN, Verdict.FAIL, "failing", True),
        (Verdict.PASS, Verdict.UNTESTABLE, "failing", True),
        (None, Verdict.FAIL, "failing", True),
        (Verdict.KNOWN_FAILURE, Verdict.STALE_ENTRY, "failing", True),
        (Verdict.PASS, Verdict.WARN, "warned", True),
        (Verdict.NOT_EXERCISED, Verdict.KNOWN_FAILURE, "warned", True),
        (Verdict.FAIL, Verdict.PASS, "passing", False),
        (Verdict.WARN, Verdict.PASS, "passing", False),
        (Verdict.FAIL, Verdict.KNOWN_FAILURE, "passing", False),
        (Verdict.PASS, Verdict.NOT_EXERCISED, "lost", True),
        (Verdict.PASS, None, "lost", True),
        (Verdict.FAIL, Verdict.UNDECIDED, "lost", True),
        (Verdict.NOT_APPLICABLE, Verdict.PASS, "gained", False),
        (None, Verdict.PASS, "gained", False),
        (Verdict.FAIL, Verdict.FAIL, "", False),
        (Verdict.PASS, Verdict.PASS, "", False),
        (Verdict.NOT_EXERCISED, Verdict.NOT_APPLICABLE, "", False),
    ],
)
def test_a_requirement_moves_in_one_way(before: Verdict | None, after: Verdict | None, kind: str, worse: bool) -> None:
    """Coverage that is lost hides whatever breaks next, so it counts as worse."""
    found = compare(one(before), one(after))

    moved = {name: getattr(found, name) for name in ("failing", "warned", "passing", "lost", "gained")}
    assert [name for name, each in moved.items() if each] == ([kind] if kind else [])
    assert found.worse is worse


def timed(factor: float, *, seed: int, tests: int = 40) -> Results:
    """Return a run whose tests of the login take *factor* times as long as usual, give or take a fifth."""
    rng = random.Random(seed)
    usual = random.Random(0)
    durations = [0.02 + usual.random() for _ in range(tests)]
    passed = (
        Judgement("LOGIN-02", Verdict.PASS, test=f"t{number}", duration_s=each * factor * rng.uniform(0.85, 1.2))
        for number, each in enumerate(durations)
    )
    return run_of(*passed)


def test_a_login_that_takes_twice_as_long_is_told() -> None:
    """A hash whose cost was doubled by accident breaks no requirement, and every login."""
    found = compare(timed(1, seed=1), timed(2, seed=2))

    assert [each.area for each in found.times] == ["login"]
    assert found.times[0].change.ratio == pytest.approx(2, rel=0.15)
    assert found.worse


def test_a_login_that_got_quicker_is_told_and_is_not_worse() -> None:
    found = compare(timed(2, seed=1), timed(1, seed=2))

    assert [each.area for each in found.times] == ["login"]
    assert not found.worse


@pytest.mark.parametrize("seed", range(20))
def test_noise_is_not_told(seed: int) -> None:
    """A comparison that cries wolf once a week is switched off."""
    assert compare(timed(1, seed=seed), timed(1.05, seed=seed + 1000)).times == ()


def test_few_tests_prove_nothing() -> None:
    assert changed([(1.0, 10.0)] * 6).p > 0.01
    assert changed([(1.0, 10.0)] * 8).p < 0.01
    assert changed([]).p == 1


def test_runs_that_cannot_be_compared_say_so() -> None:
    cut = replace(one(Verdict.PASS), complete=False, run=replace(RUN, target={**RUN.target, "name": "other"}))

    found = compare(one(Verdict.PASS), cut)

    assert found.doubts == (
        "run B was cut short: what it did not come to counts as not judged",
        "the targets differ: acme, other",
    )


def test_the_command_says_what_changed_and_exits_with_1_where_that_is_worse(tmp_path: Path) -> None:
    for name, verdict in (("a", Verdict.PASS), ("b", Verdict.FAIL)):
        (tmp_path / name).mkdir()
        save(one(verdict), tmp_path / name)

    def said(*paths: str) -> tuple[int, str]:
        line = [sys.executable, "-m", "reports", "compare", *(str(tmp_path / each) for each in paths)]
        done = subprocess.run(line, cwd=ROOT, capture_output=True, text=True, check=False, timeout=60)
        return done.returncode, done.stdout + done.stderr

    assert said("a", "b") == (1, "newly failing: LOGIN-02 (pass -> fail)\nworse than last time\n")
    assert said("b", "a") == (0, "newly passing: LOGIN-02 (fail -> pass)\nnot worse than last time\n")
    code, text = said("a", "nowhere")
    assert (code, text.count("\n")) == (2, 1)


def load_with(value: float, *, measure: str = "p99_ms", limit: float = 400.0, wide: float = 0.05) -> dict[str, Any]:
    """Return a load run with one budget, measured as *value*, give or take the part *wide* of it."""
    document = load_document()
    met = value >= limit if measure == "achieved_ratio" else value <= limit
    document["phases"][0]["budgets"] = [
        budget(measure, limit, value)
        | {"low": value * (1 - wide), "high": value * (1 + wide), "outcome": "met" if met else "missed"}
    ]
    return document


@pytest.mark.parametrize(
    ("before", "after", "begins", "worse"),
    [
        (load_with(100), load_with(150), "worse: loginUser p99, ms: 100 (95 to 105) -> 150 (142.5 to 157.5)", True),
        (load_with(150), load_with(100), "better: ", False),
        (load_with(100), load_with(108), "", False),
        (load_with(100, wide=0.5), load_with(150, wide=0.5), "", False),
        (load_with(390), load_with(401), "newly missed: loginUser p99, ms: ", True),
        (load_with(401), load_with(390), "newly met: ", False),
        (
            load_with(0.99, measure="achieved_ratio", limit=0.9, wide=0.001),
            load_with(0.95, measure="achieved_ratio", limit=0.9, wide=0.001),
            "worse: loginUser achieved ratio: ",
            True,
        ),
    ],
)
def test_a_latency_is_told_where_it_changed_by_more_than_its_uncertainty(
    before: dict[str, Any], after: dict[str, Any], begins: str, worse: bool
) -> None:
    moved = compare_load(before, after)

    assert [str(each)[: len(begins)] for each in moved] == ([begins] if begins else [])
    assert any(each.worse for each in moved) is worse


def test_load_runs_are_compared_by_the_same_command(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for name, value in (("a", 100), ("b", 150)):
        (tmp_path / f"{name}.json").write_text(json.dumps(load_with(value)), "utf-8")

    assert main(["compare", str(tmp_path / "a.json"), str(tmp_path / "b.json")]) == 1
    assert capsys.readouterr().out.splitlines()[-1] == "worse than last time"
    assert main(["compare", str(tmp_path / "b.json"), str(tmp_path / "a.json")]) == 0
