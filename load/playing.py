"""Playing one phase: the order to start the clock, a look at it every moment, and its end, early where it has to be."""

from __future__ import annotations

import logging
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import gevent

from load import telling
from load.arrivals import Schedule
from load.budgets import Budget
from load.ending import gone
from load.judged import judge
from load.merging import PhaseCount, Process
from load.processes import LOOK_S, Processes
from load.settings import Settings
from load.worker import GO, HALT

logger = logging.getLogger("authproof.load")

BEGIN_IN_S = 0.5
PROGRESS_S = 5.0
NEVER_OVER_S = 30.0  # beyond all time limits, for a process that lives and says nothing


@dataclass
class Player:
    """Plays the phases of one run, one after the other; `phase` is the one that is played, or was last."""

    settings: Settings
    processes: Processes
    phase: PhaseCount | None = None
    _t0_s: float = 0.0
    _began_s: float = 0.0

    def play(
        self, name: str, schedules: Mapping[str, Schedule], budgets: Mapping[str, Budget], abort_after_s: float | None
    ) -> PhaseCount:
        """Play *schedules* until nothing of them is in flight, or a reason ends them; return what was counted."""
        settings = self.settings
        number = self.phase.number + 1 if self.phase else 1
        seed = settings.seed + number - 1
        phase = PhaseCount(number, name, schedules, seed, max(each.duration_s for each in schedules.values()))
        phase.processes = {each: Process(each) for each in self.processes.clients}
        self.phase = phase
        order = {
            "number": number,
            "duration_s": phase.duration_s,
            "schedules": {name: [list(each.points), each.spread] for name, each in schedules.items()},
            "in_time_s": {name: settings.budgets[name].in_time_s for name in schedules},
            "seed": seed,
            "of": len(self.processes.clients),
            "closed": settings.profile.model == "closed",
            "pace_s": settings.users / sum(each.peak_per_s for each in schedules.values()),
            "in_s": BEGIN_IN_S,
        }
        self._t0_s = time.monotonic() + BEGIN_IN_S
        self._began_s = self._began_s or self._t0_s
        self.processes.tell_all(GO, order)
        self._watch(phase, budgets, abort_after_s)
        return phase

    def stop(self, why: str) -> None:
        """Say that the phase was stopped now, from outside."""
        if self.phase is not None:
            self.phase.stopped_s = max(time.monotonic() - self._t0_s, 0.001)
            self.phase.ended = why

    @property
    def spent_s(self) -> float:
        """Seconds since the first clock of the run started."""
        return time.monotonic() - self._began_s if self._began_s else 0.0

    def _watch(self, phase: PhaseCount, budgets: Mapping[str, Budget], abort_after_s: float | None) -> None:
        told_s, told, checked_s = 0.0, dict[str, int](), 0.0
        longest_s = phase.duration_s + self.settings.target.transport.timeout_s + NEVER_OVER_S
        while True:
            gevent.sleep(LOOK_S)
            at_s = time.monotonic() - self._t0_s
            for index in self.processes.lost():
                process = phase.processes[index]
                process.lost_at_s = at_s if process.lost_at_s is None else process.lost_at_s
            if all(each.over or each.lost_at_s is not None for each in phase.processes.values()):
                return
            if at_s > longest_s:
                for each in phase.processes.values():
                    each.lost_at_s = each.lost_at_s if each.over else at_s
                return
            if at_s >= told_s + PROGRESS_S:
                told_s = at_s
                logger.info(telling.progress(phase, at_s, told))
            if phase.stopped_s is None and at_s >= checked_s + 1 and at_s < phase.duration_s:
                checked_s = at_s
                phase.ended = self._why_to_end(phase, at_s, budgets, abort_after_s)
                if phase.ended:
                    phase.stopped_s = at_s
                    logger.info("ending: %s", phase.ended)
                    self.processes.tell_all(HALT, {})

    def _why_to_end(
        self, phase: PhaseCount, at_s: float, budgets: Mapping[str, Budget], abort_after_s: float | None
    ) -> str:
        phase.unreachable = gone(phase, at_s)
        if phase.unreachable:
            return phase.unreachable
        if self.spent_s > self.settings.max_time_s:
            return f"--max-time={self.settings.max_time_s:g} was reached"
        if abort_after_s is None or at_s < abort_after_s:
            return ""
        judged = judge(phase, budgets, self.settings.target, self.settings.known, date.today(), running=True)
        missed = [line.text for line in judged.lines if line.surely_missed and line.measure != "achieved_ratio"]
        return f"after {at_s:.0f} s {missed[0]}" if missed else ""
