"""
Whether response times tell two kinds of request apart: statistics, and nothing else.

Samples come in rounds: each kind of request is sent once, in an order drawn anew. What is compared are the differences
within rounds, so that a machine that slows down slows both. Of these differences the median is estimated by an interval
between two of their order statistics, which holds whatever their distribution is: noise with a long tail widens it, and
makes nothing up.

Where the two kinds do take the same time, each sign of a difference is a fair coin, by the draw of the order alone. So
a false alarm has at most the stated probability on any machine, however loaded.

Source: the sign test and its interval, e.g. Conover, Practical Nonparametric Statistics, 3rd ed., section 3.4.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from statistics import median

ERROR_RATE = 1e-6
"""Of one comparison, with all its looks: a false alarm in a million, and as rarely a false all-clear."""
LOOKS = (100, 200)
"""After how many rounds to look whether it is decided; there is no further one."""

HOPELESS = 4  # widths in bounds; twice the rounds make an interval narrower by half at most


class Finding(StrEnum):
    """What a comparison came to."""

    SEPARATED = "separated"
    ALIKE = "alike"
    UNDECIDED = "undecided"


@dataclass(frozen=True, slots=True)
class Comparison:
    """
    What the differences say, in seconds: their median, and the interval in which the true one lies.

    `finding`: separated where the whole interval is beyond the bound on one side, alike where it is within it on both,
    else undecided.
    """

    finding: Finding
    median_s: float
    low_s: float
    high_s: float
    rounds: int

    def is_hopeless(self, bound_s: float) -> bool:
        """Whether twice the rounds would not decide it: the interval is far beyond *bound_s* on both sides."""
        return self.low_s < -bound_s and self.high_s > bound_s and self.high_s - self.low_s > HOPELESS * bound_s

    def __str__(self) -> str:
        low, mid, high = (f"{1e3 * each:+.1f}" for each in (self.low_s, self.median_s, self.high_s))
        return f"{mid} ms ({low} to {high} ms) over {self.rounds} rounds"


def compare(differences: Sequence[float], *, bound_s: float, error_rate: float = ERROR_RATE / len(LOOKS)) -> Comparison:
    """
    Return what *differences*, one for each round, come to.

    Args:
        differences: Seconds by which the first kind took longer than the second.

        bound_s: The largest median difference that does not count.

        error_rate: Of this look; the default shares that of a comparison between its looks.
    """
    low, high = interval(differences, error_rate=error_rate)
    if low > bound_s or high < -bound_s:
        finding = Finding.SEPARATED
    elif -bound_s <= low and high <= bound_s:
        finding = Finding.ALIKE
    else:
        finding = Finding.UNDECIDED
    return Comparison(finding, median(differences) if differences else 0.0, low, high, len(differences))


def interval(values: Sequence[float], *, error_rate: float) -> tuple[float, float]:
    """
    Return the bounds that the median of what *values* are drawn from is beyond with at most *error_rate*.

    They are infinite where there are too few values to say.
    """
    ordered, rank = sorted(values), _rank(len(values), error_rate / 2)
    return (ordered[rank - 1], ordered[-rank]) if rank else (-math.inf, math.inf)


def _rank(count: int, tail: float) -> int:
    """Return the largest rank r for which fewer than r heads in *count* throws of a coin have at most *tail*."""
    ways, within, rank = 1, 0, 0
    most = tail * 2**count
    while rank < count and within + ways <= most:
        within += ways
        ways = ways * (count - rank) // (rank + 1)
        rank += 1
    return rank
