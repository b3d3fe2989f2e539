"""Operations as flows: pure generators that yield requests, are sent answers, and return what it came to."""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from contract.answers import Answer, Kind, Request
from contract.capture import capture, signed_out
from contract.classify import classify
from contract.encoding import encode, wants_csrf
from contract.errors import HarnessError, NotTestable
from contract.fill import filled
from contract.secret import Secret
from contract.session import ANONYMOUS, Session
from contract.targets.model import Errand, Step, Target
from contract.words import INPUTS, Inputs, refuse_strays, values_for


@dataclass(frozen=True, slots=True)
class Outcome:
    """
    What a flow came to.

    `answer` is the last answer, the one that is judged, and `kind` its kind; `answers` are all of them, in order.
    `session` is the identity's state after the last one.
    """

    kind: Kind
    session: Session
    answer: Answer
    answers: tuple[Answer, ...]


Flow = Generator[Request, Answer, Outcome]


def perform(
    target: Target,
    operation_id: str,
    session: Session = ANONYMOUS,
    *,
    mutate: Callable[[Request], Request] | None = None,
    extra: Mapping[str, Any] | None = None,
    at_last: Callable[[Request], Request] | None = None,
    **inputs: Any,
) -> Flow:
    """
    Perform one operation of the contract as *target* spells it.

    The steps run in order; each one's captures are there for the next. The flow ends early where a step's answer is
    of a kind on which the target file does not go on.

    Args:
        target: Where, and in which words.

        operation_id: The contract's name of the operation.

        session: Who asks. A login begins without that session's tokens and leaves it its cookies.

        mutate: Changes a request before it is sent, for what a well-formed one cannot say: that of the step
            that sends most inputs of the contract's; one may follow that only consents.

        extra: Further values by place ("/role", "query:debug"), for the same step.

        at_last: Changes the request of the last step, whatever that sends.

        inputs: By contract word: any JSON value, a Secret, OMIT to leave the word out, or a function without
            arguments that is called when the word's step is due.

    Raises:
        HarnessError: The target file lacks the operation, or an input is missing, unknown or goes nowhere.
    """
    operation = target.operations.get(operation_id)
    if operation is None:
        raise HarnessError(f"{target.name}: no way to {operation_id}: there is no [operations.{operation_id}].")
    refuse_strays(target, operation_id, operation.steps, inputs)
    begin = signed_out(session) if operation_id == "loginUser" else session
    outcome = yield from _walk(
        target, operation_id, operation.steps, begin, inputs, mutate=mutate, extra=extra, at_last=at_last
    )
    if operation_id == "logoutUser" and outcome.kind is Kind.ACCEPTED:
        return replace(outcome, session=signed_out(outcome.session))
    if outcome.kind is Kind.CHALLENGED:
        return replace(outcome, session=_remembering(outcome.session, inputs))
    return outcome


def run_errand(target: Target, errand: Errand, session: Session = ANONYMOUS, **inputs: Any) -> Flow:
    """Do what the target file says beside the contract, such as activating an account; as `perform`."""
    return (yield from _walk(target, "", errand.steps, session, inputs))


def drive(flow: Flow, send: Callable[[Request], Answer]) -> Outcome:
    """Run *flow* to its end, each of its requests through *send*."""
    request = _advance(flow, None)
    while isinstance(request, Request):
        request = _advance(flow, send(request))
    return request


class EndedEarly(NotTestable):
    """A flow ended before its last step; `outcome` is what it came to."""

    def __init__(self, operation_id: str, outcome: Outcome) -> None:
        super().__init__(f"{operation_id} came to an end before its last step: {outcome.kind}.")
        self.outcome = outcome


def up_to_last(
    target: Target,
    operation_id: str,
    session: Session,
    send: Callable[[Request], Answer],
    *,
    mutate: Callable[[Request], Request] = lambda request: request,
    **inputs: Any,
) -> tuple[Flow, Request]:
    """
    Perform an operation up to its last step; return the flow with the request that it wants answered now.

    So several flows can be brought to the point where their last requests go out at one moment.

    Raises:
        EndedEarly: An earlier step ended the flow.
    """
    due: list[Request] = []

    def last(request: Request) -> Request:
        due.append(mutate(request))
        return due[0]

    flow = perform(target, operation_id, session, at_last=last, **inputs)
    waiting = _advance(flow, None)
    while isinstance(waiting, Request) and not due:
        waiting = _advance(flow, send(waiting))
    if isinstance(waiting, Outcome):
        raise EndedEarly(operation_id, waiting)
    return flow, waiting


def finish(flow: Flow, answer: Answer) -> Outcome:
    """Give a flow that `up_to_last` has returned its last answer; return what it came to."""
    outcome = _advance(flow, answer)
    assert isinstance(outcome, Outcome), "there is no step after the last one"
    return outcome


def _advance(flow: Flow, answer: Answer | None) -> Request | Outcome:
    try:
        return next(flow) if answer is None else flow.send(answer)
    except StopIteration as end:
        outcome: Outcome = end.value
        return outcome


def _walk(
    target: Target,
    operation_id: str,
    steps: tuple[Step, ...],
    session: Session,
    inputs: Mapping[str, Any],
    *,
    mutate: Callable[[Request], Request] | None = None,
    extra: Mapping[str, Any] | None = None,
    at_last: Callable[[Request], Request] | None = None,
) -> Flow:
    varied = _last_with_inputs(operation_id, steps)
    answers: list[Answer] = []
    kind = Kind.NO_ANSWER
    for step in steps:
        if wants_csrf(target, step, session):
            page = Step("GET", target.scheme.csrf_from, "none")
            answers.append((yield encode(target, page, session, {})))
            session = capture(target, page, session, answers[-1], Kind.ACCEPTED)
        more = filled(target, step, inputs.get("email")) if operation_id == "registerUser" else {}
        if step is varied:
            more |= extra or {}
        values = values_for(target, operation_id, step, session, inputs)
        request = encode(target, step, session, values, operation=operation_id, extra=more)
        if mutate and step is varied:
            request = mutate(request)
        if at_last and step is steps[-1]:
            request = at_last(request)
        answer = yield request
        answers.append(answer)
        kind = classify(target, operation_id, answer, step)
        session = capture(target, step, session, answer, kind)
        if kind not in step.then:
            break
    return Outcome(kind, session, answers[-1], tuple(answers))


def _last_with_inputs(operation_id: str, steps: Sequence[Step]) -> Step:
    """Return the step that sends most inputs of the contract's, the last of several: others only ask or consent."""
    inputs = INPUTS.get(operation_id, Inputs())
    said = [len((inputs.needs | inputs.may) & step.send.keys()) for step in steps]
    return steps[max(range(len(steps)), key=lambda number: (said[number], number))]


def _remembering(session: Session, inputs: Mapping[str, Any]) -> Session:
    """Keep what was typed in: some targets ask for it once more beside the code of the second factor."""
    typed = {word: inputs[word] for word in ("email", "username", "password") if word in inputs}
    hidden = {
        word: Secret(value) if word == "password" and isinstance(value, str) else value for word, value in typed.items()
    }
    return replace(session, values={**session.values, **hidden})
