"""From what was counted to what it means: budget lines with confidence, an outcome, an exit code. Pure."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from hdrh.histogram import HdrHistogram

from load.budgets import PERCENT_OF, TAIL_SAMPLES, Budget
from load.latency import ms_at_rank

Z = 1.96  # standard deviations on either side of a 95 % confidence interval


class Outcome(StrEnum):
    """What a phase or a run came to."""

    MET = "met"
    MISSED = "missed"
    INVALID = "invalid"
    UNREACHABLE = "unreachable"


EXIT_CODES: Mapping[Outcome, int] = {
    Outcome.MET: 0,
    Outcome.MISSED: 1,
    Outcome.INVALID: 3,
    Outcome.UNREACHABLE: 6,
}


@dataclass(frozen=True, slots=True)
class Tally:
    """
    What was counted of one operation.

    `in_time` are the answers, of whatever kind, given by the end of the clock and the slowest limit. `good` are those
    that were what was asked for; `excused` are wrong ones that a known failure lists. `latencies` holds response times
    of the good ones only, in microseconds.
    """

    operation: str
    intended: int
    started: int
    completed: int
    in_time: int
    good: int
    excused: int
    late: int
    unfinished: int
    latencies: HdrHistogram

    @property
    def dropped(self) -> int:
        """Arrivals that were due and never started."""
        return max(self.intended - self.started, 0)

    @property
    def wrong(self) -> int:
        """Answers that were not what was asked for, and answers that never came."""
        return self.completed - self.good - self.excused + self.unfinished


@dataclass(frozen=True, slots=True)
class Line:
    """
    One limit of a budget and what became of it.

    `low` and `high` bound `value` with 95 % confidence, as far as samples are independent; None where unbounded.
    `outcome` is "met", "missed", or "undecided" where samples are too few to say.
    """

    operation: str
    measure: str
    limit: float
    value: float | None
    low: float | None
    high: float | None
    samples: int
    needed: int
    outcome: str

    @property
    def surely_missed(self) -> bool:
        """Whether the whole confidence interval is beyond the limit."""
        if self.outcome != "missed":
            return False
        if self.measure == "achieved_ratio":
            return self.high is not None and self.high < self.limit
        return self.low is None or self.low > self.limit

    @property
    def text(self) -> str:
        """The line as people read it."""
        unit, scale = (" ms", 1.0) if self.measure.endswith("_ms") else (" %", 100.0)
        name = self.measure.removesuffix("_ms").replace("p99_9", "p99.9").replace("_ratio", "")
        bound = ">=" if self.measure == "achieved_ratio" else "<="
        value = "not back" if self.value is None and self.samples else _said(self.value, scale)
        within = f" ({_said(self.low, scale)} to {_said(self.high, scale)})" if self.value is not None else ""
        few = f", {self.samples} of {self.needed} samples needed" if self.outcome == "undecided" else ""
        shown_unit = unit if self.value is not None else ""
        limit = f"{bound} {_said(self.limit, scale)}{unit}"
        return f"{self.operation} {name} {value}{shown_unit}{within}, {limit}{few}: {self.outcome}"


def _said(value: float | None, scale: float) -> str:
    return "-" if value is None else f"{value * scale:.4g}"


def lines(budget: Budget, tally: Tally) -> list[Line]:
    """Judge every limit of *budget*."""
    found = []
    for measure, limit in budget.limits.items():
        if measure in PERCENT_OF:
            found.append(_percentile(budget, tally, measure, limit))
        elif measure == "error_ratio":
            found.append(_errors(budget, tally, limit))
        else:
            found.append(_achieved(tally, limit))
    return found


def interval(hits: int, total: int) -> tuple[float, float]:
    """Return the 95 % confidence interval of a ratio. Source: Wilson 1927, as it stands in every textbook."""
    if not total:
        return 0.0, 1.0
    ratio = hits / total
    middle = (ratio + Z * Z / (2 * total)) / (1 + Z * Z / total)
    half = Z / (1 + Z * Z / total) * math.sqrt(ratio * (1 - ratio) / total + Z * Z / (4 * total * total))
    low = 0.0 if hits == 0 else middle - half
    high = 1.0 if hits == total else middle + half
    return low, high


def ranks(percent: float, samples: int) -> tuple[int, int]:
    """
    Return the ranks, from 1, whose values bound a percentile with 95 % confidence; the upper may lie past the last.

    The number of values below the true percentile is binomial; its normal approximation is good from ten either side.
    """
    share = percent / 100
    spread = Z * math.sqrt(samples * share * (1 - share))
    return max(math.floor(samples * share - spread), 1), math.ceil(samples * share + spread) + 1


def _percentile(budget: Budget, tally: Tally, measure: str, limit: float) -> Line:
    percent = PERCENT_OF[measure]
    known = tally.latencies.total_count
    samples = known + tally.unfinished  # what has not come back took longer than anything that has
    needed = max(budget.min_samples, math.ceil(round(TAIL_SAMPLES / (1 - percent / 100), 6)))

    def at(rank: int) -> float | None:
        return ms_at_rank(tally.latencies, rank) if 0 < rank <= known else None

    value = at(math.ceil(round(samples * percent / 100, 6)))
    low_rank, high_rank = ranks(percent, samples) if samples else (0, 0)
    low, high = at(low_rank), at(high_rank)
    over = bool(samples) and (value is None or value > limit)
    outcome = "missed" if over else "met"
    if samples < needed and not (over and (low is None or low > limit) and samples >= TAIL_SAMPLES):
        outcome = "undecided"
    return Line(tally.operation, measure, limit, value, low, high, samples, needed, outcome)


def _errors(budget: Budget, tally: Tally, limit: float) -> Line:
    samples = tally.completed + tally.unfinished
    needed = max(budget.min_samples, math.ceil(round(1 / limit, 6)) if limit else 1)
    low, high = interval(tally.wrong, samples)
    value = tally.wrong / samples if samples else None
    over = value is not None and value > limit
    outcome = "missed" if over else "met"
    if samples < needed and not (over and low > limit):
        outcome = "undecided"
    return Line(tally.operation, "error_ratio", limit, value, low, high, samples, needed, outcome)


def _achieved(tally: Tally, limit: float) -> Line:
    low, high = interval(tally.in_time, tally.intended)
    value = tally.in_time / tally.intended if tally.intended else None
    outcome = "undecided" if value is None else "met" if value >= limit else "missed"
    return Line(tally.operation, "achieved_ratio", limit, value, low, high, tally.intended, 1, outcome)


def outcome_of(found: Sequence[Line], invalid: Sequence[str], *, unreachable: bool, findings: bool) -> Outcome:
    """
    Return what a phase came to.

    A target that is gone comes first; then a generator that was not in order, which explains everything else; then a
    missed budget or a finding; a limit on which nothing can be said makes the run invalid, since it proves nothing.
    """
    if unreachable:
        return Outcome.UNREACHABLE
    if invalid:
        return Outcome.INVALID
    if findings or any(line.outcome == "missed" for line in found):
        return Outcome.MISSED
    if any(line.outcome == "undecided" for line in found):
        return Outcome.INVALID
    return Outcome.MET
