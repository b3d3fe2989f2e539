"""A finding as its reader meets it: the script that shows it again, and what pytest says of it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from contract.catalogue import Requirement
from contract.errors import ContractViolation
from contract.results import wording
from contract.results.events import Judgement
from contract.results.verdict import Verdict
from suites.rig.repro import save, script
from suites.rig.run.state import State
from suites.rig.run.verdicts import Judge

QUIET = frozenset({Verdict.PASS, Verdict.NOT_APPLICABLE, Verdict.NOT_EXERCISED, Verdict.NOT_REACHED})


def with_script(judgement: Judgement, row: Requirement, error: AssertionError, state: State, folder: Path) -> Judgement:
    """Return *judgement* with a script in *folder* that does what led to *error*, where there is something to show."""
    if judgement.verdict not in (Verdict.FAIL, Verdict.WARN) or not state.exchanges:
        return judgement
    answer = error.answer if isinstance(error, ContractViolation) else None
    failing = answer or state.exchanges[-1]
    api = state.voice_of(failing)
    text = script(
        row.id,
        row.statement,
        judgement.expected,
        judgement.actual or judgement.message,
        tuple(state.exchanges),
        failing,
        api.target,
        earlier=tuple(api.founding),
        moves=tuple(state.moves),
        clock_offset_s=api.clock_offset_s - sum(seconds for _, seconds in state.moves),
        outages=tuple(state.outages),
    )
    path = save(folder / "repro", row.id, text)
    return replace(judgement, repro=str(path.relative_to(folder)))


def tell(report: pytest.TestReport, row: Requirement, judgement: Judgement, judge: Judge, folder: Path) -> None:
    """Let pytest say what *judgement* says."""
    if judgement.verdict in QUIET:
        return
    repro = str(folder / judgement.repro) if judgement.repro else ""
    text = wording.finding(row, judgement, why_warning=judge.why_it_only_warns(row), repro=repro)
    if judgement.verdict in (Verdict.FAIL, Verdict.UNTESTABLE):
        report.outcome, report.longrepr = "failed", text
    elif judgement.verdict in (Verdict.WARN, Verdict.KNOWN_FAILURE):
        report.outcome, report.wasxfail, report.longrepr = "skipped", judgement.message, text
