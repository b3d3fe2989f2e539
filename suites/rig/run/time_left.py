"""How long a run still takes, behind pytest's percentage; only where somebody watches a terminal."""

from __future__ import annotations

import os
import time
from typing import TextIO

import pytest

from contract.targets.model import Target
from suites.rig.run.plan import cost_of
from suites.rig.run.select import cited, requirement_of

ROOM = 12  # columns that the words may take
SURE_AFTER_S = 3.0  # nothing is said before: the first tests wait for the target's start
BESIDE_S = 0.05  # what a test takes beside its requests


class TimeLeft:
    """
    Says behind each line of results how long the rest takes, by what the plan expects of it and what went before.

    Pipes and logs get what they always got.
    """

    def __init__(self, target: Target) -> None:
        self.target = target
        self._weights: dict[str, float] = {}
        self._done = 0.0
        self._began_s = 0.0

    @pytest.hookimpl(trylast=True)
    def pytest_collection_finish(self, session: pytest.Session) -> None:
        """Weigh the tests, and make room at the right edge."""
        self._weights = weights(session.items, self.target)
        self._began_s = time.monotonic()
        out = session.config.pluginmanager.get_plugin("terminalreporter")
        said = getattr(out, "_get_progress_information_message", None)  # pytest has no public word for it
        if said is None or not is_watched(out._tw._file):
            return
        out._tw.fullwidth -= ROOM
        out._get_progress_information_message = lambda: f"{said()}{self.words()}"

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_logfinish(self, nodeid: str) -> None:
        """Count the test, before the line is ended."""
        self._done += self._weights.get(nodeid, 0.0)

    def words(self) -> str:
        """Return " 50 s left", or "" where nobody can say, or nothing is."""
        took_s = time.monotonic() - self._began_s
        left = sum(self._weights.values()) - self._done
        if took_s < SURE_AFTER_S or self._done <= 0 or left <= 0:
            return ""
        left_s = took_s * left / self._done
        return f" {left_s:.0f} s left" if left_s < 90 else f" {min(left_s / 60, 999):.0f} min left"


def weights(items: list[pytest.Item], target: Target) -> dict[str, float]:
    """Return what each of *items* is expected to take, by its id: its part of its requirement's costs."""
    costs = {row.id: cost_of(row, target).duration_s for row in cited(items)}
    named = {item.nodeid: requirement_of(item) or "" for item in items}
    tests: dict[str, int] = {}
    for name in named.values():
        tests[name] = tests.get(name, 0) + 1
    return {nodeid: costs.get(name, 0.0) / tests[name] + BESIDE_S for nodeid, name in named.items()}


def is_watched(file: TextIO) -> bool:
    """Whether *file* is a terminal that somebody may be looking at, and no log."""
    return file.isatty() and "CI" not in os.environ and os.environ.get("TERM") != "dumb"
