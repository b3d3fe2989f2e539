"""Two runs side by side: what got worse, what got better, and whether the difference is more than noise."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import groupby

from contract.results import Results, Row, Verdict, is_red
from contract.results.verdict import BROKEN
from reports.significance import Change, changed

LEAST_RATIO = 1.25  # a smaller change of the time that tests take says nothing about a target over a loaded network
SIGNIFICANT = 0.01  # after Holm's correction for the number of areas


@dataclass(frozen=True, slots=True)
class Moved:
    """A requirement whose verdict differs; "" where a run does not have it."""

    requirement: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Slower:
    """How much longer, or shorter, the tests of an area take: the median of the ratios of tests that both runs ran."""

    area: str
    change: Change


@dataclass(frozen=True, slots=True)
class Comparison:
    """
    What run B has that run A had not.

    `failing` turned red, `warned` is newly broken without being red, `passing` is no longer broken; `lost` was judged
    and is not any more, `gained` the reverse. `times` has only what is significant.
    """

    failing: tuple[Moved, ...] = ()
    warned: tuple[Moved, ...] = ()
    passing: tuple[Moved, ...] = ()
    lost: tuple[Moved, ...] = ()
    gained: tuple[Moved, ...] = ()
    times: tuple[Slower, ...] = ()
    doubts: tuple[str, ...] = ()

    @property
    def worse(self) -> bool:
        """Whether something is newly broken, or no longer judged, or significantly slower."""
        return bool(self.failing or self.warned or self.lost or any(each.change.ratio > 1 for each in self.times))


def compare(before: Results, after: Results) -> Comparison:
    """Return what changed from the run *before* to the run *after*."""
    old = {row.requirement: row for row in before.rows}
    new = {row.requirement: row for row in after.rows}
    moved: dict[str, list[Moved]] = {name: [] for name in ("failing", "warned", "passing", "lost", "gained")}
    for name in dict.fromkeys([*old, *new]):
        kind = _kind(old.get(name), new.get(name))
        if kind:
            moved[kind].append(Moved(name, _word(old.get(name)), _word(new.get(name))))
    return Comparison(
        **{kind: tuple(each) for kind, each in moved.items()},
        times=tuple(_times(before, after)),
        doubts=tuple(_doubts(before, after)),
    )


def _kind(old: Row | None, new: Row | None) -> str:
    """Return in which way a requirement moved, or "" where it did not."""
    was_red, is_now_red = _red(old), _red(new)
    if is_now_red and not was_red:
        return "failing"
    was_broken, is_broken = _broken(old), _broken(new)
    if is_broken and not (was_broken or was_red):
        return "warned"
    judged_before, judged_now = bool(old and old.judged), bool(new and new.judged)
    if judged_now and not is_now_red and (was_red or (was_broken and not is_broken)):
        return "passing"
    if judged_before and not judged_now:
        return "lost"
    return "gained" if judged_now and not judged_before else ""


def _red(row: Row | None) -> bool:
    return row is not None and is_red(row.verdict)


def _broken(row: Row | None) -> bool:
    return row is not None and row.verdict in BROKEN


def _word(row: Row | None) -> str:
    return str(row.verdict) if row else ""


def _times(before: Results, after: Results) -> Iterable[Slower]:
    """Yield the areas whose tests take significantly longer or shorter."""
    old, new = _durations(before), _durations(after)
    both = sorted(area_test for area_test in old.keys() & new.keys())
    pairs = {area: [(old[key], new[key]) for key in keys] for area, keys in groupby(both, key=lambda each: each[0])}
    changes = {area: changed(each) for area, each in pairs.items()}
    ranked = sorted(changes.items(), key=lambda each: each[1].p)
    for place, (area, change) in enumerate(ranked):
        if change.p * (len(ranked) - place) > SIGNIFICANT:
            return
        if max(change.ratio, 1 / change.ratio) >= LEAST_RATIO:
            yield Slower(area, change)


def _durations(results: Results) -> Mapping[tuple[str, str], float]:
    """Return the seconds of each test that passed, by area and test: a test that fails ends elsewhere."""
    areas = {row.requirement: row.area for row in results.rows}
    return {
        (areas[each.requirement], each.test): each.duration_s
        for each in results.judgements
        if each.verdict is Verdict.PASS and each.test and each.duration_s > 0
    }


def _doubts(before: Results, after: Results) -> Iterable[str]:
    """Yield why the two may not be comparable."""
    for name, results in (("A", before), ("B", after)):
        if not results.complete:
            yield f"run {name} was cut short: what it did not come to counts as not judged"
        if results.faults:
            yield f"run {name} has errors of the harness"
        if results.unreachable:
            yield f"run {name} lost its target: {results.unreachable}"
    if before.run.target["name"] != after.run.target["name"]:
        yield f"the targets differ: {before.run.target['name']}, {after.run.target['name']}"
