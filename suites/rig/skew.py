"""How far the target's clock is from ours, as the `Date` of its answers says."""

from __future__ import annotations

import time
from collections.abc import Sequence
from statistics import median

from contract.answers import Answer
from contract.checks.dates import parse_date

EXPLAINED_S = 2.0  # what the whole seconds of Date, a slow answer and two honest clocks come to


def skew(answers: Sequence[Answer]) -> float:
    """
    Return by how many seconds the target's clock is ahead of ours (behind: negative), 0 where nothing shows it.

    A `Date` is the second in which an answer was made, some time between its request and its last byte: each answer
    bounds the skew from both sides, and together they bound it closely. Where they contradict one another, as those of
    several machines do, the median counts. Answers from a cache (`Age`) say when something else was made.

    Source: RFC 9110 section 6.6.1.
    """
    ours_s = time.time() - time.monotonic()
    bounds = []
    for answer in answers:
        dated = parse_date(answer.header("date") or "")
        if answer.status and dated is not None and answer.header("age") is None:
            sent_at_s, second_s = ours_s + answer.sent_at_s, dated.timestamp()
            bounds.append((second_s - sent_at_s - answer.elapsed_s, second_s + 1 - sent_at_s))
    if not bounds:
        return 0.0
    low, high = max(low for low, _ in bounds), min(high for _, high in bounds)
    if low > high:
        low = high = median((low + high) / 2 for low, high in bounds)
    return round((low + high) / 2, 1) if low > EXPLAINED_S or high < -EXPLAINED_S else 0.0


def in_words(skew_s: float) -> str:
    """Say what a skew means for the run, in one line."""
    side = "ahead of" if skew_s > 0 else "behind"
    return f"the target's clock is {abs(skew_s):.0f} s {side} ours, by its Date; codes and lifetimes go by its time"
