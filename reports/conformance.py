"""A conformance run in the words of other tools: its findings and its cases."""

from __future__ import annotations

from collections.abc import Iterator

from contract.catalogue import known
from contract.results import Results, Row, Verdict, wording
from contract.results.events import Judgement
from reports.junit import Case, Outcome
from reports.places import place_of
from reports.sarif import Finding, Level

HARNESS = "HARNESS"
UNREACHABLE = "UNREACHABLE"

LEVELS: dict[Verdict, Level] = {Verdict.WARN: "warning", Verdict.KNOWN_FAILURE: "warning", Verdict.UNDECIDED: "note"}
"""Of what is not an error."""

OUTCOMES: dict[Verdict, Outcome] = {
    Verdict.FAIL: "failed",
    Verdict.UNTESTABLE: "error",
    Verdict.STALE_ENTRY: "failed",
    Verdict.PASS: "passed",
    Verdict.WARN: "passed",
}
"""What a verdict is called in JUnit; every other one is skipped there. A warning is no reason to stop a build."""


def findings(results: Results) -> list[Finding]:
    """Return what somebody should look at, the order that of the results."""
    found = [_finding(each) for each in results.findings]
    found += [
        Finding(HARNESS, "error", f"error of the harness: {each.message}", key=each.test) for each in results.faults
    ]
    if results.unreachable:
        found.append(Finding(UNREACHABLE, "error", results.unreachable))
    return found


def _finding(judgement: Judgement) -> Finding:
    row = known(judgement.requirement)
    file, line = place_of(judgement.operation, judgement.requirement)
    entry = judgement.known_failure if judgement.verdict is Verdict.KNOWN_FAILURE else None
    seen = f"; expected {judgement.expected}, actual {judgement.actual}" if judgement.expected else ""
    return Finding(
        rule=judgement.requirement,
        level=LEVELS.get(judgement.verdict, "error"),
        message=f"{judgement.message}{seen}",
        file=file,
        line=line,
        help=f"{row.fix} Source: {row.source}." if row else "",
        statement=row.statement if row else "",
        excused=f"{entry.reason}; {entry.owner}, until {entry.until}" if entry else "",
        key=f"{judgement.test} {judgement.operation} {judgement.status} {judgement.message}",
    )


def cases(results: Results) -> Iterator[Case]:
    """Yield a case for each test, and one for each requirement and each passive finding that no test speaks of."""
    spoken = {each.requirement for each in results.judgements}
    for judgement in results.judgements:
        yield _case(judgement)
    for row in results.rows:
        if row.requirement not in spoken:
            yield _untested(row)
    for fault in results.faults:
        yield Case("harness", fault.test or "the run", "error", fault.message, type=HARNESS)
    if results.unreachable:
        yield Case("harness", "the target", "error", results.unreachable, type=UNREACHABLE)


def _case(judgement: Judgement) -> Case:
    row = known(judgement.requirement)
    outcome = OUTCOMES.get(judgement.verdict, "skipped")
    name = judgement.test.rpartition("::")[2] or judgement.operation or "every answer"
    text = ""
    if outcome in ("failed", "error") and row is not None:
        text = wording.finding(row, judgement, repro=judgement.repro)
    return Case(
        suite=row.area if row else "preflight",
        name=f"{judgement.requirement} {name}",
        outcome=outcome,
        message=f"{judgement.verdict}: {judgement.message}" if judgement.message else str(judgement.verdict),
        text=text,
        duration_s=judgement.duration_s,
        type=str(judgement.verdict),
    )


def _untested(row: Row) -> Case:
    outcome = OUTCOMES.get(row.verdict, "skipped")
    why = "; ".join(row.why)
    return Case(row.area, f"{row.requirement} every answer", outcome, f"{row.verdict}: {why}", type=str(row.verdict))
