"""Operations that are performed at one moment."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from contract.answers import Answer, Request
from contract.flows import EndedEarly, Flow, Outcome, finish, up_to_last
from contract.session import ANONYMOUS, Session
from contract.targets.model import Target
from suites.rig.raw import together


@dataclass(frozen=True)
class Call:
    """One operation to be performed in a race."""

    operation: str
    inputs: Mapping[str, Any]
    session: Session = ANONYMOUS


def race(
    target: Target,
    calls: Sequence[Call],
    send: Callable[[Request], Answer],
    heard: Callable[[Answer], None],
    *,
    stagger_s: float = 0.0,
) -> list[Outcome]:
    """
    Perform *calls* on *target* so that their last requests arrive at one moment; return what each came to.

    Earlier steps go through *send*, one call after another; a call that ends at one of them is not in the race, and its
    outcome is what it came to there. *heard* gets the answers of the race.
    """
    waiting: list[tuple[Flow, Request] | Outcome] = []
    for call in calls:
        try:
            waiting.append(up_to_last(target, call.operation, call.session, send, **call.inputs))
        except EndedEarly as early:
            waiting.append(early.outcome)
    racing = [each for each in waiting if not isinstance(each, Outcome)]
    answers = together([request for _, request in racing], target.transport, stagger_s=stagger_s)
    for answer in answers:
        heard(answer)
    arrived = iter(answers)
    return [each if isinstance(each, Outcome) else finish(each[0], next(arrived)) for each in waiting]
