"""What a generating process does when locust's messages tell it to: prepare, start the clock, report."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import gevent
from locust.env import Environment

from contract.errors import BindingError, HarnessError
from contract.known_failures import read_file
from contract.targets.read import resolve
from load import wire
from load.arrivals import Schedule
from load.engine import Engine, Phase
from load.jobs import Done, Job
from load.openuser import OpenUser
from load.prepare import AT_ONCE, Needs, Preparation
from load.settings import accounts_of
from load.wrong import Wrongs
from suites.rig.identities import People
from suites.rig.journal import Journal
from suites.rig.launch import TargetGone

PREPARE, READY = "authproof-prepare", "authproof-ready"
GO, OVER, HALT, REPORT = "authproof-go", "authproof-over", "authproof-halt", "authproof-report"


class Worker:
    """The generating side of one process: master's orders in, seconds out."""

    def __init__(self, environment: Environment) -> None:
        self.environment = environment
        self.engine: Engine | None = None
        self.index = 0
        self._wire: wire.Wire | None = None
        self._preparation: Preparation | None = None
        self._jobs: dict[str, Job] = {}
        self._seconds: list[dict[str, Any]] = []
        runner = environment.runner
        assert runner is not None
        self.runner = runner
        for name, act in ((PREPARE, self._prepare), (GO, self._go), (HALT, self._halt)):
            runner.register_message(name, _listener(act))
        environment.events.report_to_master.add_listener(self._add_to_report)
        environment.events.test_stop.add_listener(self._stopped)

    # -- orders

    def _prepare(self, order: Mapping[str, Any]) -> None:
        self.index = order["index"]
        gevent.spawn(self._prepared, order)

    def _prepared(self, order: Mapping[str, Any]) -> None:
        problem, code = "", 0
        try:
            self._make_ready(order)
        except TargetGone as why:
            problem, code = str(why), 6
        except BindingError as why:
            problem, code = str(why), 2
        except HarnessError as why:
            problem, code = str(why), 3
        self.runner.send_message(READY, {"index": self.index, "problem": problem, "code": code})

    def _make_ready(self, order: Mapping[str, Any]) -> None:
        target = replace(resolve(order["target"], environ=os.environ), base_url=order["base_url"])
        known = target.known_failures + (read_file(Path(order["known"])) if order["known"] else ())
        self._wire = wire.Wire(target.transport, target.base_url, connections=order["users"] + AT_ONCE)
        if why := self._wire.reach():
            raise TargetGone(f"{target.name}: {target.base_url}: {why}")
        name = f"load{self.index}"
        self._preparation = Preparation(
            target,
            People(order["seed"], order["run"], name, pattern=target.email_pattern),
            Journal(Path(order["folder"]) / f"accounts-{name}.jsonl"),
            accounts_of(target, order["accounts"]),
            self._wire.send,
            self._wire.encode,
            self.index,
            order["of"],
        )
        self._jobs = self._preparation.jobs(order["operations"], Needs(**order["needs"]))
        self._seconds = []
        self.engine = Engine(
            self._jobs,
            Wrongs(target, known, date.today(), order["check_every"]),
            target.transport.timeout_s,
            OpenUser.active,
            self._second,
            self._requested,
            self._wire.end_overdue,
        )
        OpenUser.engine = self.engine

    def _go(self, order: Mapping[str, Any]) -> None:
        if self.engine is None:
            return
        schedules = {
            name: Schedule(tuple((at_s, rate) for at_s, rate in points), spread)
            for name, (points, spread) in order["schedules"].items()
        }
        phase = Phase(
            order["number"],
            order["duration_s"],
            schedules,
            order["in_time_s"],
            order["seed"],
            self.index,
            order["of"],
            order["closed"],
            order["pace_s"],
        )
        self.engine.go(phase, order["in_s"], self._over)

    def _halt(self, _: Mapping[str, Any]) -> None:
        if self.engine is not None:
            self.engine.halt()

    # -- reports

    def _second(self, second: dict[str, Any]) -> None:
        self._seconds.append(second)
        if self.index_is_local:
            self.runner.send_message(REPORT, self._told())

    @property
    def index_is_local(self) -> bool:
        """Whether master and worker are one process, in which locust sends no worker reports."""
        return not hasattr(self.runner, "worker_state")

    def _add_to_report(self, client_id: str, data: dict[str, Any]) -> None:  # noqa: ARG002 - locust names it
        if self.engine is not None and self.engine.phase is not None:
            data["authproof"] = self._told()

    def _told(self) -> dict[str, Any]:
        assert self.engine is not None
        seconds, self._seconds = self._seconds, []
        wrongs = self.engine.wrongs
        return {
            "index": self.index,
            "phase": self.engine.phase.number if self.engine.phase else 0,
            "seconds": seconds,
            "found": [[*key, count, wrongs.messages.get(key, "")] for key, count in wrongs.found.items()],
            "checked": wrongs.checked,
            "stopped_s": self.engine.stopped_s,
            "broken": self.engine.broken,
            "exhausted": self.engine.exhausted,
        }

    def _over(self) -> None:
        if self._preparation is not None:
            self._preparation.finish(self._jobs)
        self.runner.send_message(OVER, self._told())

    def _requested(self, done: Done, response_s: float) -> None:
        answer = done.answer
        self.environment.events.request.fire(
            request_type=answer.request.method,
            name=f"{done.operation} {done.kind}",
            response_time=response_s * 1000,
            response_length=len(answer.body),
            response=None,
            context={},
            exception=None if done.good else NotAsked(answer.fault or f"{answer.status}"),
            start_time=time.time() - response_s,
            url=answer.request.url,
        )

    def _stopped(self, environment: Environment) -> None:  # noqa: ARG002 - locust names it
        if self.engine is not None:
            self.engine.close()


class NotAsked(Exception):
    """An answer that is not what was asked for, by its status or by why it did not come."""


def _listener(act: Callable[[Mapping[str, Any]], None]) -> Callable[..., None]:
    def heard(environment: Environment, msg: Any, **_: Any) -> None:  # noqa: ARG001 - locust names them
        act(msg.data)

    return heard
