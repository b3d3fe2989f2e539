"""The document `load.json`, as `load.schema.json` says it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from load import capacity
from load.budgets import Budget
from load.counting import response, service
from load.health import wake_limit_ms
from load.judged import Judged, tightest_ms
from load.latency import over_time, spectrum, summary
from load.machine import Machine
from load.merging import PhaseCount
from load.profiles import Profile
from load.verdict import EXIT_CODES, Line, Outcome, Tally

SCHEMA = "urn:authproof:load:1"
SHOWN_PERCENTS = (50.0, 95.0, 99.0)


@dataclass(frozen=True)
class Run:
    """Everything that a run's document is made of. `finished` is "" while it goes on."""

    id: str
    started: str
    argv: Sequence[str]
    seed: int
    target: Mapping[str, Any]
    profile: Profile
    users: int
    budgets: Mapping[str, Budget]
    machine: Machine | None
    versions: Mapping[str, str]
    environment: Mapping[str, str]
    notes: Sequence[str] = ()
    phases: Sequence[Judged] = ()
    steps: Sequence[capacity.Step] = ()
    outcome: Outcome | None = None
    lines: Sequence[str] = ()
    invalid: Sequence[str] = ()
    finished: str = ""
    exit_code: int | None = None


def document(run: Run) -> dict[str, Any]:
    """Return the whole document."""
    profile = run.profile
    said: dict[str, Any] = {
        "schema": SCHEMA,
        "id": run.id,
        "started": run.started,
        "finished": run.finished,
        "argv": list(run.argv),
        "seed": run.seed,
        "target": dict(run.target),
        "profile": {
            "name": profile.name,
            "about": profile.about,
            "model": profile.model,
            "duration_s": profile.duration_s,
            "users": run.users,
            "operations": {
                name: {"spread": each.spread, "rate": [list(point) for point in each.points]}
                for name, each in profile.operations.items()
            },
        },
        "verdict": {
            "outcome": str(run.outcome) if run.outcome else "running",
            "exit_code": run.exit_code,
            "lines": list(run.lines),
            "invalid": list(run.invalid),
        },
        "phases": [_phase(each) for each in run.phases],
        "findings": _findings(run.phases),
        "generator": _generator(run),
        "machine": _machine(run.machine),
        "notes": list(run.notes),
        "versions": dict(run.versions),
        "environment": dict(run.environment),
    }
    if profile.search:
        said["capacity"] = _capacity(run)
    return said


def exit_code(outcome: Outcome) -> int:
    """Return what a run of that outcome tells its caller."""
    return EXIT_CODES[outcome]


def _phase(judged: Judged) -> dict[str, Any]:
    phase = judged.phase
    return {
        "name": phase.name,
        "duration_s": phase.duration_s,
        "ended": phase.ended,
        "outcome": str(judged.outcome),
        "invalid": list(judged.invalid),
        "operations": [_operation(phase, tally) for tally in judged.tallies],
        "budgets": [_budget(line) for line in judged.lines],
        "lag": {
            f"{name}_ms": summary(phase.totals.by_name.get(name)) for name in ("start", "backlog", "wake", "heartbeat")
        },
        "series": _series(phase),
    }


def _operation(phase: PhaseCount, tally: Tally) -> dict[str, Any]:
    name, lasted_s = tally.operation, phase.stopped_s or phase.duration_s
    answered = tally.completed + tally.unfinished
    outcomes = []
    for kind in phase.kinds(name):
        whole, served = (phase.totals.by_name.get(each(name, kind)) for each in (response, service))
        outcomes.append(
            {
                "kind": kind,
                "good": phase.is_good(name, kind),
                "count": phase.counts["completed"][f"{name} {kind}"],
                "response_ms": summary(whole),
                "service_ms": summary(served),
                "response_spectrum": spectrum(whole) if whole else [],
                "service_spectrum": spectrum(served) if served else [],
                "hgrm": [f"{phase.number}-{name}-{kind}-{what}.hgrm" for what in ("response", "service")],
            }
        )
    return {
        "operation": name,
        "asked_per_s": round(tally.intended / lasted_s, 3),
        "achieved_per_s": round(tally.in_time / lasted_s, 3),
        "achieved_ratio": round(tally.in_time / tally.intended, 6) if tally.intended else None,
        "error_ratio": round(tally.wrong / answered, 6) if answered else None,
        "peak_in_flight": phase.counts["peak"][name],
        "counts": {
            each: getattr(tally, each) for each in ("intended", "started", "completed", "late", "unfinished", "dropped")
        },
        "outcomes": outcomes,
    }


