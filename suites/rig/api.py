"""The tester's voice: operations of the contract, performed on one instance as somebody or as nobody."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from typing import Any, TypeVar

from contract.answers import Answer, Kind, Request
from contract.encoding import encode
from contract.errors import NotTestable
from contract.flows import Flow, Outcome, finish, perform, up_to_last
from contract.secret import Secret
from contract.session import ANONYMOUS, Session
from contract.targets.model import Step, Target
from suites.rig.client import Client
from suites.rig.conversation import in_step
from suites.rig.courtesy import Courtesy
from suites.rig.errands import Errands
from suites.rig.identities import Account, People
from suites.rig.journal import Journal
from suites.rig.judging import control, not_exercised, undecided
from suites.rig.patience import LONGEST_WAIT_S, wait_asked_for
from suites.rig.races import Call, race
from suites.rig.raw import send_raw

T = TypeVar("T")
Mutate = Callable[[Request], Request]


class Api:
    """
    Performs operations on one instance and hands every answer to the recorder.

    *patient*: a 429 is waited out and the operation repeated, as a well-behaved client would; rows about throttles are
    not patient.
    """

    def __init__(
        self,
        target: Target,
        people: People,
        journal: Journal,
        on_exchange: Callable[[Answer], None],
        *,
        patient: bool = True,
        courtesy: Courtesy | None = None,
    ) -> None:
        self.target = target
        self.people = people
        self.patient = patient
        self.founding: list[Answer] = []
        self._on_exchange = on_exchange
        self._founds = False
        self._journal = journal
        self._courtesy = courtesy
        before = courtesy.before_request if courtesy else lambda: None
        self._client = Client(target.transport, on_exchange=self._heard, before=before)
        self._shared: Account | None = None
        self._renewal_s = 0.0
        self.clock_offset_s = 0.0
        self.errands = Errands(target)
        self.made: list[Account] = []

    def _heard(self, answer: Answer) -> None:
        if self._founds:
            self.founding.append(answer)
        self._on_exchange(answer)
        if self._courtesy:
            self._courtesy.heard(answer)

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    def now(self) -> float:
        """Return the target's Unix time, as far as it is known; codes and expiry are reckoned by it."""
        return time.time() + self.clock_offset_s

    # -- performing

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

    def as_(self, account: Account, operation: str, *, mutate: Mutate | None = None, **inputs: Any) -> Outcome:
        """Perform *operation* as *account*, whose session is what the answer made of it."""
        outcome = self.call(operation, account.session, mutate=mutate, **inputs)
        account.session = outcome.session
        if operation == "verifyMfaSetup" and outcome.kind is Kind.ACCEPTED and account.otp:
            self.people.never_shown(account.otp, "a confirmed MFA secret")
        return outcome

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

    # -- people

    def register(self, account: Account, **inputs: Any) -> Outcome:
        """Register *account*; it is in the journal before the request goes out."""
        self._journal.intended(self.target.base_url, account.email)
        inputs = {"email": account.email, "password": account.password, **inputs}
        outcome = self.call("registerUser", **inputs)
        if outcome.kind is Kind.ACCEPTED:
            account.user_id = str(outcome.session.values.get("userId", ""))
            self.made.append(account)
            self._journal.exists(self.target.base_url, account.email, account.user_id)
        return outcome

    def announce(self, email: str) -> None:
        """Write down that there may be an account of *email* soon, by whatever request."""
        self._journal.intended(self.target.base_url, email)

    def race_to_register(self, email: str, passwords: Sequence[Secret]) -> list[Outcome]:
        """Register one address once for each of *passwords*, all at one moment."""
        self.announce(email)
        outcomes = self.race([Call("registerUser", {"email": email, "password": each}) for each in passwords])
        if made := [each for each in outcomes if each.kind is Kind.ACCEPTED]:
            self._journal.exists(self.target.base_url, email, str(made[0].session.values.get("userId", "")))
        return outcomes

    def login(self, account: Account, **inputs: Any) -> Outcome:
        """Log *account* in with its password, or with what *inputs* say in place of it; its session begins anew."""
        outcome = self.call("loginUser", **{"email": account.email, "password": account.password, **inputs})
        if outcome.kind in (Kind.ACCEPTED, Kind.CHALLENGED):
            account.session = outcome.session
            account.user_id = account.user_id or str(outcome.session.values.get("userId", ""))
        return outcome

    def refresh(self, account: Account) -> Outcome:
        """Exchange the account's refresh token for a new pair, which the account then holds."""
        return self.as_(account, "refreshToken")

    def refresh_with(self, session: Session) -> Outcome:
        """Present the refresh token of *session*, whatever it is worth by now."""
        return self.call("refreshToken", session)

    def outlive_the_grace(self) -> None:
        """Wait until a spent refresh token has no grace left, where the profile grants one."""
        kind, _, seconds = self.target.profile.refresh_replay.partition(":")
        if kind == "grace":
            time.sleep(float(seconds) + 1)

    def id_of(self, account: Account) -> str:
        """
        Return the id of *account*, which must be signed in: as an answer has told it, or else as its profile does.

        Raises:
            NotTestable: nothing that the target file captures says it.
        """
        if not account.user_id and "getCurrentUser" in self.target.operations:
            profile = control(self.as_(account, "getCurrentUser"))
            account.user_id = str(profile.session.values.get("userId", ""))
        if not account.user_id:
            raise NotTestable(
                "no answer says a user's id: give [operations.getCurrentUser] capture = { userId = PLACE } "
                "in the target file"
            )
        return account.user_id

    def with_token(self, account: Account, token: Secret) -> Outcome:
        """Read the profile with *token* in place of the account's access token."""
        return self.call("getCurrentUser", replace(account.session, access_token=token))

    def fresh_account(self, *, signed_in: bool = True) -> Account:
        """
        Return a new account, registered and (unless told otherwise) logged in.

        Raises:
            NotTestable: the target refused either.
        """
        if self._courtesy and self._journal.made >= self._courtesy.accounts:
            not_exercised(f"this shared target was given its {self._courtesy.accounts} accounts; see --consent=HOST")
        if "registration" not in self.target.features:
            account = self.errands.prepared_account()
        else:
            account = self.people.person(self.target.profile)
            control(self.register(account))
        if signed_in:
            self.sign_in(account)
        return account

    def sign_in(self, account: Account) -> Outcome:
        """Log *account* in, with its second factor where it has one. Raises NotTestable where that is refused."""
        outcome = self.login(account)
        if outcome.kind is Kind.CHALLENGED and account.otp is not None:
            code = account.unused_code(self.target.profile, self.now())
            outcome = self.as_(account, "verifyMfa", code=code)
        return control(outcome)

    def shared_account(self) -> Account:
        """
        Return the account of this worker that harmless tests share; it is never locked, renamed or logged out.

        It is signed in anew once half the lifetime of its access token has passed.
        """
        if self._shared is None:
            self._shared = self.found(self.fresh_account)
            self._renewal_s = time.monotonic() + self.target.profile.access_lifetime_s / 2
        elif time.monotonic() > self._renewal_s:
            self.found(partial(self.sign_in, self._shared))
            self._renewal_s = time.monotonic() + self.target.profile.access_lifetime_s / 2
        return self._shared

    def found(self, make: Callable[[], T]) -> T:
        """Do what later tests build on too; its answers are kept in `founding`, for repro scripts."""
        self._founds = True
        try:
            return make()
        finally:
            self._founds = False

    def with_mfa(self, account: Account) -> Account:
        """Turn the second factor of *account* on, and confirm it."""
        setup = control(self.as_(account, "setupMfa"))
        account.enrolled(setup.session)
        code = account.unused_code(self.target.profile, self.now())
        control(self.as_(account, "verifyMfaSetup", code=code))
        return account
