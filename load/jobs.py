"""What one arrival does: an operation of the contract with right input, as the target's file spells it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Protocol

from contract.answers import Answer, Kind, Request
from contract.classify import classify
from contract.encoding import wants_csrf
from contract.flows import Outcome, drive, perform
from contract.session import ANONYMOUS, Session
from contract.targets.model import Target
from load.pools import Accounts, Names, Sessions
from suites.rig.identities import Account

Sends = Callable[[Request, bytes], Answer]


@dataclass(frozen=True, slots=True)
class Done:
    """One operation: `answer` is the one that is judged, `sent_at_s` (monotonic) when its first request was sent."""

    operation: str
    kind: Kind
    good: bool
    answer: Answer
    sent_at_s: float


class Job(Protocol):
    """How the arrivals of one operation are served."""

    def take(self) -> Any:
        """Return what an arrival needs, waiting for it where it is in use. Raises Exhausted."""

    def run(self, taken: Any) -> list[Done]:
        """Perform the operation; more than one where it leads to another."""


@dataclass
class Login:
    """Logins with right passwords, and the second factor where the target asks for it."""

    target: Target
    accounts: Accounts
    send: Sends
    now: Callable[[], float]
    encode: Callable[[Request], bytes]
    _prepared: dict[str, tuple[Request, bytes]] = field(default_factory=dict)

    def take(self) -> tuple[Account, Any]:
        """Return an account, and the code for it where it has a second factor."""
        now_s = self.now()
        account = self.accounts.take(now_s)
        return account, account.unused_code(self.target.profile, now_s) if account.otp else None

    def run(self, taken: tuple[Account, Any]) -> list[Done]:
        """Log in."""
        account, code = taken
        if code is None and (plain := self._plain(account)):
            answer = self.send(*plain)
            kind = classify(self.target, "loginUser", answer)
            return [Done("loginUser", kind, kind is Kind.ACCEPTED, answer, answer.sent_at_s)]
        outcome = drive(
            perform(self.target, "loginUser", password=account.password, **who(account)),
            lambda request: self.send(request, b""),
        )
        due = code is not None and outcome.kind is Kind.CHALLENGED
        first = _done("loginUser", outcome, good=due or outcome.kind is Kind.ACCEPTED)
        if not due:
            return [first]
        second = drive(
            perform(self.target, "verifyMfa", outcome.session, sessionToken=outcome.session.challenge, code=code),
            lambda request: self.send(request, b""),
        )
        return [first, _done("verifyMfa", second, good=second.kind is Kind.ACCEPTED)]

    def _plain(self, account: Account) -> tuple[Request, bytes] | None:
        """Return the request of a login of one step, encoded once for each account; None where it takes more."""
        key = account.email or str(account.session.values["username"])
        if key not in self._prepared:
            steps = self.target.operations["loginUser"].steps
            if len(steps) > 1 or wants_csrf(self.target, steps[0], ANONYMOUS):
                return None
            request = next(perform(self.target, "loginUser", password=account.password, **who(account)))
            self._prepared[key] = (request, self.encode(request))
        return self._prepared[key]


@dataclass
class Registration:
    """Registrations of addresses that nobody has."""

    target: Target
    names: Names
    send: Sends

    def take(self) -> str:
        """Return an address."""
        return self.names.take()

    def run(self, taken: str) -> list[Done]:
        """Register it."""
        outcome = drive(
            perform(self.target, "registerUser", email=taken, password=self.names.password),
            lambda request: self.send(request, b""),
        )
        if outcome.kind is Kind.ACCEPTED:
            self.names.made.append((taken, str(outcome.session.values.get("userId", ""))))
        return [_done("registerUser", outcome, good=outcome.kind is Kind.ACCEPTED)]


@dataclass
class Refresh:
    """Refreshes of sessions, each with the token that the one before it gave."""

    target: Target
    sessions: Sessions
    send: Sends

    def take(self) -> Session:
        """Return a session that nobody else is refreshing."""
        return self.sessions.take()

    def run(self, taken: Session) -> list[Done]:
        """Exchange its token; a session whose exchange failed is lost, unless the target was only unavailable."""
        kept: Session | None = None
        try:
            outcome = drive(
                perform(self.target, "refreshToken", taken, refreshToken=taken.refresh_token),
                lambda request: self.send(request, b""),
            )
            if outcome.kind is Kind.ACCEPTED:
                kept = outcome.session
            elif outcome.kind in (Kind.THROTTLED, Kind.UNAVAILABLE):  # nothing was used up: AVAIL-13
                kept = taken
        finally:
            self.sessions.give_back(kept)
        return [_done("refreshToken", outcome, good=outcome.kind is Kind.ACCEPTED)]


def who(account: Account) -> dict[str, object]:
    """Return how *account* says who it is; without a user name of its own, one is made from the address."""
    said: dict[str, object] = {"email": account.email} if account.email else {}
    if name := account.session.values.get("username"):
        said["username"] = name
    return said


def _done(operation: str, outcome: Outcome, *, good: bool) -> Done:
    return Done(operation, outcome.kind, good, outcome.answer, outcome.answers[0].sent_at_s)
