"""What a person is told: while a run goes on, and what it came to."""

from __future__ import annotations

import math
from collections.abc import Sequence

from contract.results import Verdict
from load import capacity
from load.document import Run
from load.judged import Judged
from load.latency import ms_at, ms_at_rank
from load.merging import PhaseCount
from load.verdict import Outcome, Tally

HASHED = ("loginUser", "registerUser")
MOST_FINDINGS = 10
BUSY = 0.7  # of the cores; above it queues grow long, and there is HTTP and SQL to be done besides


def progress(phase: PhaseCount, at_s: float, since: dict[str, int]) -> str:
    """Return one line about the run so far; *since* keeps what the last line said, and is brought up to date."""
    parts = [f"{at_s:5.0f} s"]
    for operation in phase.schedules:
        done = sum(phase.counts["completed"][f"{operation} {kind}"] for kind in phase.kinds(operation))
        whole = phase.good_latencies(operation)
        spread = f"p50 {ms_at(whole, 50):.1f} p99 {ms_at(whole, 99):.1f} ms" if whole.total_count else "none good yet"
        wrong = done - sum(phase.counts["good"][f"{operation} {kind}"] for kind in phase.kinds(operation))
        asked = sum(phase.asked(operation)[: max(int(at_s), 1)])
        parts.append(f"{operation} {done} of {asked} ({done - since.get(operation, 0):+d}), {spread}, {wrong} wrong")
        since[operation] = done
    flying = sum(sum(each.in_flight.values()) for each in phase.processes.values())
    return " | ".join([*parts, f"{flying} in flight"])


def said(run: Run) -> list[str]:
    """Return the verdict in lines, the headline first."""
    last = run.phases[-1] if run.phases else None
    lines = [_headline(run)]
    if run.profile.search:
        lines += [f"  {capacity.confidence(run.profile.search, run.steps)}", f"  knee: {capacity.knee(run.steps)}"]
        lines += [f"  {step.rate_per_s:8.1f}/s  {step.outcome}  {step.why}".rstrip() for step in run.steps]
    elif last is not None:
        lines += [f"  {_told(each, last)}" for each in last.tallies]
        lines += [f"  {line.text}" for line in last.lines if line.outcome != "met"]
    if last is not None:
        lines += [f"  {each}" for each in (*last.invalid, *last.named) if each not in lines[0]]
        lines += _findings(last)
        lines += [f"  {_generator(last)}"]
    lines += [f"  {each}" for each in _machine(run)]
    lines += [f"  note: {each}" for each in run.notes]
    return lines


def _headline(run: Run) -> str:
    profile, last = run.profile, run.phases[-1] if run.phases else None
    name = f"{profile.name} against {run.target['name']}"
    if run.profile.search:
        good, _ = capacity.bounds(run.steps)
        if good:
            return f"{name}: {good:g} a second keeps the budget"
        missed = any(step.outcome is Outcome.MISSED for step in run.steps)
        return f"missed: {name}: no rate keeps the budget" if missed else f"invalid, it proves nothing: {name}"
    asked = f"{profile.peak_per_s:g} arrivals a second at most, {profile.duration_s:g} s"
    ended = f"; ended: {last.phase.ended}" if last and last.phase.ended else ""
    if run.outcome is Outcome.UNREACHABLE:
        why = last.phase.unreachable if last else "; ".join(run.invalid)
        return f"unreachable: {name}: {why}"
    if run.outcome is Outcome.INVALID:
        why = (*run.invalid, *(last.invalid if last else ()))
        few = [line for line in (last.lines if last else ()) if line.outcome == "undecided"]
        reason = why[0] if why else f"too few samples for {len(few)} limits" if few else "it was not finished"
        return f"invalid, it proves nothing: {name}, {asked}: {reason}{ended}"
    if run.outcome is Outcome.MISSED:
        return f"missed: {name}, {asked}{ended}"
    return f"met: {name}, {asked}: every budget was kept"


