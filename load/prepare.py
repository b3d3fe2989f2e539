"""Before the clock starts: accounts, sessions and names of one process, so that arrivals cost only what is measured."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import gevent.pool

from contract.answers import Answer, Kind, Request
from contract.errors import NotTestable
from contract.flows import Outcome, drive, perform
from contract.session import Session
from contract.targets.model import PreparedAccount, Target
from load.jobs import Job, Login, Refresh, Registration, Sends, who
from load.pools import Accounts, Names, Sessions, share
from suites.rig.identities import Account, People
from suites.rig.journal import Journal
from suites.rig.launch import TargetGone

AT_ONCE = 8
LONGEST_WAIT_S = 60.0  # for a target that throttles while accounts are made
TRIES = 3


@dataclass(frozen=True, slots=True)
class Needs:
    """How much is prepared: accounts to log in, sessions to refresh, names to register; for one process."""

    accounts: int = 0
    sessions: int = 0
    names: int = 0


@dataclass
class Preparation:
    """
    Makes what arrivals need.

    `given` are prepared accounts of the target file or of `--load-accounts`; without them accounts are registered, each
    in the journal first.
    """

    target: Target
    people: People
    journal: Journal
    given: Sequence[PreparedAccount]
    send: Sends
    encode: Callable[[Request], bytes]
    index: int = 0
    of: int = 1

    def jobs(self, operations: Sequence[str], needs: Needs) -> dict[str, Job]:
        """
        Return what serves each of *operations*.

        Raises:
            NotTestable: the target refused what has to be prepared, or nobody can prepare it.
            TargetGone: it did not answer.
        """
        made: dict[str, Job] = {}
        if "loginUser" in operations:
            accounts = Accounts(self.target.profile)
            accounts.waiting.extend(self._accounts(needs.accounts))
            made["loginUser"] = Login(self.target, accounts, self.send, time.time, self.encode)
        if "refreshToken" in operations:
            made["refreshToken"] = Refresh(self.target, self._sessions(needs.sessions), self.send)
        if "registerUser" in operations:
            addresses = [self.people.email() for _ in range(needs.names)]
            self.journal.intend(self.target.base_url, addresses)
            password = self.people.password(self.target.profile)
            made["registerUser"] = Registration(self.target, Names(password, iter(addresses), self._another), self.send)
        return made

    def finish(self, jobs: Mapping[str, Job]) -> None:
        """Write down which of the names exist."""
        registration = jobs.get("registerUser")
        if isinstance(registration, Registration):
            self.journal.exist(self.target.base_url, registration.names.made)
            registration.names.made.clear()

    def _another(self) -> str:
        address = self.people.email()
        self.journal.intend(self.target.base_url, [address])
        return address

    def _accounts(self, count: int) -> list[Account]:
        if self.given:
            mine = share([_account(each) for each in self.given], self.index, self.of)
            if not mine:
                raise NotTestable(f"{len(self.given)} prepared accounts are fewer than the {self.of} processes")
            return mine
        if "registerUser" not in self.target.operations or "registration" not in self.target.features:
            raise NotTestable(
                "the target does not register accounts: name prepared ones by --load-accounts=FILE, or in the target "
                "file under [facilities.accounts]"
            )
        if self.target.activation is not None:
            raise NotTestable("the target activates accounts by hand: name active ones by --load-accounts=FILE")
        fresh = [self.people.person(self.target.profile) for _ in range(count)]
        self.journal.intend(self.target.base_url, [each.email for each in fresh])
        self._all(self._register, fresh)
        self.journal.exist(self.target.base_url, [(each.email, each.user_id) for each in fresh])
        return fresh

    def _sessions(self, count: int) -> Sessions:
        pool = Sessions()
        for session in self._all(self._log_in, self._accounts(count)):
            pool.add(session)
        return pool

    def _all(self, act: Callable[[Account], Session], accounts: Sequence[Account]) -> list[Session]:
        """Do the same for many accounts, several at once; raise the first thing that goes wrong."""
        group = gevent.pool.Pool(AT_ONCE)
        try:
            return [each.get() for each in [group.spawn(act, account) for account in accounts]]
        finally:
            group.kill()

    def _register(self, account: Account) -> Session:
        outcome = self._patiently("registerUser", {"email": account.email, "password": account.password})
        account.user_id = str(outcome.session.values.get("userId", ""))
        return outcome.session

    def _log_in(self, account: Account) -> Session:
        outcome = self._patiently("loginUser", {**who(account), "password": account.password})
        if outcome.kind is Kind.CHALLENGED:
            if account.otp is None:
                raise NotTestable("a prepared account asks for a second factor, and no totp_secret is given for it")
            code = account.unused_code(self.target.profile, time.time())
            challenge = outcome.session.challenge
            outcome = drive(
                perform(self.target, "verifyMfa", outcome.session, sessionToken=challenge, code=code), self._plainly
            )
            _need(self.target, "verifyMfa", outcome)
        if outcome.session.refresh_token is None:
            raise NotTestable("a login gives no refresh token where the target file says")
        return outcome.session

    def _patiently(self, operation: str, inputs: Mapping[str, object]) -> Outcome:
        """Perform *operation*, waiting as told where the target throttles."""
        for _ in range(TRIES):
            outcome = drive(perform(self.target, operation, **inputs), self._plainly)
            if outcome.kind is not Kind.THROTTLED:
                break
            said = outcome.answer.header("retry-after") or ""
            wait_s = float(said) if said.isdecimal() else 1.0
            if wait_s > LONGEST_WAIT_S:
                break
            gevent.sleep(wait_s)
        _need(self.target, operation, outcome)
        return outcome

    def _plainly(self, request: Request) -> Answer:
        return self.send(request, b"")


def _need(target: Target, operation: str, outcome: Outcome) -> None:
    if outcome.kind is Kind.NO_ANSWER:
        raise TargetGone(f"{target.name}: {target.base_url}: {outcome.answer.fault}")
    if outcome.kind is Kind.THROTTLED:
        raise NotTestable(
            f"{operation} is throttled while accounts are prepared ({outcome.answer.status}, Retry-After "
            f"{outcome.answer.header('retry-after') or 'absent'}): raise the limits of the target for this tester, or "
            "name prepared accounts by --load-accounts=FILE"
        )
    if outcome.kind not in (Kind.ACCEPTED, Kind.CHALLENGED):
        raise NotTestable(f"preparing: {operation} with right input is {outcome.kind} ({outcome.answer.status})")


def _account(prepared: PreparedAccount) -> Account:
    values = {"username": prepared.username} if prepared.username else {}
    return Account(prepared.email, prepared.password, Session(values=values), otp=prepared.totp_secret)
