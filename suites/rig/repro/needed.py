"""Which exchanges of a test the one at fault needs, and what has to happen between them."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from contract.answers import Answer
from suites.rig.repro.history import races
from suites.rig.repro.origins import Captured, Given, Mailed, Variable

READS = frozenset({"GET", "HEAD", "OPTIONS"})
PAUSE_S = 1.5  # between two exchanges: below, the harness was only busy

Uses = Sequence[Sequence[Variable]]
"""The variables that each request says, by the number of its exchange."""


class Outage(Protocol):
    """A dependency of the target while it was broken: times by the monotonic clock."""

    dependency: str
    began_s: float
    ended_s: float

    @property
    def kind(self) -> str:
        """How it was broken."""
        ...


@dataclass(frozen=True, slots=True)
class Step:
    """
    The exchanges, one or those of a race, that a script sends next, after a pause and a move of the target's clock.

    `numbers` are theirs in the recording; `broken` has each dependency that was broken at the time, and how.
    """

    numbers: tuple[int, ...]
    pause_s: int = 0
    moved_s: int = 0
    broken: Mapping[str, str] = field(default_factory=dict)


def kept(answers: Sequence[Answer], uses: Uses, at_fault: int, *, all_from: int | None = None) -> set[int]:
    """
    Return the numbers of the exchanges that the script repeats.

    Those of accounts that have nothing to do with the one at fault are left out, and reads of which nothing is taken.
    Where the finding is about how often something was asked, everything *all_from* a number on stays.
    """
    wanted = {at_fault} | (set() if all_from is None else set(range(all_from, len(answers))))
    family = _family(uses, wanted)
    chosen = {number for number, used in enumerate(uses) if family & _identities(used)}
    chosen = wanted | {n for n in chosen if answers[n].request.method not in READS and not _waited_out(answers, n)}
    while missing := _providers(uses, chosen) - chosen:
        chosen |= missing
    return chosen


def _identities(variables: Iterable[Variable]) -> set[Variable]:
    """Return what ties an exchange to an account; what every request carries, an API key for example, does not."""
    return {root for variable in variables for root in variable.roots if not isinstance(root.origin, Given)}


def _family(uses: Uses, numbers: Iterable[int]) -> set[Variable]:
    """Return everything that is tied, over whatever exchanges, to what those of *numbers* say."""
    ties = [_identities(used) for used in uses]
    for variable in [each for tie in ties for each in tie]:
        if isinstance(variable.origin, Captured | Mailed):
            ties[variable.origin.exchange].add(variable)
    family = {identity for number in numbers for identity in ties[number]}
    size = -1
    while size < len(family):
        size = len(family)
        for tie in ties:
            if tie & family:
                family |= tie
    return family


def _providers(uses: Uses, numbers: Iterable[int]) -> set[int]:
    """Return the exchanges whose answers hold what those of *numbers* say."""
    roots = {root for number in numbers for variable in uses[number] for root in variable.roots}
    return {root.origin.exchange for root in roots if isinstance(root.origin, Captured | Mailed)}


def _waited_out(answers: Sequence[Answer], number: int) -> bool:
    """Whether exchange *number* was throttled, and repeated as it was."""
    following = answers[number + 1 : number + 2]
    return answers[number].status == 429 and any(each.request == answers[number].request for each in following)


def steps(
    answers: Sequence[Answer],
    needed: set[int],
    began: int,
    moves: Mapping[int, float],
    outages: Sequence[Outage],
) -> list[Step]:
    """
    Return the *needed* exchanges in order, those of a race together.

    Pauses are counted from exchange *began* on, where the test itself begins, but for those that wait for a throttle;
    *moves* of the clock, in seconds, are by the number of the exchange that came next.
    """
    found: list[Step] = []
    pause_s = moved_s = end_s = 0.0
    for race in races(answers):
        sent_at_s = answers[race.start].sent_at_s
        gap_s = sent_at_s - end_s
        if race.start > began and gap_s > PAUSE_S and not _waited_out(answers, race.start - 1):
            pause_s += gap_s
        moved_s += sum(moves.get(number, 0.0) for number in race)
        end_s = max([end_s, *(answers[number].sent_at_s + answers[number].elapsed_s for number in race)])
        if numbers := tuple(number for number in race if number in needed):
            broken = {each.dependency: str(each.kind) for each in outages if each.began_s <= sent_at_s < each.ended_s}
            found.append(Step(numbers, math.ceil(pause_s), math.ceil(moved_s), broken))
            pause_s = moved_s = 0.0
    return found
