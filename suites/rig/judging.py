"""The words in which a test judges: what must hold, what was only the control, what could not be found out."""

from __future__ import annotations

from typing import NoReturn

import pytest

from contract.answers import Answer, Kind
from contract.errors import ContractViolation, NotTestable
from contract.flows import Outcome

NOT_APPLICABLE = "not applicable"
NOT_EXERCISED = "not exercised"
NOT_REACHED = "not reached"
UNDECIDED = "undecided"

ENDED = ("connection closed", "connection lost", "connection reset", "broken pipe")
"""How the drivers begin to say that the other side ended the connection."""


class Advice(ContractViolation):
    """The answer is tolerated, and not what it should be: a warning, whatever the requirement's level."""


def not_applicable(why: str) -> NoReturn:
    """End the test: the target does not claim what the requirement is about."""
    pytest.skip(f"{NOT_APPLICABLE}: {why}")


def not_exercised(why: str) -> NoReturn:
    """End the test: no facility was declared that could show it, or there is no time."""
    pytest.skip(f"{NOT_EXERCISED}: {why}")


def not_reached(why: str) -> NoReturn:
    """End the test: something that another requirement is about stands in the way."""
    pytest.skip(f"{NOT_REACHED}: {why}")


def undecided(why: str) -> NoReturn:
    """End the test: noise, too few samples, or throttled past the time given."""
    pytest.skip(f"{UNDECIDED}: {why}")


def described(answer: Answer) -> str:
    """Say in a few words what came back: the status and, for problem details, the type."""
    if not answer.status:
        return answer.fault or "no answer"
    document = answer.json()
    kind = document.get("type") if isinstance(document, dict) else None
    return f"{answer.status} {kind}" if isinstance(kind, str) else str(answer.status)


def hung_up(answer: Answer) -> bool:
    """Whether the target ended the connection in place of an answer; running out of time is not that."""
    return not answer.status and any(words in answer.fault for words in ENDED)


def control(outcome: Outcome, *kinds: Kind) -> Outcome:
    """
    Return *outcome* if it is of one of *kinds* (accepted, unless said otherwise).

    A refusal counts only beside its accepted twin.

    Raises:
        NotTestable: the twin was refused, so that a refusal in the same test would prove nothing.
    """
    wanted = kinds or (Kind.ACCEPTED,)
    if outcome.kind not in wanted:
        operation = outcome.answer.request.operation
        raise NotTestable(
            f"the control {operation} should be {' or '.join(wanted)}, and was {outcome.kind} "
            f"({described(outcome.answer)})"
        )
    return outcome


def expect(outcome: Outcome, *kinds: Kind, because: str = "") -> Outcome:
    """
    Return *outcome* if it is of one of *kinds*.

    Raises:
        ContractViolation: it is of another kind; *because* says in a few words what was sent.
    """
    if outcome.kind not in kinds:
        answer = outcome.answer
        raise ContractViolation(
            f"{answer.request.operation}{f' with {because}' if because else ''} is {outcome.kind}",
            expected=" or ".join(kinds),
            actual=f"{outcome.kind} ({described(answer)})",
            answer=answer,
        )
    return outcome


def never(outcome: Outcome, *kinds: Kind, because: str = "") -> Outcome:
    """
    Return *outcome* if it is of none of *kinds* (accepted, challenged, unless said otherwise), and no server error.

    Raises:
        ContractViolation: it is, or nothing came back: silence refuses nothing.
    """
    unwanted = kinds or (Kind.ACCEPTED, Kind.CHALLENGED)
    answer = outcome.answer
    if outcome.kind in unwanted or answer.status >= 500 or not answer.status:
        raise ContractViolation(
            f"{answer.request.operation}{f' with {because}' if because else ''} is {outcome.kind}",
            expected=f"a refusal, neither {' nor '.join(unwanted)} nor a server error",
            actual=f"{outcome.kind} ({described(answer)})",
            answer=answer,
        )
    return outcome


def survived(outcome: Outcome, *, because: str = "") -> Outcome:
    """
    Return *outcome* if there was an answer, and no server error.

    Raises:
        ContractViolation: there was none, or it is one.
    """
    answer = outcome.answer
    if not answer.status or answer.status >= 500:
        raise ContractViolation(
            f"{answer.request.operation}{f' with {because}' if because else ''} is {outcome.kind}",
            expected="an answer that is no server error",
            actual=f"{outcome.kind} ({described(answer)})",
            answer=answer,
        )
    return outcome


def refused_as(kind: Kind, outcome: Outcome, *, because: str = "", over_long: bool = False) -> Outcome:
    """
    Return *outcome* if it is of *kind*.

    Where what was sent is *over_long*, a server may also not read it: 431, or the connection closed.

    Raises:
        ContractViolation: it is a success, a server error, or nothing came back.
        Advice: it is another refusal.

    Source of 431: RFC 6585 section 5.
    """
    if over_long and (outcome.answer.status == 431 or hung_up(outcome.answer)):
        return outcome
    never(outcome, because=because)
    if outcome.kind is not kind:
        raise Advice(
            f"{outcome.answer.request.operation}{f' with {because}' if because else ''} is refused as {outcome.kind}",
            expected=str(kind),
            actual=f"{outcome.kind} ({described(outcome.answer)})",
            answer=outcome.answer,
        )
    return outcome
