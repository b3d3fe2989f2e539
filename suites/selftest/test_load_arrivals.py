"""Arrivals: what is due when, by chance that can be repeated, and split over processes without loss."""

from __future__ import annotations

from itertools import chain, pairwise

import pytest

from load.arrivals import Schedule, arrivals, constant, merged, ramp, rate_at, spike, steps

SPIKE = spike(10, 100, at_s=3, for_s=2, duration_s=10)
SHAPES = {
    "constant": (constant(50, 20), 1000),
    "ramp": (ramp(0, 100, 20), 1000),
    "falling": (ramp(100, 0, 20), 1000),
    "steps": (steps([10, 20, 30], 10), 600),
    "spike": (SPIKE, 280),
}


@pytest.mark.parametrize(("points", "expected"), SHAPES.values(), ids=SHAPES)
def test_even_arrivals_come_to_the_area_under_the_rate(points, expected):
    """A shape that asks for less than it says would make every target look fast."""
    found = list(arrivals(Schedule(points, "even"), "1"))

    assert len(found) == pytest.approx(expected, abs=1)
    assert found == sorted(found)
    assert found[0] >= 0 and found[-1] <= points[-1][0]


@pytest.mark.parametrize(("points", "expected"), SHAPES.values(), ids=SHAPES)
def test_poisson_arrivals_come_to_about_as_many(points, expected):
    """Chance may add or take a few: four standard deviations."""
    found = list(arrivals(Schedule(points), "7"))

    assert abs(len(found) - expected) < 4 * expected**0.5


def test_poisson_arrivals_are_as_irregular_as_people():
    """Gaps of a Poisson process are exponential: their spread is as large as their mean, in no step with anything."""
    found = list(arrivals(Schedule(constant(200, 100)), "7"))
    gaps = [later - earlier for earlier, later in pairwise(found)]
    mean = sum(gaps) / len(gaps)
    spread = (sum((gap - mean) ** 2 for gap in gaps) / len(gaps)) ** 0.5

    assert spread / mean == pytest.approx(1.0, abs=0.05)


def test_arrivals_of_a_spike_are_where_the_spike_is():
    """A spike that is smeared out is none."""
    found = list(arrivals(Schedule(SPIKE, "even"), "1"))

    assert sum(3 <= due_s < 5 for due_s in found) == pytest.approx(200, abs=1)
    assert (
        rate_at(Schedule(SPIKE), 2.9) == 10 and rate_at(Schedule(SPIKE), 3) == 100 and rate_at(Schedule(SPIKE), 5) == 10
    )


def test_the_same_seed_gives_the_same_arrivals_and_another_seed_others():
    """A run can only be repeated if its arrivals can."""
    schedules = {"loginUser": Schedule(constant(50, 10))}

    assert list(merged(schedules, 7)) == list(merged(schedules, 7))
    assert list(merged(schedules, 7)) != list(merged(schedules, 8))


@pytest.mark.parametrize("of", [1, 2, 3, 7])
def test_the_shares_of_all_processes_together_are_the_whole_schedule(of):
    """Whatever the number of processes, the target gets the same load: nothing twice, nothing lost."""
    schedules = {"loginUser": Schedule(SPIKE), "refreshToken": Schedule(constant(20, 10), "even")}
    shares = [list(merged(schedules, 7, index=index, of=of)) for index in range(of)]

    assert sorted(chain(*shares)) == list(merged(schedules, 7))
    sizes = [len(each) for each in shares]
    assert max(sizes) - min(sizes) <= len(schedules)
