"""Wrong answers under load, counted by requirement: the core's checks on what was asked for and did not come."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date

from contract import catalogue, document
from contract.answers import Answer, Kind
from contract.checks import (
    challenge,
    media_type_matches,
    no_internals,
    no_store,
    problem_details,
    request_id,
    retry_after,
    security_headers,
)
from contract.errors import ContractViolation
from contract.known_failures import match
from contract.masking import mask_text
from contract.results import Verdict, verdict_for_violation
from contract.schemas.judge import Judge, conforms
from contract.targets.model import KnownFailure, Target

RIGHT: dict[str, str] = {
    "loginUser": "LOGIN-01",
    "registerUser": "REG-01",
    "refreshToken": "SESS-01",
    "verifyMfa": "MFA-03",
}
"""The requirement that right input breaks by being refused."""

LONGEST_WAIT_S = 86_400
FIRST_OF_A_KIND = 20  # wrong answers of one operation, kind and status that are all checked; of later ones, samples
NO_VIOLATION = frozenset({Kind.THROTTLED, Kind.UNAVAILABLE, Kind.NO_ANSWER})
"""What a target may answer to right input when it cannot serve it; the budgets say how often."""

Key = tuple[str, str, str, int]
"""Requirement, operation, kind, status."""

CHECKS: Sequence[tuple[str, Callable[[Answer], bool], Callable[[Answer], object]]] = (
    ("AVAIL-02", lambda answer: answer.status == 503, lambda answer: retry_after(answer, at_most_s=LONGEST_WAIT_S)),
    ("ABUSE-02", lambda answer: answer.status == 429, lambda answer: retry_after(answer, at_most_s=LONGEST_WAIT_S)),
    ("HTTP-01", lambda answer: answer.status == 401, challenge),
    ("HTTP-12", lambda answer: bool(answer.body), media_type_matches),
    ("HTTP-13", lambda answer: answer.media_type == "application/problem+json", problem_details),
    ("HTTP-14", lambda answer: answer.status >= 400, no_internals),
    ("HTTP-15", lambda _: True, request_id),
    ("DATA-01", lambda answer: 200 <= answer.status < 300 and bool(answer.body), no_store),
    ("DATA-06", lambda _: True, security_headers),
)
"""What must hold of every answer, load or no load, and which answers it is about."""


@dataclass
class Wrongs:
    """
    The findings of one process.

    Every answer that is not what was asked for counts; the full checks run on one answer in *every*, and on the first
    of each kind of wrong one.
    """

    target: Target
    known: Sequence[KnownFailure]
    today: date
    every: int = 100
    found: Counter[Key] = field(default_factory=Counter)
    messages: dict[Key, str] = field(default_factory=dict)
    checked: int = 0
    _seen: int = 0
    _kinds: Counter[tuple[str, str, int]] = field(default_factory=Counter)
    _judge: Judge | None = None

    def look(self, operation: str, kind: Kind, answer: Answer, *, good: bool) -> bool:
        """Judge one answer to right input; return whether it is wrong and excused by a known failure."""
        self._seen += 1
        excused = False
        alike = 0
        if not good:
            self._kinds[operation, kind, answer.status] += 1
            alike = self._kinds[operation, kind, answer.status]
            if kind not in NO_VIOLATION:
                row = RIGHT[operation]
                self._count(row, operation, kind, answer.status, f"{operation} with right input is {kind}")
                excused = bool(match(self.known, row, operation, kind, answer.status, self.today))
        if answer.status and (0 < alike <= FIRST_OF_A_KIND or self._seen % self.every == 0):
            self._check(operation, kind, answer, good=good)
        return excused

    def _check(self, operation: str, kind: Kind, answer: Answer, *, good: bool) -> None:
        self.checked += 1
        for row, check in self._checks(operation, answer, good=good):
            try:
                check(answer)
            except ContractViolation as violation:
                self._count(row, operation, kind, answer.status, str(violation).splitlines()[0])

    def _checks(
        self, operation: str, answer: Answer, *, good: bool
    ) -> Iterator[tuple[str, Callable[[Answer], object]]]:
        yield from ((row, check) for row, relevant, check in CHECKS if relevant(answer))
        if self._judge is None and self.target.document is not None:
            self._judge = Judge(document.load(self.target.document))
        if good and (judge := self._judge) and operation in judge.document.operations:
            yield RIGHT[operation], lambda answer: conforms(answer, judge, operation)

    def _count(self, row: str, operation: str, kind: Kind, status: int, message: str) -> None:
        key = (row, operation, str(kind), status)
        self.found[key] += 1
        if key not in self.messages:
            self.messages[key] = mask_text(message)


@dataclass(frozen=True, slots=True)
class Finding:
    """Wrong answers that are alike. `known` is the reason of the entry that excuses them, "" where none does."""

    requirement: str
    operation: str
    kind: str
    status: int
    count: int
    message: str
    verdict: Verdict
    known: str = ""


def findings(
    found: Counter[Key], messages: dict[Key, str], target: Target, known: Sequence[KnownFailure], today: date
) -> list[Finding]:
    """Return what was counted, as findings, the failures first."""
    made = []
    for (row, operation, kind, status), count in sorted(found.items()):
        entry = match(known, row, operation, kind, status, today)
        weight = verdict_for_violation(catalogue.load()[row], target.profile, contract_in_force=target.speaks_contract)
        verdict = Verdict.KNOWN_FAILURE if entry else weight
        message = messages.get((row, operation, kind, status), "")
        reason = entry.reason if entry else ""
        made.append(Finding(row, operation, kind, status, count, message, verdict, reason))
    return sorted(made, key=lambda each: (each.verdict is not Verdict.FAIL, each.requirement))
