"""Known failures that a run has shown to be stale."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from contract.results import Judgement, Results, Verdict, stale_entries
from contract.targets.model import KnownFailure
from suites.selftest.small_run import ENTRY, OPENED, WRONG, folded, row

TODAY = date(2027, 1, 15)


def stale_why(results: Results, *entries: KnownFailure, partly_run: tuple[str, ...] = ()) -> list[str]:
    """Return what is said of the stale ones among *entries*."""
    return [each.message for each in stale_entries(results, entries, TODAY, partly_run=partly_run)]


PASSED = Judgement("LOGIN-02", Verdict.PASS, level="MUST", test="t1")
GONE = "LOGIN-02 is listed under [[known_failure]] (loginUser, 400) but now passes: remove the entry."


def test_an_entry_is_stale_once_all_tests_pass() -> None:
    assert stale_entries(folded(PASSED), [ENTRY], TODAY) == [
        Judgement("LOGIN-02", Verdict.STALE_ENTRY, level="MUST", message=GONE, known_failure=ENTRY)
    ]


def test_a_stale_entry_makes_its_requirement_red() -> None:
    results = folded(PASSED)

    assert row(folded(PASSED, *stale_entries(results, [ENTRY], TODAY)), "LOGIN-02").verdict == Verdict.STALE_ENTRY


def test_an_entry_that_excused_a_test_is_not_stale_though_other_tests_pass() -> None:
    known = replace(WRONG, verdict=Verdict.KNOWN_FAILURE, known_failure=ENTRY)

    assert stale_why(folded(PASSED, known), ENTRY) == []


@pytest.mark.parametrize(
    "left", [Verdict.NOT_EXERCISED, Verdict.UNDECIDED, Verdict.NOT_REACHED, Verdict.UNTESTABLE], ids=str
)
def test_an_entry_is_not_stale_while_a_test_of_its_requirement_is_left_open(left: Verdict) -> None:
    assert stale_why(folded(PASSED, Judgement("LOGIN-02", left, test="t2")), ENTRY) == []


def test_an_entry_is_not_stale_where_some_tests_were_deselected() -> None:
    assert stale_why(folded(PASSED), ENTRY, partly_run=("LOGIN-02",)) == []
    assert stale_why(folded(PASSED), ENTRY, partly_run=("LOGIN-03",)) == [GONE]


def test_an_entry_of_a_requirement_not_in_the_run_is_not_stale() -> None:
    assert stale_why(folded(replace(PASSED, requirement="LOGIN-03")), ENTRY) == []


def test_an_entry_beside_another_that_excuses_is_not_said_to_pass() -> None:
    known = replace(WRONG, verdict=Verdict.KNOWN_FAILURE, known_failure=ENTRY)

    assert stale_why(folded(known), ENTRY, replace(ENTRY, actual="500")) == [
        "LOGIN-02 is listed under [[known_failure]] (loginUser, 500) but fails otherwise: correct the entry's "
        "operation and actual, or remove it."
    ]


@pytest.mark.parametrize(
    ("operation", "actual", "is_stale"),
    [
        ("loginUser", "200", True),
        ("*", "refused-token", True),
        ("loginUser", "accepted", True),
        ("listUsers", "200", False),
        ("*", "500", False),
        ("loginUser", "401", False),
    ],
)
def test_an_entry_for_a_passive_requirement_is_stale_only_where_its_scope_was_answered(
    operation: str, actual: str, is_stale: bool
) -> None:
    """A smoke run that never lists users has not shown that the list now has its headers."""
    entry = replace(ENTRY, requirement="DATA-06", operation=operation, actual=actual)

    assert bool(stale_why(folded(DATA_06=OPENED), entry)) is is_stale
