"""What one process counts in one second, and how it is told to whoever merges it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from contract.answers import Kind
from load.latency import Counts

COUNTERS = ("started", "late", "completed", "good", "excused", "in_time", "peak", "not_served", "faults")


def response(operation: str, kind: str) -> str:
    """The name of the histogram of response times of one kind of outcome."""
    return f"response {operation} {kind}"


def service(operation: str, kind: str) -> str:
    """The name of the histogram of service times of one kind of outcome."""
    return f"service {operation} {kind}"


@dataclass
class Second:
    """
    The counts of one second, by operation; `completed` and `good` by "operation kind".

    `late`: started more than 5 ms after it was due. `in_time`: answered before the clock and the slowest limit ended.
    `peak`: most in flight at once. `not_served`: nothing was left to serve it from. `faults`: why no answer came, as
    "operation fault". `punctual` counts starts without
    any backlog, which need no entry in a histogram until the second is over.
    """

    started: Counter[str] = field(default_factory=Counter)
    late: Counter[str] = field(default_factory=Counter)
    completed: Counter[str] = field(default_factory=Counter)
    good: Counter[str] = field(default_factory=Counter)
    excused: Counter[str] = field(default_factory=Counter)
    in_time: Counter[str] = field(default_factory=Counter)
    peak: Counter[str] = field(default_factory=Counter)
    not_served: Counter[str] = field(default_factory=Counter)
    faults: Counter[str] = field(default_factory=Counter)
    punctual: int = 0
    histograms: Counts = field(default_factory=Counts)

    def told(self, at_s: int, *, cpu_s: float, in_flight: Mapping[str, int]) -> dict[str, Any]:
        """Return what is sent: plain values and compressed histograms. *at_s* is the second, counted from 0."""
        if self.punctual:
            self.histograms.record("backlog", 0.0, self.punctual)
        counters = {name: dict(getattr(self, name)) for name in COUNTERS}
        return {
            "at_s": at_s,
            "cpu_s": cpu_s,
            "in_flight": dict(in_flight),
            "histograms": self.histograms.encoded(),
            **counters,
        }


NAMES: dict[tuple[str, Kind], tuple[str, str, str]] = {}


def names(operation: str, kind: Kind) -> tuple[str, str, str]:
    """Return "operation kind", and the names of both histograms; kept, since every answer asks for them."""
    found = NAMES.get((operation, kind))
    if found is None:
        found = (f"{operation} {kind}", response(operation, kind), service(operation, kind))
        NAMES[operation, kind] = found
    return found
