"""The tester among people: who registers, logs in and acts on one instance, and whose accounts that makes."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from typing import Any, TypeVar

from contract.answers import Answer, Kind
from contract.capture import capture
from contract.errors import NotTestable
from contract.flows import Outcome
from contract.secret import Secret
from contract.session import ANONYMOUS, Session
from contract.targets.model import Step, Target
from suites.rig.courtesy import Courtesy
from suites.rig.identities import Account, People
from suites.rig.journal import Journal
from suites.rig.judging import control, not_exercised
from suites.rig.races import Call
from suites.rig.voice import Mutate, Voice

__all__ = ["Api", "Call", "Mutate"]

T = TypeVar("T")

ISSUING = frozenset({"registerUser", "loginUser", "verifyMfa", "refreshToken"})
"""What gives tokens to whom it names, whoever's token the request had beside that."""
NO_STEP = Step("GET", "/")
"""What a step that captures nothing of its own leaves in a session is what any answer may leave there."""


class Api(Voice):
    """The voice on one instance, and *people* to speak as; each account is in the *journal* before it is made."""

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
        super().__init__(target, on_exchange, patient=patient, courtesy=courtesy)
        self.people = people
        self.made: list[Account] = []
        self._journal = journal
        self._announced: set[str] = set()
        self._existing: set[str] = set()
        self._signed_in: list[Account] = []
        self._shared: Account | None = None
        self._visitor: Account | None = None
        self._renewal_s = 0.0

    def _heard(self, answer: Answer) -> None:
        """Take along what any answer may renew, for the account whose token the request had."""
        super()._heard(answer)
        if "accessToken" not in self.target.scheme.renew or answer.request.operation in ISSUING:
            return
        field = answer.request.header(self.target.scheme.place.removeprefix("header:")) or ""
        for account in self._signed_in:
            token = account.session.access_token
            if token and field.rpartition(" ")[2] == token.reveal():  # however its scheme is spelt
                account.session = capture(self.target, NO_STEP, account.session, answer, Kind.UNRECOGNISED)

    def call(
        self, operation: str, session: Session = ANONYMOUS, *, mutate: Mutate | None = None, **inputs: Any
    ) -> Outcome:
        """Perform *operation* as any voice does; an account that this may make is journalled before, and counted."""
        if operation != "registerUser":
            return super().call(operation, session, mutate=mutate, **inputs)
        self._within_the_budget()
        email = inputs.get("email")
        if isinstance(email, str) and self.people.made(email) and email not in self._announced:
            self.announce(email)
        outcome = super().call(operation, session, mutate=mutate, **inputs)
        if isinstance(email, str) and outcome.kind is Kind.ACCEPTED and email not in self._existing:
            self._existing.add(email)
            self._journal.exists(self.target.base_url, email, str(outcome.session.values.get("userId", "")))
        return outcome

    def as_(self, account: Account, operation: str, *, mutate: Mutate | None = None, **inputs: Any) -> Outcome:
        """Perform *operation* as *account*, whose session is what the answer made of it."""
        outcome = self.call(operation, account.session, mutate=mutate, **inputs)
        account.session = outcome.session
        if operation == "verifyMfaSetup" and outcome.kind is Kind.ACCEPTED and account.otp:
            self.people.never_shown(account.otp, "a confirmed MFA secret")
        return outcome

    def register(self, account: Account, **inputs: Any) -> Outcome:
        """Register *account*; it is in the journal before the request goes out."""
        self.announce(account.email)
        inputs = {"email": account.email, "password": account.password, **inputs}
        outcome = self.call("registerUser", **inputs)
        if outcome.kind is Kind.ACCEPTED:
            account.user_id = str(outcome.session.values.get("userId", ""))
            self.made.append(account)
        return outcome

    def announce(self, email: str) -> None:
        """Write down that there may be an account of *email* soon, by whatever request."""
        self._announced.add(email)
        self._journal.intended(self.target.base_url, email)

    def race_to_register(self, email: str, passwords: Sequence[Secret]) -> list[Outcome]:
        """Register one address once for each of *passwords*, all at one moment."""
        self._within_the_budget()
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
            self._signed_in += [] if any(account is each for each in self._signed_in) else [account]
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
        if "registration" not in self.target.features:
            account = self.errands.prepared_account()
        else:
            account = self.people.person(self.target.profile)
            control(self.register(account))
        if signed_in:
            self.sign_in(account)
        return account

    def _within_the_budget(self) -> None:
        """End the test where a shared target was given all its accounts; room is kept for those that tests share."""
        if self.courtesy is None:
            return
        kept = 0 if self.founds else (self._shared is None) + (self._visitor is None)
        if self._journal.made + kept >= self.courtesy.accounts:
            not_exercised(f"this shared target was given its {self.courtesy.accounts} accounts; see --consent=HOST")

    def lend(self, account: Account) -> None:
        """Let *account*, which is as it was when it was registered, be the one that visitors of a shared target use."""
        self._visitor = account

    def visitor(self, *, signed_in: bool = True) -> Account:
        """
        Return an account for a test that reads, and begins and ends sessions of its own, and changes nothing else.

        That is a new one. A shared target is given one for all such tests, each of which has a login of its own: what
        the ones before did to their sessions does not matter, and where it cannot log in any more, another is made.

        Raises:
            NotTestable: the target refused a registration or a login.
        """
        if self.courtesy is None:
            return self.fresh_account(signed_in=signed_in)
        if self._visitor is not None and self.login(account := _anew(self._visitor)).kind is Kind.ACCEPTED:
            return account
        self._visitor = self.found(partial(self.fresh_account, signed_in=False))
        account = _anew(self._visitor)
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

        It is signed in anew once half the lifetime of its access token has passed, by the target's clock.
        """
        if self._shared is None:
            self._shared = self.found(self.fresh_account)
            self._renewal_s = self.now() + self.target.profile.access_lifetime_s / 2
        elif self.now() > self._renewal_s:
            self.found(partial(self.sign_in, self._shared))
            self._renewal_s = self.now() + self.target.profile.access_lifetime_s / 2
        return self._shared

    def found(self, make: Callable[[], T]) -> T:
        """Do what later tests build on too; its answers are kept in `founding`, for repro scripts."""
        self.founds = True
        try:
            return make()
        finally:
            self.founds = False

    def with_mfa(self, account: Account) -> Account:
        """Turn the second factor of *account* on, and confirm it."""
        setup = control(self.as_(account, "setupMfa"))
        account.enrolled(setup.session)
        code = account.unused_code(self.target.profile, self.now())
        control(self.as_(account, "verifyMfaSetup", code=code))
        return account


def _anew(account: Account) -> Account:
    """Return *account* as somebody has it who has just come: without a session."""
    return replace(account, session=Session())
