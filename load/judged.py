"""A merged phase, judged: budget lines, why it is invalid where it is, an outcome."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from contract.answers import Kind
from contract.results import Verdict
from contract.targets.model import KnownFailure, Target
from load.budgets import Budget
from load.health import invalidities, wake_limit_ms
from load.merging import PhaseCount
from load.verdict import Line, Outcome, Tally, lines, outcome_of
from load.wrong import Finding, Key, findings


@dataclass(frozen=True, slots=True)
class Judged:
    """What one phase came to."""

    phase: PhaseCount
    tallies: Sequence[Tally]
    lines: Sequence[Line]
    findings: Sequence[Finding]
    invalid: Sequence[str]
    outcome: Outcome
    named: Sequence[str] = field(default_factory=tuple)
    """What a reader should know: throttles that were hit, pools that were used up."""


def tightest_ms(budgets: Mapping[str, Budget], operations: Sequence[str]) -> float | None:
    """Return the smallest limit of a judged tail among *operations*: p99, or p95 where nothing is above it."""
    tails = [budgets[name].limits.get("p99_ms", budgets[name].limits.get("p95_ms")) for name in operations]
    return min((each for each in tails if each is not None), default=None)


def judge(
    phase: PhaseCount,
    budgets: Mapping[str, Budget],
    target: Target,
    known: Sequence[KnownFailure],
    today: date,
    *,
    running: bool = False,
) -> Judged:
    """
    Judge *phase* by *budgets*, operations that the schedule only led to included where they have one.

    While it is *running*, what is in flight is not yet unfinished.
    """
    tallies = [phase.tally(name, running=running) for name in phase.operations]
    judged = [
        line for tally in tallies if tally.operation in budgets for line in lines(budgets[tally.operation], tally)
    ]
    found: Counter[Key] = Counter()
    messages: dict[Key, str] = {}
    for process in phase.processes.values():
        found.update(process.found)
        messages |= process.messages
    seen = findings(found, messages, target, known, today)
    limit_ms = wake_limit_ms(tightest_ms(budgets, list(phase.schedules)))
    invalid = invalidities(phase.vitals(), limit_ms)
    exhausted = [each.exhausted for each in phase.processes.values() if each.exhausted]
    broken = any(each.verdict is Verdict.FAIL for each in seen)
    missed = broken or any(line.outcome == "missed" and line.measure == "error_ratio" for line in judged)
    if exhausted and not missed:  # where answers were wrong before, they are why nothing is left
        invalid += [f"nothing left to serve an arrival from: {each}" for each in exhausted]
    return Judged(
        phase,
        tallies,
        judged,
        seen,
        invalid,
        outcome_of(judged, invalid, unreachable=bool(phase.unreachable), findings=broken),
        [*_throttles(phase), *_silences(phase), *(exhausted if missed else ())],
    )


def _throttles(phase: PhaseCount) -> list[str]:
    named = []
    for operation in phase.operations:
        throttled = phase.counts["completed"][f"{operation} {Kind.THROTTLED}"]
        if throttled:
            whole = phase.tally(operation).completed
            named.append(
                f"{operation}: {throttled} of {whole} answers were throttled: a limit of the target was hit, so this "
                "measures the limit; raise it for this tester, or spread the load over more accounts (--load-pool=N)"
            )
    return named


def _silences(phase: PhaseCount) -> list[str]:
    """Say why answers did not come, the most frequent reason first."""
    said = []
    for label, count in phase.counts["faults"].most_common():
        operation, _, fault = label.partition(" ")
        said.append(f"{operation}: {count} times no answer: {fault}")
    return said
