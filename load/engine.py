"""One process of the generator: it hands out arrivals when they are due, has them served, and measures itself."""

from __future__ import annotations

import logging
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import gevent
import gevent.event

from load.arrivals import Schedule, merged
from load.counting import Second, names
from load.health import HEARTBEAT_S, LATE_S
from load.jobs import Done, Job
from load.pools import Exhausted
from load.wrong import Wrongs

now = time.monotonic
logger = logging.getLogger(__name__)
DRAIN_S = 3.0  # beyond a request's own time limit, before a phase ends without what is in flight
POLL_S = 0.02


@dataclass(frozen=True, slots=True)
class Phase:
    """
    What one stretch of the clock asks of this process.

    `in_time_s` is, by operation, how long after the clock an answer still counts for the achieved rate. In the closed
    model every user is due again `pace_s` after it was last due, or when it has its answer.
    """

    number: int
    duration_s: float
    schedules: Mapping[str, Schedule]
    in_time_s: Mapping[str, float]
    seed: int
    index: int = 0
    of: int = 1
    closed: bool = False
    pace_s: float = 0.0


@dataclass(slots=True)
class Arrival:
    """One request to come: due at `due_s` (monotonic), taken on by a user at `claimed_s`."""

    phase: int
    operation: str
    due_s: float
    claimed_s: float


