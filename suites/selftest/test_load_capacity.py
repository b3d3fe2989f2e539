"""The search for the highest rate that keeps the budget: where it looks, when it stops, what it says."""

from __future__ import annotations

import pytest

from load.capacity import Step, bounds, confidence, knee, next_rate
from load.profiles import Search
from load.verdict import Outcome

SEARCH = Search(start_per_s=10, factor=1.5, precision=0.05, confirm=3)


def searched(holds: float, *, most: float = 2000, invalid_above: float = 1e9) -> list[Step]:
    """Search a target that keeps its budget up to *holds* a second, by a generator that keeps up to *invalid_above*."""
    steps: list[Step] = []
    while (rate := next_rate(SEARCH, steps, most)) is not None:
        if rate > invalid_above:
            steps.append(Step(rate, Outcome.INVALID, "the heartbeat came late"))
        else:
            steps.append(Step(rate, Outcome.MET if rate <= holds else Outcome.MISSED, "p95 too slow"))
    return steps


@pytest.mark.parametrize("holds", [1.3, 10, 87, 640])
def test_the_highest_rate_is_found_within_the_precision_and_confirmed(holds):
    """A number without its uncertainty would be compared with the next one, and the difference explained."""
    steps = searched(holds)
    good, bad = bounds(steps)

    assert good is not None and bad is not None
    assert good <= holds < bad <= good * 1.06
    assert [step.rate_per_s for step in steps].count(good) == SEARCH.confirm
    assert confidence(SEARCH, steps).startswith(f"{good:g} a second kept the budget 3 times out of 3, and {bad:g}")
    assert knee(steps) == f"between {good:g} and {bad:g} a second: p95 too slow"


def test_a_target_that_holds_nothing_ends_the_search():
    """A search that never ends keeps a machine busy over night."""
    steps = searched(0.01)

    assert bounds(steps)[0] is None and len(steps) < 15
    assert confidence(SEARCH, steps) == "no rate kept the budget"


def test_a_search_asks_for_no_more_than_it_may():
    """`--max-rate` is a hard stop."""
    steps = searched(1e6, most=100)

    assert max(step.rate_per_s for step in steps) == 100
    assert knee(steps) == "not reached: the highest rate that may be asked (--max-rate) kept the budget"


def test_a_generator_that_gives_way_first_is_named_and_not_taken_for_the_target():
    """A ceiling of the tool would be bought as one of the API."""
    steps = searched(1e6, invalid_above=300)

    assert bounds(steps)[0] == pytest.approx(256, rel=0.2)
    assert knee(steps).startswith("the generator gave way before the target did, at ")
    assert "3 of " in confidence(SEARCH, steps)


def test_a_rate_that_was_met_once_and_missed_once_is_not_good():
    """Once is luck."""
    steps = [Step(10, Outcome.MET), Step(15, Outcome.MET), Step(15, Outcome.MISSED, "p95")]

    assert bounds(steps) == (10, 15)
