"""Taking times: kinds of requests in rounds, each kind once a round, in an order drawn anew."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping

from contract.answers import Kind
from contract.flows import Outcome
from suites.rig.judging import undecided

WARM_UP = 3  # rounds that are not counted: caches fill, connections open
NO_SAMPLE = frozenset({Kind.THROTTLED, Kind.UNAVAILABLE, Kind.NO_ANSWER})

Kinds = Mapping[str, Callable[[], Outcome]]


class Stopwatch:
    """
    Times of *kinds* of requests, drawn by *chance*; `taken` are the seconds by kind, one of each for every round.

    A time runs from the sending of an operation's last request to the last byte of its answer.
    """

    def __init__(self, kinds: Kinds, chance: random.Random) -> None:
        self.taken: dict[str, list[float]] = {name: [] for name in kinds}
        self._kinds = kinds
        self._chance = chance

    def run(self, rounds: int) -> None:
        """Take times of *rounds* more; the test ends, undecided, where the target will not be asked so often."""
        if not any(self.taken.values()):
            for _ in range(WARM_UP):
                self._round()
        for _ in range(rounds):
            for name, seconds in self._round().items():
                self.taken[name].append(seconds)

    def differences(self, first: str, second: str) -> list[float]:
        """Return by how many seconds the kind *first* took longer than *second*, round by round."""
        return [one - other for one, other in zip(self.taken[first], self.taken[second], strict=True)]

    def _round(self) -> dict[str, float]:
        found = {}
        for name in self._chance.sample(list(self._kinds), len(self._kinds)):
            outcome = self._kinds[name]()
            if outcome.kind in NO_SAMPLE:
                undecided(f"{outcome.answer.request.operation} is {outcome.kind} while times are taken")
            found[name] = outcome.answer.elapsed_s
        return found
