"""The status code."""

from __future__ import annotations

from contract.answers import Answer
from contract.checks.violation import shown, violation


def status(answer: Answer, first: int, *others: int) -> Answer:
    """Return *answer* if its status is one of those listed. Alternatives are listed, never ranged."""
    allowed = (first, *others)
    if answer.status not in allowed:
        raise violation(
            answer,
            "another status was expected" if answer.status else "nothing came back",
            expected=" or ".join(map(str, allowed)),
            actual=_told(answer),
        )
    return answer


def _told(answer: Answer) -> str:
    """Say what came back; the body only of errors, since others hold tokens."""
    if not answer.status:
        return f"no answer: {shown(answer.fault or 'no reason known')}"
    if answer.status < 400 or not answer.body:
        return str(answer.status)
    return f"{answer.status} {shown(answer.body.decode('utf-8', 'replace'))}"
