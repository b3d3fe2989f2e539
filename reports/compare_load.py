"""Two load runs side by side: budgets newly missed or met, latencies that changed by more than their uncertainty."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Measure:
    """One budgeted measure of an operation in both runs, whose 95 % intervals do not overlap or whose outcome moved."""

    operation: str
    measure: str
    before: Mapping[str, Any]
    after: Mapping[str, Any]

    @property
    def missed(self) -> bool:
        """Whether the budget is newly missed."""
        was, now = str(self.before["outcome"]), str(self.after["outcome"])
        return now == "missed" != was

    @property
    def direction(self) -> int:
        """Return 1 where it grew significantly, -1 where it shrank, 0 where nobody can say."""
        ends = [each[name] for each in (self.before, self.after) for name in ("low", "high")]
        if any(end is None for end in ends):
            return 0
        was_low, was_high, is_low, is_high = ends
        return 1 if is_low > was_high else -1 if is_high < was_low else 0

    @property
    def worse(self) -> bool:
        """Whether it is newly missed, or significantly slower, or has more errors, or keeps up less."""
        return self.missed or self.direction == (-1 if self.measure == "achieved_ratio" else 1)

    def __str__(self) -> str:
        was, now = (_interval(each) for each in (self.before, self.after))
        told = f"{self.operation} {self.measure.replace('_ms', ', ms').replace('_', ' ')}: {was} -> {now}"
        if self.missed:
            return f"newly missed: {told}, the limit is {self.after['limit']}"
        if self.direction:
            return f"{'worse' if self.worse else 'better'}: {told}"
        return f"newly {self.after['outcome']}: {told}"


def compare_load(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[Measure]:
    """
    Return what moved from the `load.json` *before* to the one *after*.

    Two intervals of 95 % that do not overlap differ by chance less than once in a hundred comparisons.
    """
    old, new = dict(_budgets(before)), dict(_budgets(after))
    both = [Measure(*key, old[key], new[key]) for key in old if key in new]
    return [each for each in both if each.direction or each.before["outcome"] != each.after["outcome"]]


def doubts(before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[str]:
    """Yield why the two may not be comparable."""
    for name, document in (("A", before), ("B", after)):
        if document["verdict"]["outcome"] not in ("met", "missed"):
            yield f"run {name} is {document['verdict']['outcome']}: it proves nothing"
    if before["profile"]["name"] != after["profile"]["name"]:
        yield f"the profiles differ: {before['profile']['name']}, {after['profile']['name']}"
    if before["target"]["name"] != after["target"]["name"]:
        yield f"the targets differ: {before['target']['name']}, {after['target']['name']}"


def _budgets(document: Mapping[str, Any]) -> Iterator[tuple[tuple[str, str], Mapping[str, Any]]]:
    """Yield the budgets of an ordinary run by operation and measure; a capacity run's are those of its last rate."""
    for phase in document["phases"]:
        for budget in phase["budgets"]:
            yield (budget["operation"], budget["measure"]), budget


def _interval(budget: Mapping[str, Any]) -> str:
    if budget["value"] is None:
        return "not measured"
    if budget["low"] is None or budget["high"] is None:
        return f"{budget['value']:.4g}"
    return f"{budget['value']:.4g} ({budget['low']:.4g} to {budget['high']:.4g})"
