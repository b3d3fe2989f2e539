"""Which known failures a run has shown to be stale."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date

from contract.known_failures import ANY_OPERATION, stale
from contract.results.events import Judgement, Relevant
from contract.results.outcome import Results, Row
from contract.results.verdict import BROKEN, OPEN, Verdict
from contract.targets.model import KnownFailure


def stale_entries(
    results: Results, entries: Sequence[KnownFailure], today: date, *, partly_run: Collection[str] = ()
) -> list[Judgement]:
    """
    Return a judgement for each of *entries* that excuses nothing any more, to be recorded at the end of the run.

    Args:
        partly_run: Requirements of which some tests were deselected: nothing of theirs is known to be gone.
    """
    rows = {row.requirement: row for row in results.rows}
    matched = {each.known_failure for each in results.judgements if each.known_failure}
    found = []
    for entry in entries:
        row = rows.get(entry.requirement)
        judged = {}
        if row and row.requirement not in partly_run and _settles(row, entry):
            judged[row.requirement] = BROKEN.isdisjoint(row.verdicts)
        for _, why in stale([entry], matched=matched, judged=judged, today=today):
            level = row.level if row else ""
            found.append(
                Judgement(entry.requirement, Verdict.STALE_ENTRY, level=level, message=why, known_failure=entry)
            )
    return found


def _settles(row: Row, entry: KnownFailure) -> bool:
    """
    Whether the run would have seen the failure that *entry* lists: nothing of the row is left open.

    A passive requirement must have been judged on an answer in the entry's scope: a short run that never calls the
    operation has not shown that its failure is gone.
    """
    left = OPEN | {Verdict.UNTESTABLE}
    if not row.judged or not left.isdisjoint(row.verdicts):
        return False
    return not row.relevant or any(_in_scope(entry, answers) for answers in row.relevant)


def _in_scope(entry: KnownFailure, answers: Relevant) -> bool:
    return entry.operation in (answers.operation, ANY_OPERATION) and entry.actual in (answers.kind, str(answers.status))
