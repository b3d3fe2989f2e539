"""Mutants of the reference: which are drawn, which tests are taken on each, and what those come to."""

from __future__ import annotations

from pathlib import Path

import pytest

from suites.benchmarks.lines_run import START, Lines, measured, of_json, statement_at
from suites.benchmarks.mutant_verdicts import judged, stages
from suites.benchmarks.mutants import Results
from suites.benchmarks.mutating import Mutant, all_of, draw, files, what_runs
from suites.selftest.whole_run import ROOT

LOGIN = "suites/conformance/test_login.py::test_a_password_that_differs_only_late_does_not_log_in"
REGISTRATION = (
    "suites/properties/test_contract.py::"
    "test_requests_against_the_document_are_refused_as_documented[POST /auth/register]"
)
SMALL = '''\
from __future__ import annotations


def more(number: int | None) -> int:
    """Return one more."""
    if number is None:
        return 0
    return (
        number
        + 1
    )
'''


def mutant_at(file: str, words: str, operator: str) -> Mutant:
    """Return the first mutant of *operator* in the line of *file* that has *words*."""
    text = (ROOT / "reference_impl" / file).read_text("utf-8")
    (line,) = [number for number, each in enumerate(text.splitlines(), 1) if words in each]
    return next(each for each in all_of(file, text) if each.line == line and each.operator.endswith(operator))


def test_a_seed_draws_the_same_mutants_again_and_another_seed_others() -> None:
    first, again, other = (draw(ROOT, seed=seed, count=20) for seed in (7, 7, 8))

    assert len(first.mutants) == 20
    assert first == again
    assert first.mutants != other.mutants
    assert len({(each.file, each.source(ROOT)) for each in first.mutants}) == 20


def test_planted_defects_are_not_mutated_and_everything_else_is() -> None:
    drawn_from = files(ROOT)

    assert "login.py" in drawn_from and "store/sqlite.py" in drawn_from
    assert not [each for each in drawn_from if each.startswith("defects")]


def test_what_differs_in_annotations_alone_is_no_mutant() -> None:
    """It cannot be found by anything, and would count as a hole."""
    annotated = SMALL.replace("int | None", "int & None").replace("Return one more", "Return one less")

    assert what_runs(annotated) == what_runs(SMALL)
    assert what_runs(SMALL.replace("+ 1", "+ 2")) != what_runs(SMALL)


@pytest.mark.parametrize(("line", "first", "last"), [(4, 4, 4), (6, 6, 6), (7, 7, 7), (10, 8, 11)])
def test_a_line_stands_for_the_statement_that_it_is_in(line: int, first: int, last: int) -> None:
    """Of a statement over several lines, not each one is said to have run."""
    assert statement_at(SMALL, line) == range(first, last + 1)


def test_the_tests_that_run_a_line_are_taken_first_the_nearest_and_all_where_it_runs_at_the_start() -> None:
    lines = Lines(
        {"near": 1.0, "far": 1.0, "elsewhere": 1.0},
        {
            START: {"a.py": frozenset({1})},
            "far": {"a.py": frozenset({7}), "b.py": frozenset(range(9))},
            "near": {"a.py": frozenset({7, 8})},
            "elsewhere": {"b.py": frozenset({1})},
        },
    )

    assert lines.tests_of("a.py", range(7, 8)) == ["near", "far"]
    assert lines.tests_of("a.py", range(1, 3)) == ["near", "far", "elsewhere"]
    assert lines.tests_of("c.py", range(1, 3)) == []


def test_what_one_test_of_a_conversation_hears_all_of_them_judge() -> None:
    said = {
        "seconds": {"suites/drift/a": 9.0, "suites/drift/b": 0.1, "elsewhere": 1.0},
        "lines": {START: {}, "suites/drift/a": {"a.py": [7]}, "elsewhere": {}},
    }

    assert sorted(of_json(said).tests_of("a.py", range(7, 8))) == ["suites/drift/a", "suites/drift/b"]


def test_generated_tests_are_taken_last() -> None:
    tests = ["suites/properties/test_a.py::test_it", *(f"suites/drift/test_b.py::{number}" for number in range(9))]

    first, others, generated = stages(tests, dict.fromkeys(tests[::-1], 1.0))

    assert first == tests[1:9][::-1]
    assert (others, generated) == (tests[9:], tests[:1])


def test_after_the_likeliest_only_what_fits_into_the_time_is_taken_unless_everything_is_wanted() -> None:
    likeliest = {f"suites/drift/test_b.py::{number}": 99.0 for number in range(8)}
    further = {"c": 24.0, "d": 2.0, "e": 1.0}
    generated = {"suites/properties/test_a.py::long": 99.0, "suites/properties/test_a.py::short": 1.0}
    seconds = likeliest | further | generated

    assert list(stages(list(seconds), seconds)) == [[*likeliest], ["c", "e"], ["suites/properties/test_a.py::long"]]
    assert list(stages(list(seconds), seconds, everything=True)) == [[*likeliest], [*further], [*generated]]


def test_the_lines_that_a_test_runs_are_told_by_the_reference_itself() -> None:
    lines = of_json(measured("reference", [LOGIN]))

    (test,) = lines.seconds
    text = (ROOT / "reference_impl" / "login.py").read_text("utf-8").splitlines()
    inside = next(number for number, each in enumerate(text, 1) if each.startswith("async def login_user")) + 5
    assert test == LOGIN
    assert any(number >= inside for number in lines.lines[test]["login.py"])
    assert lines.tests_of("settings.py", range(1, 200)) == [test]


def test_a_mutant_that_breaks_login_is_killed_and_one_that_changes_nothing_survives() -> None:
    broken = mutant_at("login.py", "return right and user is not None", "ReplaceAndWithOr")
    harmless = mutant_at("start.py", "BACKLOG = 2048", "NumberReplacer")

    killed, survived = judged(broken, [LOGIN]), judged(harmless, [LOGIN])

    assert (killed.came_to, survived.came_to) == ("killed", "survived")
    assert survived.change == ["-BACKLOG = 2048", "+BACKLOG = 2049"]
    assert "LOGIN-03" in killed.by


def test_a_pattern_that_lets_a_line_break_follow_is_found_by_the_generated_tests_of_the_contract() -> None:
    """In Python's patterns `$` matches before a line break too: an address with one registers, and is mailed to."""
    lax = mutant_at("document.py", "for value in node.values():", "ZeroIterationForLoop")

    killed = judged(lax, [REGISTRATION])

    assert (killed.came_to, killed.by) == ("killed", ["DRIFT-REQUEST-ACCEPTED"])


def test_a_mutant_whose_lines_no_test_runs_is_said_to_be_that() -> None:
    assert judged(mutant_at("start.py", "BACKLOG = 2048", "NumberReplacer"), []).came_to == "not run"


def test_what_was_judged_is_not_judged_again_unless_it_survived_and_that_is_wanted(tmp_path: Path) -> None:
    mutant = mutant_at("start.py", "BACKLOG = 2048", "NumberReplacer")
    kept = Results(tmp_path / "7.jsonl")
    assert kept.wants(mutant, again=False)

    kept.add(judged(mutant, []))

    read = Results(tmp_path / "7.jsonl")
    assert not read.wants(mutant, again=False)
    assert read.wants(mutant, again=True)