def _told(tally: Tally, judged: Judged) -> str:
    known = tally.latencies.total_count

    def at(percent: float) -> str:
        return f"{ms_at_rank(tally.latencies, max(round(known * percent / 100), 1)):.1f}" if known else "-"

    answered = tally.completed + tally.unfinished
    lasted_s = judged.phase.stopped_s or judged.phase.duration_s
    achieved = 100 * tally.in_time / tally.intended if tally.intended else 0.0
    errors = 100 * tally.wrong / answered if answered else 0.0
    kinds = ", ".join(
        f"{judged.phase.counts['completed'][f'{tally.operation} {kind}']} {kind}"
        for kind in judged.phase.kinds(tally.operation)
    )
    return (
        f"{tally.operation}: asked {tally.intended} ({tally.intended / lasted_s:.1f}/s), in time {achieved:.2f} %, "
        f"p50 {at(50)}, p95 {at(95)}, p99 {at(99)} ms, errors {errors:.2f} % ({kinds or 'no answer'}); "
        f"late {tally.late}, unfinished {tally.unfinished}, dropped {tally.dropped}, at most "
        f"{judged.phase.counts['peak'][tally.operation]} in flight"
    )


def _findings(judged: Judged) -> list[str]:
    marks = {Verdict.FAIL: "broken", Verdict.WARN: "warning", Verdict.KNOWN_FAILURE: "known failure"}
    lines = [
        f"  {each.requirement} {marks[each.verdict]}, {each.count} times: {each.message} ({each.operation}, "
        f"{each.kind}, {each.status or 'no status'}){': ' + each.known if each.known else ''}"
        for each in judged.findings
    ]
    more = len(lines) - MOST_FINDINGS
    return [*lines[:MOST_FINDINGS], *([f"  and {more} more findings"] if more > 0 else [])]


def _generator(judged: Judged) -> str:
    vitals = judged.phase.vitals()

    def worst(values: Sequence[float | None]) -> str:
        known = [each for each in values if each is not None]
        return f"{max(known):.1f}" if known else "-"

    lag = judged.phase.totals.by_name.get("start")
    start = f", start lag p99 {ms_at(lag, 99):.1f} ms" if lag is not None and lag.total_count else ""
    return (
        f"generator: {len(vitals)} process{'es' if len(vitals) != 1 else ''}, CPU "
        f"{worst([each.cpu_percent for each in vitals])} % of a core, wake-up p99 "
        f"{worst([each.wake_p99_ms for each in vitals])} ms, heartbeat p99 "
        f"{worst([each.heartbeat_p99_ms for each in vitals])} ms{start}"
    )


def _machine(run: Run) -> list[str]:
    machine = run.machine
    if machine is None:
        return ["this machine is not calibrated: python -m load calibrate"]
    ceiling = "not measured" if machine.arrivals_per_s is None else f"{machine.arrivals_per_s:.0f} arrivals a second"
    lines = [
        f"this machine generates: {ceiling} from one process; hashes: {machine.hashes_per_s:.0f} passwords a second "
        f"({machine.hash}, {machine.hash_cpu_ms:.1f} ms of CPU, {machine.cores} cores)"
    ]
    rate = sum(each.peak_per_s for name, each in run.profile.operations.items() if name in HASHED)
    if run.profile.search:
        good, _ = capacity.bounds(run.steps)
        rate = good or 0.0 if rate else 0.0
        if rate:
            lines.append(f"that is {100 * rate / machine.hashes_per_s:.0f} % of what its cores can hash")
    elif rate and run.target["hashes_here"]:
        used = 100 * rate / machine.hashes_per_s
        can = "cannot be met here" if used > 100 else "is at the edge here" if used > 100 * BUSY else "can be met here"
        cores = math.ceil(rate * machine.hash_cpu_ms / 1000 / BUSY)
        need = f"; {cores} cores would be {BUSY:.0%} busy with it at most" if used > 100 * BUSY else ""
        lines.append(f"{machine.hashing(rate)}: {used:.0f} % of it, so {rate:g} a second {can}{need}")
    return lines
