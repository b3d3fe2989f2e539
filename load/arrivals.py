"""When requests are due: rates over time, and the moments of arrival that follow from them. Pure and seeded."""

from __future__ import annotations

import heapq
import math
import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

Points = tuple[tuple[float, float], ...]
Spread = Literal["even", "poisson"]


@dataclass(frozen=True, slots=True)
class Schedule:
    """
    The rate of one operation's arrivals over time, and how they are spread.

    `points` are (seconds, arrivals a second) with straight lines between them; two points at one moment are a jump.
    The first is at 0 s, the last at the end. `spread`: "even" places an arrival whenever the integral of the rate
    passes a whole number, "poisson" lets them come by chance at that rate, as independent people do.
    """

    points: Points
    spread: Spread = "poisson"

    @property
    def duration_s(self) -> float:
        """When the last arrival may be due."""
        return self.points[-1][0]

    @property
    def peak_per_s(self) -> float:
        """The highest rate."""
        return max(rate for _, rate in self.points)

    @property
    def expected(self) -> float:
        """How many arrivals the rate comes to; a Poisson spread has about so many."""
        return sum(_area(first, second) for first, second in pairwise(self.points))


def constant(rate_per_s: float, duration_s: float) -> Points:
    """The same rate throughout."""
    return ((0.0, rate_per_s), (duration_s, rate_per_s))


def ramp(first_per_s: float, last_per_s: float, duration_s: float) -> Points:
    """From one rate to another along a straight line."""
    return ((0.0, first_per_s), (duration_s, last_per_s))


def steps(rates_per_s: Sequence[float], step_s: float) -> Points:
    """Each of several rates for *step_s* seconds."""
    return tuple(
        point
        for number, rate in enumerate(rates_per_s)
        for point in ((number * step_s, float(rate)), ((number + 1) * step_s, float(rate)))
    )


def spike(base_per_s: float, peak_per_s: float, *, at_s: float, for_s: float, duration_s: float) -> Points:
    """A rate that jumps up at *at_s* and back *for_s* seconds later."""
    up, down = at_s, at_s + for_s
    return (
        (0.0, base_per_s),
        (up, base_per_s),
        (up, peak_per_s),
        (down, peak_per_s),
        (down, base_per_s),
        (duration_s, base_per_s),
    )


def arrivals(schedule: Schedule, seed: str) -> Iterator[float]:
    """
    Yield the seconds at which arrivals are due, in order.

    The k-th comes when the integral of the rate reaches the k-th mark: 0, 1, 2, ... where they are even, the points of
    a Poisson process of rate one otherwise. The same seed gives the same arrivals, on any machine.
    """
    chance = random.Random(seed)  # noqa: S311 - chance that can be repeated
    mark = 0.0 if schedule.spread == "even" else chance.expovariate(1.0)
    reached = 0.0
    for (start_s, first), (end_s, last) in pairwise(schedule.points):
        area = _area((start_s, first), (end_s, last))
        while mark < reached + area:
            yield start_s + _time_of(mark - reached, first, last, end_s - start_s)
            mark += 1.0 if schedule.spread == "even" else chance.expovariate(1.0)
        reached += area


def merged(schedules: Mapping[str, Schedule], seed: int, *, index: int = 0, of: int = 1) -> Iterator[tuple[float, str]]:
    """
    Yield (seconds, operation) for worker *index* of *of*: every *of*-th arrival of each operation.

    Each worker walks the whole schedule and takes its own, so that together they are what one worker alone would do.
    """

    def own(operation: str) -> Iterator[tuple[float, str]]:
        for number, due_s in enumerate(arrivals(schedules[operation], f"{seed} {operation}")):
            if number % of == index:
                yield due_s, operation

    return heapq.merge(*(own(operation) for operation in sorted(schedules)))


def rate_at(schedule: Schedule, at_s: float) -> float:
    """Return the rate at a moment; after a jump where one falls on it, 0 outside the schedule."""
    found = 0.0
    for (start_s, first), (end_s, last) in pairwise(schedule.points):
        if start_s <= at_s < end_s:
            found = first + (last - first) * (at_s - start_s) / (end_s - start_s)
    return found


def _area(first: tuple[float, float], second: tuple[float, float]) -> float:
    return (second[0] - first[0]) * (first[1] + second[1]) / 2


def _time_of(area: float, first: float, last: float, length_s: float) -> float:
    """
    Return after how many seconds a rate that goes from *first* to *last* in *length_s* has come to *area*.

    The root of first·t + slope·t²/2 = area, written so that it neither divides by a slope near zero nor cancels.
    """
    slope = (last - first) / length_s
    root = math.sqrt(max(first * first + 2 * slope * area, 0.0))
    return 2 * area / (first + root) if first + root else 0.0
