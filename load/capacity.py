"""Looking for the highest rate that keeps the budget: which rate to try next, and what was found. Pure."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from load.profiles import Search
from load.verdict import Outcome

MOST_STEPS = 30
TRIES_WHEN_INVALID = 3
DOWN_TO = 1 / 64  # of the first rate; a target that does not keep the budget there keeps it nowhere


@dataclass(frozen=True, slots=True)
class Step:
    """One rate that was tried, and what came of it; `why` is the first reason where it was not met."""

    rate_per_s: float
    outcome: Outcome
    why: str = ""


def bounds(steps: Sequence[Step]) -> tuple[float | None, float | None]:
    """
    Return the highest rate that was met and never missed, and the lowest rate above it that was missed.

    A rate below one that was missed counts; one that was met once and missed once does not.
    """
    missed = {step.rate_per_s for step in steps if step.outcome is Outcome.MISSED}
    met = [step.rate_per_s for step in steps if step.outcome is Outcome.MET and step.rate_per_s not in missed]
    lowest_missed = min(missed, default=math.inf)
    good = max((rate for rate in met if rate < lowest_missed), default=None)
    return good, None if lowest_missed == math.inf else lowest_missed


def next_rate(search: Search, steps: Sequence[Step], max_per_s: float) -> float | None:
    """Return the rate to try next, or None where enough is known or nothing more can be found out."""
    if not steps:
        return search.start_per_s
    if len(steps) >= MOST_STEPS or steps[-1].outcome is Outcome.UNREACHABLE:
        return None
    if steps[-1].outcome is Outcome.INVALID:
        rate = steps[-1].rate_per_s
        tried = sum(step.rate_per_s == rate and step.outcome is Outcome.INVALID for step in steps)
        return rate if tried < TRIES_WHEN_INVALID else None
    good, bad = bounds(steps)
    if good is None:
        lower = (bad or search.start_per_s) / search.factor
        return round(lower, 3) if lower > search.start_per_s * DOWN_TO else None
    if bad is None:
        higher = good * search.factor
        if good < max_per_s:
            return round(min(higher, max_per_s), 3)
    elif bad / good > 1 + search.precision:
        return round(math.sqrt(good * bad), 3)
    confirmed = sum(step.rate_per_s == good and step.outcome is Outcome.MET for step in steps)
    return good if confirmed < search.confirm else None


def confidence(search: Search, steps: Sequence[Step]) -> str:
    """Say how sure the result is."""
    good, bad = bounds(steps)
    invalid = sum(step.outcome is Outcome.INVALID for step in steps)
    lost = f"; {invalid} of {len(steps)} steps were invalid and were not counted" if invalid else ""
    if good is None:
        return f"no rate kept the budget{lost}"
    times = sum(step.rate_per_s == good and step.outcome is Outcome.MET for step in steps)
    often = "once" if times == 1 else f"{times} times out of {times}"
    upper = f", and {bad:g} a second missed" if bad else ", and no higher rate missed it"
    sure = "" if times >= search.confirm else f" (not confirmed {search.confirm} times)"
    return f"{good:g} a second kept the budget {often}{sure}{upper}{lost}"


def knee(steps: Sequence[Step]) -> str:
    """Say what gave way first above the highest good rate."""
    good, bad = bounds(steps)
    if bad is None:
        last = steps[-1] if steps else None
        if last is not None and last.outcome is Outcome.INVALID:
            return f"the generator gave way before the target did, at {last.rate_per_s:g} a second: {last.why}"
        return "not reached: the highest rate that may be asked (--max-rate) kept the budget"
    first = next(step for step in steps if step.rate_per_s == bad and step.outcome is Outcome.MISSED)
    return f"between {good or 0:g} and {bad:g} a second: {first.why}"
