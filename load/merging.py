"""What all processes counted in one phase, put together."""

from __future__ import annotations

import math
from array import array
from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

from hdrh.histogram import HdrHistogram

from load.arrivals import Schedule, arrivals
from load.counting import COUNTERS, response
from load.health import Vitals
from load.latency import Histograms, histogram, ms_at
from load.verdict import Tally
from load.wrong import Key

TELLING = 99.0


@dataclass
class Process:
    """What one process said of itself; `in_flight` is as of its last second."""

    index: int
    histograms: Histograms = field(default_factory=Histograms)
    cpu_s: float = 0.0
    seconds: int = 0
    in_flight: dict[str, int] = field(default_factory=dict)
    over: bool = False
    lost_at_s: float | None = None
    broken: str = ""
    exhausted: str = ""
    found: Counter[Key] = field(default_factory=Counter)
    messages: dict[Key, str] = field(default_factory=dict)
    checked: int = 0
    stopped_s: float | None = None


OF_A_PROCESS = ("wake", "heartbeat")


@dataclass
class PhaseCount:
    """
    One phase, merged as its seconds come in from the processes.

    `stopped_s` is when its arrivals were halted, None where they ran to the end of the schedule: first by the clock of
    whoever halted them, then by the processes' own.
    """

    number: int
    name: str
    schedules: Mapping[str, Schedule]
    seed: int
    duration_s: float
    processes: dict[int, Process] = field(default_factory=dict)
    totals: Histograms = field(default_factory=Histograms)
    counts: dict[str, Counter[str]] = field(default_factory=lambda: {name: Counter() for name in COUNTERS})
    by_second: dict[int, dict[str, Any]] = field(default_factory=dict)
    stopped_s: float | None = None
    ended: str = ""
    unreachable: str = ""
    _dues: dict[str, array[float]] = field(default_factory=dict)

    def add(self, report: Mapping[str, Any]) -> None:
        """Take in what one process tells."""
        process = self.processes.setdefault(report["index"], Process(report["index"]))
        for second in report["seconds"]:
            self._add_second(process, second)
        process.broken, process.exhausted = report["broken"], report["exhausted"]
        process.checked = report["checked"]
        if report["stopped_s"] is not None and self.stopped_s is not None:
            process.stopped_s = report["stopped_s"]
            self.stopped_s = max(each.stopped_s or 0.0 for each in self.processes.values())
        for *key, count, message in report["found"]:
            row, operation, kind, status = key
            process.found[row, operation, kind, status] = count
            process.messages[row, operation, kind, status] = message

    def _add_second(self, process: Process, second: Mapping[str, Any]) -> None:
        process.cpu_s += second["cpu_s"]
        process.seconds += 1
        process.in_flight = dict(second["in_flight"])
        process.histograms.add(
            {name: second["histograms"][name] for name in OF_A_PROCESS if name in second["histograms"]}
        )
        self.totals.add(second["histograms"])
        merged = self.by_second.setdefault(
            second["at_s"],
            {"cpu_s": 0.0, "in_flight": 0, "histograms": defaultdict(list)} | {name: Counter() for name in COUNTERS},
        )
        merged["cpu_s"] += second["cpu_s"]
        merged["in_flight"] += sum(second["in_flight"].values())
        for name, blob in second["histograms"].items():
            merged["histograms"][name].append(blob)
        for name in COUNTERS:
            merged[name].update(second[name])
            if name == "peak":
                for operation, peak in second[name].items():
                    self.counts[name][operation] = max(self.counts[name][operation], peak)
            else:
                self.counts[name].update(second[name])

    # -- what it comes to

    @property
    def operations(self) -> list[str]:
        """Every operation that was asked for or led to."""
        led_to = {label.split()[0] for label in self.counts["completed"]}
        return [*self.schedules, *sorted(led_to - set(self.schedules))]

    def kinds(self, operation: str) -> list[str]:
        """Return the kinds of outcome of *operation*, the good ones first."""
        found = [label.split()[1] for label in self.counts["completed"] if label.split()[0] == operation]
        return sorted(found, key=lambda kind: (not self.is_good(operation, kind), kind))

    def is_good(self, operation: str, kind: str) -> bool:
        """Whether outcomes of that kind were what was asked for."""
        return self.counts["good"][f"{operation} {kind}"] > 0

    def asked(self, operation: str) -> list[int]:
        """Return how many arrivals of *operation* were due in each second, as far as the phase went."""
        due = self._due(operation)
        end_s = self.duration_s if self.stopped_s is None else min(self.stopped_s, self.duration_s)
        marks = [min(float(each), end_s) for each in range(max(math.ceil(end_s), 1) + 1)]
        places = [bisect_left(due, mark) for mark in marks]
        return [later - earlier for earlier, later in pairwise(places)]

    def _due(self, operation: str) -> array[float]:
        """Return when every arrival of *operation* is due, in seconds, as the schedule says it."""
        if operation not in self._dues:
            schedule = self.schedules.get(operation)
            self._dues[operation] = array("d", arrivals(schedule, f"{self.seed} {operation}") if schedule else ())
        return self._dues[operation]

    def tally(self, operation: str, *, running: bool = False) -> Tally:
        """Return what was counted of *operation*; while it is *running*, what is in flight is not yet unfinished."""
        kinds = self.kinds(operation)
        completed = sum(self.counts["completed"][f"{operation} {kind}"] for kind in kinds)
        scheduled = operation in self.schedules
        return Tally(
            operation,
            intended=sum(self.asked(operation)) if scheduled else completed,
            started=self.counts["started"][operation] if scheduled else completed,
            completed=completed,
            in_time=self.counts["in_time"][operation],
            good=sum(self.counts["good"][f"{operation} {kind}"] for kind in kinds),
            excused=self.counts["excused"][operation],
            late=self.counts["late"][operation],
            unfinished=0 if running else sum(each.in_flight.get(operation, 0) for each in self.processes.values()),
            latencies=self.good_latencies(operation),
        )

    def good_latencies(self, operation: str) -> HdrHistogram:
        """Return the response times of the good outcomes of *operation*."""
        return self.totals.together(
            response(operation, kind) for kind in self.kinds(operation) if self.is_good(operation, kind)
        )

    def vitals(self) -> list[Vitals]:
        """Return how each process was while it generated."""
        return [
            Vitals(
                each.index,
                cpu_percent=100 * each.cpu_s / each.seconds if each.seconds else None,
                wake_p99_ms=self._p99(each, "wake"),
                heartbeat_p99_ms=self._p99(each, "heartbeat"),
                lost=each.lost_at_s is not None,
                broken=each.broken,
            )
            for each in self.processes.values()
        ]

    def merged_second(self, at_s: int, name: str) -> bytes | None:
        """Return the histogram of one second over all processes, encoded; None where nothing was recorded."""
        blobs: list[bytes] = self.by_second.get(at_s, {}).get("histograms", {}).get(name, [])
        if len(blobs) <= 1:
            return blobs[0] if blobs else None
        whole = histogram()
        for blob in blobs:
            whole.decode_and_add(blob)
        encoded: bytes = whole.encode()
        return encoded

    @staticmethod
    def _p99(process: Process, name: str) -> float | None:
        found = process.histograms.by_name.get(name)
        return ms_at(found, TELLING) if found is not None and found.total_count else None
