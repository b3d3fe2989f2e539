"""Whether a change of times between two runs is more than noise."""

from __future__ import annotations

import math
import random
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

DRAWS = 10_000
SEED = 1  # the same two runs always compare alike


@dataclass(frozen=True, slots=True)
class Change:
    """`ratio` is the median of after to before, `p` the chance of so large a change if nothing had changed."""

    ratio: float
    p: float
    pairs: int


def changed(pairs: Sequence[tuple[float, float]]) -> Change:
    """
    Return how the second of each of *pairs*, all above zero, compares with its first.

    A sign-flip test on the logarithms: if nothing had changed, before and after could be swapped in every pair. With
    fewer than 7 pairs no p falls below 0.01, whatever they are.

    Source: Fisher's randomisation test for paired samples.
    """
    if not pairs:
        return Change(1.0, 1.0, 0)
    logs = [math.log(after / before) for before, after in pairs]
    seen = abs(sum(logs))
    rng = random.Random(SEED)  # noqa: S311 - statistics, no secret
    flipped = (sum(each if rng.random() < 0.5 else -each for each in logs) for _ in range(DRAWS))
    extreme = sum(abs(each) >= seen - 1e-12 for each in flipped)
    return Change(math.exp(median(logs)), (extreme + 1) / (DRAWS + 1), len(pairs))
