"""The one who leads a run: starts the target, has every process prepare, plays the phases, judges, writes, ends."""

from __future__ import annotations

import logging
import platform
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

import gevent.event
from locust.env import Environment

from contract.errors import HarnessError
from contract.masking import mask_text
from contract.results.folder import new_run
from load import capacity, machine, telling, writing
from load.arrivals import Schedule, constant
from load.budgets import Budget
from load.document import Run, exit_code
from load.ending import GONE_LEAST, first_reason, silent_at_last
from load.judged import Judged, judge
from load.merging import PhaseCount
from load.playing import Player
from load.processes import Processes
from load.settings import Settings, with_address
from load.verdict import Outcome
from load.wire import Wire
from load.worker import PREPARE
from suites.rig.launch import Launcher, TargetGone

logger = logging.getLogger("authproof.load")

PREPARED_WITHIN_S = 600.0
SPARE = 1.2  # times the answers that a step of a search needs: chance may bring fewer
LOADING = ("locust", "gevent", "geventhttpclient", "hdrhistogram")


class Stopped(Exception):
    """The run ends before its schedule; the message says why, the code is what it tells its caller."""

    def __init__(self, why: str, code: int) -> None:
        self.code = code
        super().__init__(why)


@dataclass
class Conductor:
    """
    One run. `settings` are resolved before; `launcher` holds the target where it was started here.

    It lives in the process that has no users of its own (master), or in the only one there is.
    """

    environment: Environment
    settings: Settings
    launcher: Launcher
    root: Path
    calibrated: machine.Machine | None
    run: Run = field(init=False)
    folder: Path = field(init=False)
    code: int | None = None
    spawned: gevent.event.Event = field(default_factory=gevent.event.Event)
    _player: Player = field(init=False)
    _judged: list[Judged] = field(default_factory=list)
    _steps: list[capacity.Step] = field(default_factory=list)

    def __post_init__(self) -> None:
        settings = self.settings
        assert self.environment.runner is not None
        self._player = Player(settings, Processes(self.environment.runner))
        if settings.out:
            self.folder = Path(settings.out)
            self.folder.mkdir(parents=True, exist_ok=True)
        else:
            self.folder = new_run(self.root, latest="latest-load")
        target = settings.target
        self.run = Run(
            id=self.folder.name,
            started=stamp(),
            argv=[mask_text(each) for each in sys.argv[1:]],
            seed=settings.seed,
            target={
                "name": target.name,
                "base_url": mask_text(target.base_url),
                "environment": target.environment,
                "started_here": bool(target.start),
                "hashes_here": settings.hashes_here,
            },
            profile=settings.profile,
            users=settings.users,
            budgets=settings.budgets,
            machine=self.calibrated,
            versions={name: version(name) for name in LOADING},
            environment={"python": platform.python_version(), "system": platform.platform(terse=True)},
            notes=settings.notes(),
        )
        writing.write(self.run, self.folder)

    # -- what the processes say

    def heard_ready(self, said: Mapping[str, Any]) -> None:
        """A process has prepared what it needs, or cannot."""
        self._player.processes.ready[said["index"]] = (said["problem"], said["code"])

    def heard_report(self, said: Mapping[str, Any]) -> None:
        """A process tells its last seconds."""
        phase = self._player.phase
        if phase is not None and said["phase"] == phase.number:
            phase.add(said)

    def heard_over(self, said: Mapping[str, Any]) -> None:
        """A process has nothing of this phase in flight any more."""
        self.heard_report(said)
        phase = self._player.phase
        if phase is not None and said["phase"] == phase.number:
            phase.processes[said["index"]].over = True

    # -- the run

    def conduct(self) -> None:
        """Lead the run to its end; afterwards `code` is what it tells its caller."""
        try:
            self._start_target()
            self.spawned.wait()
            self._prepare()
            if self.settings.profile.search:
                self._search()
            else:
                self._one_phase()
        except Stopped as why:
            self._finish(str(why), why.code)
        except TargetGone as why:
            self._finish(str(why), 6)
        except HarnessError as why:
            self._finish(str(why), 3)
        except Exception as why:  # ours: the run is no proof, and what was measured so far is kept
            logger.exception("the run could not be led to its end")
            self._finish(f"error of the harness: {type(why).__name__}: {why}", 3)
        else:
            self._finish()

    def interrupt(self) -> None:
        """End a run that somebody stopped from outside: what was measured is kept, and proves nothing."""
        if self.code is not None:
            return
        phase = self._player.phase
        if phase is not None and len(self._judged) < phase.number:
            self._player.stop("interrupted")
            self._judge(phase, self.settings.budgets)
        self._finish("interrupted", 3)

    def _start_target(self) -> None:
        target = self.settings.target
        if target.start:
            logger.info("starting %s for this run: %s", target.name, " ".join(target.start.split()))
            address = self.launcher.main().target.base_url
            self.settings = self._player.settings = with_address(self.settings, address)
            self.run = replace(self.run, target={**self.run.target, "base_url": address})

    def _prepare(self) -> None:
        processes = self._player.processes
        processes.find()
        of = len(processes.clients)
        if not of:
            raise Stopped("there is no process to generate load from", 3)
        settings, options = self.settings, vars(self.environment.parsed_options)
        needs = settings.needs(of)
        order = {
            "run": self.run.id,
            "target": options["target"] or options.get("host") or "reference",
            "base_url": settings.target.base_url,
            "known": options["known_failures"],
            "accounts": options["load_accounts"],
            "folder": str(self.folder),
            "seed": settings.seed,
            "users": settings.users,
            "check_every": settings.check_every,
            "operations": list(settings.profile.operations),
            "needs": {"accounts": needs.accounts, "sessions": needs.sessions, "names": needs.names},
            "of": of,
        }
        logger.info(
            "preparing %d accounts, %d sessions and %d names in each of %d process(es)",
            *(needs.accounts, needs.sessions, needs.names, of),
        )
        for index in processes.clients:
            processes.tell(index, PREPARE, order | {"index": index})
        processes.wait_until_ready(PREPARED_WITHIN_S)
        problems = [each for each in processes.ready.values() if each[0]]
        if problems:
            raise Stopped(problems[0][0], max(code for _, code in problems))
        if len(processes.ready) < of:
            raise Stopped("a generating process was lost, or did not get ready in time", 3)

    def _one_phase(self) -> None:
        profile, budgets = self.settings.profile, self.settings.budgets
        phase = self._player.play(profile.name, profile.operations, budgets, profile.abort_after_s)
        if not phase.unreachable and (silent := silent_at_last(phase)) >= GONE_LEAST:
            target = self.settings.target
            if fault := Wire(target.transport, target.base_url, connections=1).reach():
                phase.unreachable = f"the target is gone: {silent} operations in a row without an answer, now {fault}"
        self._judge(phase, budgets)

    def _search(self) -> None:
        profile, search = self.settings.profile, self.settings.profile.search
        assert search is not None
        operation, schedule = next(iter(profile.operations.items()))
        budgets = {operation: self.settings.budgets[operation].for_search()}
        enough = SPARE * budgets[operation].samples
        while (rate := capacity.next_rate(search, self._steps, self.settings.max_rate)) is not None:
            if self._player.spent_s > self.settings.max_time_s:
                self.run = replace(self.run, notes=[*self.run.notes, "the search was ended by --max-time"])
                break
            lasts_s = max(profile.duration_s, enough / rate)
            asked = {operation: Schedule(constant(rate, lasts_s), schedule.spread)}
            name = f"{len(self._steps) + 1} at {rate:g}"
            judged = self._judge(self._player.play(name, asked, budgets, lasts_s / 2), budgets)
            self._steps.append(capacity.Step(rate, judged.outcome, first_reason(judged)))
            self.run = replace(self.run, steps=list(self._steps))
            logger.info("%g a second: %s %s", rate, judged.outcome, first_reason(judged))

    def _judge(self, phase: PhaseCount, budgets: Mapping[str, Budget]) -> Judged:
        judged = judge(phase, budgets, self.settings.target, self.settings.known, date.today())
        self._judged.append(judged)
        self.run = replace(self.run, phases=list(self._judged))
        writing.write(self.run, self.folder)
        return judged

    def _finish(self, why: str = "", code: int = 0) -> None:
        outcome = self._outcome(code)
        run = replace(
            self.run,
            outcome=outcome,
            invalid=[mask_text(why)] if why else [],
            finished=stamp(),
            exit_code=code or exit_code(outcome),
        )
        self.run = replace(run, lines=[mask_text(line) for line in telling.said(run)])
        writing.write(self.run, self.folder)
        self.code = self.run.exit_code

    def _outcome(self, code: int) -> Outcome:
        if code == 6:
            return Outcome.UNREACHABLE
        if code:
            return Outcome.INVALID
        if self.settings.profile.search:
            return _of_search(self._steps)
        return self._judged[-1].outcome if self._judged else Outcome.INVALID


def _of_search(steps: list[capacity.Step]) -> Outcome:
    """A search is good where it found a rate; the budget for a rate is what the other profiles are for."""
    if steps and steps[-1].outcome is Outcome.UNREACHABLE:
        return Outcome.UNREACHABLE
    if capacity.bounds(steps)[0] is not None:
        return Outcome.MET
    return Outcome.MISSED if any(step.outcome is Outcome.MISSED for step in steps) else Outcome.INVALID


def stamp() -> str:
    """Return this moment in RFC 3339, UTC."""
    return datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
