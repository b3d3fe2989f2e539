"""Budgets as data: what the latency, the errors and the achieved rate of each operation may be."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from contract.errors import BindingError, unknown
from load.profiles import OPERATIONS, number, toml_of

SHIPPED = Path(__file__).with_name("budgets.toml")
PERCENT_OF = {"p50_ms": 50.0, "p95_ms": 95.0, "p99_ms": 99.0, "p99_9_ms": 99.9}
RATIOS = ("error_ratio", "achieved_ratio")
KEYS = (*PERCENT_OF, *RATIOS, "min_samples")
SEARCH_ERRORS = 0.01
TAIL_SAMPLES = 10  # values beyond a percentile without which it is chance
BUDGETED = (*OPERATIONS, "verifyMfa")


@dataclass(frozen=True, slots=True)
class Budget:
    """The limits of one operation, by measure: "p99_ms", "error_ratio", "achieved_ratio", ..."""

    operation: str
    limits: Mapping[str, float]
    min_samples: int = 0

    @property
    def in_time_s(self) -> float:
        """How long after the clock stopped an answer still counts as given at the asked rate: the slowest limit."""
        slowest = max((self.limits[key] for key in PERCENT_OF if key in self.limits), default=1000.0)
        return slowest / 1000

    def for_search(self) -> Budget:
        """
        Return what decides at each rate that a search tries: few enough answers, so that a step takes seconds.

        A p99 would take a thousand, and so would an error ratio of one in a thousand.
        """
        tail = next((key for key in ("p95_ms", "p50_ms", "p99_ms", "p99_9_ms") if key in self.limits), None)
        limits = {key: self.limits[key] for key in (tail, "achieved_ratio") if key in self.limits}
        return Budget(self.operation, limits | {"error_ratio": max(self.limits.get("error_ratio", 0.0), SEARCH_ERRORS)})

    @property
    def samples(self) -> int:
        """How many answers it takes to decide every limit."""
        tails = [TAIL_SAMPLES / (1 - PERCENT_OF[key] / 100) for key in self.limits if key in PERCENT_OF]
        errors = self.limits.get("error_ratio")
        needed = [*tails, *([1 / errors] if errors else []), self.min_samples]
        return math.ceil(round(max(needed), 6))


def load(further: Path | None = None) -> dict[str, Budget]:
    """
    Return the budgets of *further*, or the shipped ones, by operation.

    Raises:
        BindingError: the file is wrong; every problem, one line each.
    """
    path = further or SHIPPED
    problems: list[str] = []
    found = {}
    for operation, said in toml_of(path).items():
        where = f"{path.name}: [{operation}]"
        if operation not in BUDGETED:
            problems.append(f"{path.name}: {unknown('operation', operation, BUDGETED)}")
            continue
        if not isinstance(said, dict):
            problems.append(f"{where} is no table.")
            continue
        problems += [f"{where} {unknown('key', key, KEYS)}" for key in said if key not in KEYS]
        limits = {
            key: number(said, key, where, problems, least=-1e-12 if key == "error_ratio" else 0.0)
            for key in (*PERCENT_OF, *RATIOS)
            if key in said
        }
        problems += [
            f"{where} {key} = {limits[key]:g}: is a ratio, at most 1." for key in RATIOS if limits.get(key, 0) > 1
        ]
        least = int(number(said, "min_samples", where, problems)) if "min_samples" in said else 0
        if not limits:
            problems.append(f"{where} limits nothing. Valid: {', '.join(KEYS)}.")
        found[operation] = Budget(operation, limits, least)
    if problems:
        raise BindingError(*problems)
    return found


def check_complete(
    budgets: Mapping[str, Budget], operations: Iterable[str], profile: str, further: Path | None = None
) -> None:
    """Raise BindingError where an operation of the profile has no budget: its run could not fail."""
    where = (further or SHIPPED).name
    lacking = [each for each in operations if each not in budgets]
    if lacking:
        raise BindingError(
            *(
                f"--load-profile={profile} asks for {each}, which has no budget: give {where} a table [{each}]."
                for each in lacking
            )
        )
