"""The tester's voice: operations of the contract, performed on one instance with whatever session."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from contract.answers import Answer, Kind, Request
from contract.encoding import encode
from contract.flows import Flow, Outcome, finish, perform, up_to_last
from contract.session import ANONYMOUS, Session
from contract.targets.model import Step, Target
from suites.rig.client import Client
from suites.rig.conversation import in_step
from suites.rig.courtesy import Courtesy
from suites.rig.errands import Errands
from suites.rig.judging import undecided
from suites.rig.patience import LONGEST_WAIT_S, wait_asked_for
from suites.rig.races import Call, race
from suites.rig.raw import send_raw

Mutate = Callable[[Request], Request]


class Voice:
    """
    Performs operations on one instance and hands every answer to the recorder.

    *patient*: a 429 is waited out and the operation repeated, as a well-behaved client would; rows about throttles are
    not patient. `founding` are the answers on which later tests build, kept while `founds` is true.
    """

    def __init__(
        self,
        target: Target,
        on_exchange: Callable[[Answer], None],
        *,
        patient: bool = True,
        courtesy: Courtesy | None = None,
    ) -> None:
        self.target = target
        self.patient = patient
        self.founding: list[Answer] = []
        self.founds = False
        self.courtesy = courtesy
        self.clock_offset_s = 0.0
        self.errands = Errands(target)
        self._on_exchange = on_exchange
        before = courtesy.before_request if courtesy else lambda: None
        self._client = Client(target.transport, on_exchange=self._heard, before=before)

    def _heard(self, answer: Answer) -> None:
        if self.founds:
            self.founding.append(answer)
        self._on_exchange(answer)
        if self.courtesy:
            self.courtesy.heard(answer)

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    def now(self) -> float:
        """Return the target's Unix time, as far as it is known; codes and expiry are reckoned by it."""
        return time.time() + self.clock_offset_s

    def call(
        self, operation: str, session: Session = ANONYMOUS, *, mutate: Mutate | None = None, **inputs: Any
    ) -> Outcome:
        """
        Perform *operation* with *session* and the inputs, in contract words; return what it came to.

        *mutate* changes the request of the last step before it is sent.
        """
        inputs = self.errands.completed(operation, inputs)
        outcome = self._client.run(perform(self.target, operation, session, mutate=mutate, **inputs))
        waited_s = 0.0
        while outcome.kind is Kind.THROTTLED and self.patient:
            waited_s += (wait_s := wait_asked_for(outcome.answer))
            if waited_s > LONGEST_WAIT_S:
                undecided(f"{operation} is throttled for {waited_s:.0f} s")
            time.sleep(wait_s)
            outcome = self._client.run(perform(self.target, operation, session, mutate=mutate, **inputs))
        self.errands.settle(self.run, operation, outcome, inputs)
        return outcome

    def run(self, flow: Flow) -> Outcome:
        """Perform a flow that is no operation of the contract, such as an errand."""
        return self._client.run(flow)

    def send(self, request: Request) -> Answer:
        """Send one request as it stands."""
        return self._client.send(request)

    def ask(self, method: str, path: str, session: Session = ANONYMOUS, *, operation: str = "") -> Answer:
        """Send *method* to *path*, which is below the base URL, without a body and with the token of *session*."""
        step = Step(method, path, "none", auth="session")
        return self.send(encode(self.target, step, session, {}, operation=operation))

    def answers(self, request: Request) -> bool:
        """Whether anything comes back to *request*; not recorded."""
        return send_raw(request, self.target.transport).status != 0

    def send_raw(self, request: Request, *, data: bytes | None = None) -> Answer:
        """Send what httpx would refuse, over a connection of its own."""
        self._client.pace()
        answer = send_raw(request, self.target.transport, data=data)
        self._heard(answer)
        return answer

    def call_raw(self, operation: str, session: Session = ANONYMOUS, *, mutate: Mutate, **inputs: Any) -> Outcome:
        """Perform *operation* as `call` does; its last request, changed by *mutate*, is one that httpx would refuse."""
        inputs = self.errands.completed(operation, inputs)
        flow, request = up_to_last(self.target, operation, session, self._client.send, mutate=mutate, **inputs)
        return finish(flow, self.send_raw(request))

    def in_step(
        self,
        operation: str,
        session: Session,
        then: Request,
        *,
        mutate: Mutate = lambda request: request,
        **inputs: Any,
    ) -> tuple[Outcome, Answer | None]:
        """
        Perform *operation*, and send *then* on the connection of its last request; None where that was closed.

        An answer whose framing is wrong shows in the second: of status 0, since it does not begin where it should.
        """
        inputs = self.errands.completed(operation, inputs)
        flow, request = up_to_last(self.target, operation, session, self._client.send, mutate=mutate, **inputs)
        self._client.pace()
        first, second = in_step(request, then, self.target.transport)
        for answer in (first, second):
            if answer is not None:
                self._heard(answer)
        return finish(flow, first), second

    def race(self, calls: Sequence[Call], *, stagger_s: float = 0.0) -> list[Outcome]:
        """
        Perform all *calls* so that their last requests arrive at one moment, each over a connection of its own.

        Earlier steps of a flow are performed one after another before; who is refused at one does not take part.
        """
        given = [replace(call, inputs=self.errands.completed(call.operation, call.inputs)) for call in calls]
        outcomes = race(self.target, given, self._client.send, self._heard, stagger_s=stagger_s)
        for call, outcome in zip(given, outcomes, strict=True):
            self.errands.settle(self.run, call.operation, outcome, call.inputs)
        return outcomes
