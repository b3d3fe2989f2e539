"""From what a test did under pytest to a judgement: whose fault it is, how much it weighs, and how it reads."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import pytest

from contract.answers import Answer, Kind
from contract.catalogue import Requirement
from contract.classify import classify
from contract.errors import ContractViolation, NotTestable
from contract.known_failures import match
from contract.masking import mask_exchange, mask_text
from contract.results.events import Judgement
from contract.results.verdict import Verdict, verdict_for_violation, why_warning
from contract.targets.model import KnownFailure, Target
from suites.rig.judging import NOT_APPLICABLE, NOT_EXERCISED, NOT_REACHED, UNDECIDED, Advice
from suites.rig.launch import TargetGone

SKIPS = {
    NOT_APPLICABLE: Verdict.NOT_APPLICABLE,
    NOT_EXERCISED: Verdict.NOT_EXERCISED,
    NOT_REACHED: Verdict.NOT_REACHED,
    UNDECIDED: Verdict.UNDECIDED,
}
EXCHANGES_KEPT = 12  # of a failed test: the last ones, the one at fault among them


@dataclass(frozen=True, slots=True)
class Judge:
    """What turns violations into judgements: the target, and the known failures of its file and of the options."""

    target: Target
    known_failures: tuple[KnownFailure, ...]
    today: date

    def passed(self, row: Requirement, test: str) -> Judgement:
        """Return the judgement of a test that found nothing."""
        return Judgement(row.id, Verdict.PASS, level=row.level, test=test)

    def skipped(self, row: Requirement, test: str, reason: str) -> Judgement:
        """Return the judgement of a test that was skipped; *reason* begins with the outcome."""
        outcome, _, why = reason.partition(": ")
        verdict = SKIPS.get(outcome, Verdict.NOT_EXERCISED)
        return Judgement(row.id, verdict, level=row.level, test=test, message=why or reason)

    def untestable(self, row: Requirement, test: str, error: NotTestable, exchanges: Sequence[Answer]) -> Judgement:
        """Return the judgement of a test whose control was refused, or whose facility does not work."""
        return self._judgement(row, test, Verdict.UNTESTABLE, mask_text(str(error)), exchanges=exchanges)

    def violated(
        self, row: Requirement, test: str, violation: AssertionError, exchanges: Sequence[Answer] = ()
    ) -> Judgement:
        """Return the judgement of a violation: a failure, a warning, or a known failure in its scope."""
        expected, actual, answer, story, again = "", "", None, (), ""
        if isinstance(violation, ContractViolation):
            expected, actual, answer = violation.expected, violation.actual, violation.answer
            story, again = tuple(mask_text(each) for each in violation.story), violation.again
        answer = answer or (exchanges[-1] if exchanges else None)
        operation = answer.request.operation if answer else ""
        kind = classify(self.target, operation, answer) if answer and operation else Kind.UNRECOGNISED
        status = answer.status if answer else 0
        entry = match(self.known_failures, row.id, operation, kind, status, self.today)
        if entry:
            verdict = Verdict.KNOWN_FAILURE
        elif isinstance(violation, Advice):
            verdict = Verdict.WARN
        else:
            verdict = verdict_for_violation(row, self.target.profile, contract_in_force=self.target.speaks_contract)
        return self._judgement(
            row,
            test,
            verdict,
            mask_text(first_line(violation)),
            expected=mask_text(expected),
            actual=mask_text(actual),
            operation=operation,
            kind=str(kind),
            status=status,
            known_failure=entry,
            story=story,
            again=again,
            exchanges=shown(exchanges, answer),
        )

    def why_it_only_warns(self, row: Requirement) -> str:
        """Say why a violation of *row* is no failure here; "" where it is one."""
        return why_warning(row, self.target.profile, contract_in_force=self.target.speaks_contract)

    def _judgement(
        self,
        row: Requirement,
        test: str,
        verdict: Verdict,
        message: str,
        *,
        exchanges: Sequence[Answer],
        **more: object,
    ) -> Judgement:
        masked = tuple(mask_exchange(answer) for answer in exchanges)
        return Judgement(row.id, verdict, level=row.level, test=test, message=message, exchanges=masked, **more)  # type: ignore[arg-type]


def first_line(error: BaseException) -> str:
    """Return the first line of what *error* says, or its kind where it says nothing; what each of a group says last."""
    lines = str(error).strip().splitlines()
    if isinstance(error, BaseExceptionGroup):
        each = dict.fromkeys(str(inner).strip().rpartition("\n")[2] for inner in error.exceptions)
        lines[:1] = [f"{lines[0]}: {'; '.join(each)}"]
    return lines[0] if lines else type(error).__name__


def shown(exchanges: Sequence[Answer], at_fault: Answer | None) -> list[Answer]:
    """Return the last exchanges up to and with the one at fault."""
    upto = list(exchanges)
    if at_fault is not None:
        places = [place for place, each in enumerate(upto) if each is at_fault]
        upto = upto[: places[-1] + 1] if places else [*upto, at_fault]
    return upto[-EXCHANGES_KEPT:]


def is_skip(error: BaseException) -> bool:
    """Whether *error* is pytest's way of ending a test without a verdict."""
    return isinstance(error, pytest.skip.Exception)


def is_ours(error: BaseException) -> bool:
    """Whether *error* speaks of the target or of a facility; every other one is a fault of the harness."""
    return isinstance(error, AssertionError | NotTestable | TargetGone) or is_skip(error)
