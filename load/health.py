"""Whether the generator itself was in order: a run that it slowed down says nothing about the target."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

HEARTBEAT_S = 0.01
LATE_S = 0.005  # an arrival that is started later than this after it was due is counted as late
WAKE_LIMIT_MS = 5.0
WAKE_SHARE = 0.1  # of the tightest p99 of the budgets (p95, where that is all): what the generator may add to it
CPU_LIMIT_PERCENT = 80.0  # of one core; a Python process has no more than one, and queues build up below it


@dataclass(frozen=True, slots=True)
class Vitals:
    """One process of the generator over one phase; latencies are p99, in milliseconds, None where there were none."""

    index: int
    cpu_percent: float | None
    wake_p99_ms: float | None
    heartbeat_p99_ms: float | None
    lost: bool = False
    broken: str = ""


def wake_limit_ms(tightest_ms: float | None) -> float:
    """Return how late the generator may wake up: 5 ms, or a tenth of a tail's tightest limit where that is more."""
    return max(WAKE_LIMIT_MS, WAKE_SHARE * (tightest_ms or 0.0))


def invalidities(workers: Sequence[Vitals], limit_ms: float) -> list[str]:
    """Return in a sentence each why the run is invalid; empty where the generator was in order."""
    found = []
    for each in workers:
        who = f"generator process {each.index}"
        if each.lost:
            found.append(f"{who} was lost: its share of the arrivals was not sent")
        if each.broken:
            found.append(f"{who} failed: {each.broken}")
        for what, p99_ms in (("woke up", each.wake_p99_ms), ("heartbeat came", each.heartbeat_p99_ms)):
            if p99_ms is not None and p99_ms > limit_ms:
                found.append(f"{who} {what} late: p99 {p99_ms:.1f} ms, limit {limit_ms:.1f} ms")
        if each.cpu_percent is not None and each.cpu_percent > CPU_LIMIT_PERCENT:
            found.append(
                f"{who} used {each.cpu_percent:.0f} % of a core, limit {CPU_LIMIT_PERCENT:.0f} %: "
                "spread the load by --processes, or over machines"
            )
    return found