def _budget(line: Line) -> dict[str, Any]:
    def rounded(value: float | None) -> float | None:
        return None if value is None else round(value, 6)

    return asdict(line) | {
        "value": rounded(line.value),
        "low": rounded(line.low),
        "high": rounded(line.high),
        "text": line.text,
    }


def _series(phase: PhaseCount) -> dict[str, Any]:
    last = max(phase.by_second, default=-1)
    seconds = range(last + 1)
    here = [phase.by_second.get(each) for each in seconds]

    def percentiles(name: str) -> dict[str, list[float | None]]:
        return over_time([phase.merged_second(each, name) for each in seconds], SHOWN_PERCENTS)

    operations = {}
    for name in phase.operations:
        asked, kinds = phase.asked(name), phase.kinds(name)
        good = [kind for kind in kinds if phase.is_good(name, kind)] or kinds
        operations[name] = {
            "asked": [asked[each] if each < len(asked) else 0 for each in seconds],
            "started": [each["started"][name] if each else 0 for each in here],
            "completed": [sum(each["completed"][f"{name} {kind}"] for kind in kinds) if each else 0 for each in here],
            "outcomes": {kind: [each["completed"][f"{name} {kind}"] if each else 0 for each in here] for kind in kinds},
            "response_ms": percentiles(response(name, good[0])) if good else over_time([], SHOWN_PERCENTS),
            "service_ms": percentiles(service(name, good[0])) if good else over_time([], SHOWN_PERCENTS),
        }
    return {
        "t_s": list(seconds),
        "operations": operations,
        "in_flight": [each["in_flight"] if each else None for each in here],
        "backlog_ms": percentiles("backlog"),
        "wake_ms": percentiles("wake"),
        "heartbeat_ms": percentiles("heartbeat"),
        "cpu_percent": [round(100 * each["cpu_s"], 1) if each else None for each in here],
    }


def _findings(phases: Sequence[Judged]) -> list[dict[str, Any]]:
    """The last phase has them all: each process counts over the whole run."""
    return [asdict(each) | {"verdict": str(each.verdict)} for each in (phases[-1].findings if phases else ())]


def _generator(run: Run) -> dict[str, Any]:
    workers = []
    for judged in run.phases[-1:]:
        for each in judged.phase.processes.values():
            percent = 100 * each.cpu_s / each.seconds if each.seconds else None
            workers.append(
                {
                    "index": each.index,
                    "lost": each.lost_at_s is not None,
                    "cpu_percent": None if percent is None else round(percent, 1),
                    "cpu_s": round(each.cpu_s, 3),
                    "wake_ms": summary(each.histograms.by_name.get("wake")),
                    "heartbeat_ms": summary(each.histograms.by_name.get("heartbeat")),
                }
            )
    return {
        "healthy": not any(each.invalid for each in run.phases[-1:]),
        "wake_limit_ms": wake_limit_ms(tightest_ms(run.budgets, list(run.profile.operations))),
        "workers": workers,
    }


def _machine(machine: Machine | None) -> dict[str, Any]:
    if machine is None:
        return {"cores": 0, "arrivals_per_s": None, "hash": "", "hash_cpu_ms": None, "hashes_per_s": None}
    return {name: value for name, value in asdict(machine).items() if name != "node"}


def _capacity(run: Run) -> dict[str, Any]:
    assert run.profile.search is not None
    good, bad = capacity.bounds(run.steps)
    operation = next(iter(run.profile.operations))
    hashed = operation in ("loginUser", "registerUser") and run.machine is not None and good is not None
    share = good / run.machine.hashes_per_s if hashed and run.machine and good else None
    return {
        "operation": operation,
        "rate_per_s": good,
        "first_missed_per_s": bad,
        "knee": capacity.knee(run.steps),
        "confidence": capacity.confidence(run.profile.search, run.steps),
        "share_of_hash_ceiling": None if share is None else round(share, 3),
        "steps": [
            {"phase": number, "rate_per_s": step.rate_per_s, "outcome": str(step.outcome)}
            for number, step in enumerate(run.steps)
        ],
    }