@dataclass
class Engine:
    """
    The clock, the arrivals and the counts of one process.

    `report` is given each second's counts; `requested` each answer, with its response time, for Locust's own tables.
    `active` is set while arrivals are to be had; users wait for it.
    """

    jobs: Mapping[str, Job]
    wrongs: Wrongs
    timeout_s: float
    active: gevent.event.Event
    report: Callable[[dict[str, Any]], None]
    requested: Callable[[Done, float], None]
    each_second: Callable[[], None]
    broken: str = ""
    exhausted: str = ""
    phase: Phase | None = None
    _t0_s: float = 0.0
    _stopped_s: float | None = None
    _arrivals: Iterator[tuple[float, str]] = field(default_factory=lambda: iter(()))
    _second: Second = field(default_factory=Second)
    _in_flight: dict[object, tuple[float, str]] = field(default_factory=dict)
    _flying: Counter[str] = field(default_factory=Counter)
    _helpers: list[gevent.Greenlet] = field(default_factory=list)

    # -- the clock

    def go(self, phase: Phase, in_s: float, over: Callable[[], None]) -> None:
        """Start the clock of *phase* in *in_s* seconds; *over* is called once nothing of it is in flight."""
        self.phase, self._stopped_s = phase, None
        self._t0_s = now() + in_s
        self._second = Second()
        self._arrivals = merged(phase.schedules, phase.seed, index=phase.index, of=phase.of)
        self._in_flight.clear()
        self._flying.clear()
        self._helpers = [gevent.spawn(self._beat), gevent.spawn(self._tick, over)]
        self.active.set()

    @property
    def stopped_s(self) -> float | None:
        """When the arrivals of the phase were halted, in seconds of its clock; None where they were not."""
        return None if self._stopped_s is None else self._stopped_s - self._t0_s

    def halt(self) -> None:
        """Let no further arrival start; what is in flight is waited for."""
        if self._stopped_s is None:
            self._stopped_s = now()
            self.active.clear()

    def close(self) -> None:
        """End the phase without waiting, and tell what its last second came to."""
        self.halt()
        if self._helpers:
            gevent.killall(self._helpers, block=False)
            self._helpers = []
            self._told(max(int(now() - self._t0_s), 0), time.process_time())

    def claim(self, user: Any) -> Arrival | None:
        """
        Return the next arrival for *user* to take on, or None where no more are due in this phase.

        The arrivals of a process are one queue: whoever is free takes the next, and waits until it is due, or is late.
        """
        phase = self.phase
        if phase is None or self._stopped_s is not None or not self.active.is_set():
            return None
        claimed_s = now()
        if phase.closed:
            due_s = max(user.due_again_s or self._t0_s, claimed_s)
            user.due_again_s = due_s + phase.pace_s
            if due_s < self._t0_s + phase.duration_s:
                return Arrival(phase.number, next(iter(phase.schedules)), due_s, claimed_s)
        else:
            following = next(self._arrivals, None)
            if following is not None:
                return Arrival(phase.number, following[1], self._t0_s + following[0], claimed_s)
        self.active.clear()
        return None

    # -- one arrival

    def serve(self, arrival: Arrival, user: object) -> None:
        """Serve *arrival*, now that its user is awake, and measure it."""
        woke_s = now()
        phase, second = self.phase, self._second
        stopped_s = self._stopped_s
        if phase is None or arrival.phase != phase.number or (stopped_s is not None and arrival.due_s > stopped_s):
            return
        operation = arrival.operation
        try:
            taken = self.jobs[operation].take()
        except Exhausted as why:
            self.exhausted = self.exhausted or f"{operation} at {woke_s - self._t0_s:.1f} s: {why}"
            second.not_served[operation] += 1
            return
        begun_s = now()
        expected_s = max(arrival.due_s, arrival.claimed_s)
        backlog_s = expected_s - arrival.due_s + begun_s - woke_s
        record = second.histograms.record
        if backlog_s < 1e-5:
            second.punctual += 1
        else:
            record("backlog", backlog_s)
        record("wake", woke_s - expected_s)
        record("start", begun_s - arrival.due_s)
        second.started[operation] += 1
        if begun_s - arrival.due_s > LATE_S:
            second.late[operation] += 1
        self._in_flight[user] = (begun_s, operation)
        self._flying[operation] += 1
        second.peak[operation] = max(second.peak[operation], self._flying[operation])
        try:
            done = self.jobs[operation].run(taken)
        except Exception as why:  # ours, whatever it is: said once, and the run is no proof of anything
            if not self.broken:
                self.broken = f"{operation}: {type(why).__name__}: {why}"
                logger.exception("authproof: an arrival could not be served")
            done = []
        # A user that is killed in mid-request stays in flight: that request is unfinished.
        if self.phase is phase:  # not what a phase before it waited for in vain
            if self._in_flight.pop(user, None) is not None:
                self._flying[operation] -= 1
            if done:
                self._count(done, arrival, phase)

    def _count(self, done: list[Done], arrival: Arrival, phase: Phase) -> None:
        second = self._second
        since_s = done[0].sent_at_s if phase.closed else arrival.due_s
        end_s = self._t0_s + phase.duration_s
        for each in done:
            answer = each.answer
            ended_s = answer.sent_at_s + answer.elapsed_s
            label, response, service = names(each.operation, each.kind)
            second.completed[label] += 1
            if each.good:
                second.good[label] += 1
            elif answer.fault:
                second.faults[f"{each.operation} {answer.fault}"] += 1
            if self.wrongs.look(each.operation, each.kind, answer, good=each.good):
                second.excused[each.operation] += 1
            if ended_s <= end_s + phase.in_time_s.get(each.operation, 1.0):
                second.in_time[each.operation] += 1
            record = second.histograms.record
            record(response, ended_s - since_s)
            record(service, ended_s - each.sent_at_s)
            self.requested(each, ended_s - since_s)
            since_s = ended_s  # what follows was due when this was answered

    # -- measuring ourselves

    def _beat(self) -> None:
        """A pulse every 10 ms: how late it comes is how late everything of this process comes."""
        gevent.sleep(max(self._t0_s - now(), 0.0))
        due_s = now() + HEARTBEAT_S
        while True:
            gevent.sleep(max(due_s - now(), 0.0))
            late_s = now() - due_s
            self._second.histograms.record_pause("heartbeat", late_s, HEARTBEAT_S)
            due_s = now() + HEARTBEAT_S

    def _tick(self, over: Callable[[], None]) -> None:
        """Tell each second's counts; end the phase when nothing is in flight any more, or nothing more can come."""
        assert self.phase is not None
        gevent.sleep(max(self._t0_s - now(), 0.0))
        at_s, cpu_s = 0, time.process_time()
        longest_s = self.timeout_s + DRAIN_S
        while True:
            boundary_s = self._t0_s + at_s + 1
            while now() < boundary_s and not self._over(longest_s):
                gevent.sleep(min(max(boundary_s - now(), 0.0), 1.0 if self._running() else POLL_S))
            self._told(at_s, cpu_s)
            if self._over(longest_s):
                break
            at_s, cpu_s = at_s + 1, time.process_time()
            self.each_second()
        helpers, self._helpers = self._helpers, []
        helpers[0].kill(block=False)
        over()

    def _told(self, at_s: int, since_cpu_s: float) -> None:
        closing, self._second = self._second, Second()
        self.report(closing.told(at_s, cpu_s=time.process_time() - since_cpu_s, in_flight=self._flying))

    def _running(self) -> bool:
        assert self.phase is not None
        return self._stopped_s is None and now() < self._t0_s + self.phase.duration_s - 1

    def _over(self, longest_s: float) -> bool:
        assert self.phase is not None
        end_s = self._stopped_s if self._stopped_s is not None else self._t0_s + self.phase.duration_s
        if now() < end_s:
            return False
        waiting = self._stopped_s is None and self.active.is_set()  # due, and no user is free to start it
        return (not self._in_flight and not waiting) or now() > end_s + longest_s
