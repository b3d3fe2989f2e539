"""What making and removing an account takes beside the contract's operations, as `[registration]` says."""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

from contract.answers import Kind
from contract.errors import NotTestable
from contract.flows import Flow, Outcome, run_errand
from contract.session import Session
from contract.targets.model import Errand, Target
from contract.words import user_name
from suites.rig.identities import Account
from suites.rig.judging import not_exercised
from suites.rig.patience import Pace
from suites.rig.prepared import Prepared, refuse_lasting

Mailed = Callable[[str, int, Collection[str]], Mapping[str, Any]]
"""Returns the words that the so-many-eth mail to an address tells, of those asked for, waiting for it."""


def _no_mail(email: str, _count: int, _words: Collection[str]) -> Mapping[str, Any]:
    raise NotTestable(f"nobody can read the mails to {email}")


def _no_admin() -> Session:
    raise NotTestable("there is no admin to do an errand")


@dataclass
class Errands:
    """
    The errands of one instance.

    `mailed` reads its mail, `admin` gives the session of its admin; both raise NotTestable where that does not work.
    `prepared` are the accounts of a target whose registration is closed.
    """

    target: Target
    mailed: Mailed = _no_mail
    admin: Callable[[], Session] = _no_admin
    prepared: Prepared | None = None
    _read: Counter[str] = field(default_factory=Counter)
    _pace: Pace = field(init=False)

    def __post_init__(self) -> None:
        limit = self.target.transport.registrations_per_min
        self._pace = Pace(limit / 60 if limit else None)

    def prepared_account(self) -> Account:
        """Return an account that exists already; end the test where there is none left."""
        if self.prepared is None:
            not_exercised("registration is closed here: needs [facilities.accounts] in the target file")
        return self.prepared.take()

    def user_name(self, email: Any) -> Any:
        """Return the user name that goes with *email*: a prepared account's own, else the one that is made of it."""
        return (self.prepared.user_name(email) if self.prepared else "") or user_name(self.target, email)

    def completed(self, operation: str, inputs: Mapping[str, Any]) -> dict[str, Any]:
        """
        Return *inputs* with what only this target takes: words that it mails, user names that it has already.

        A registration waits for its turn.
        """
        more = {}
        if operation == "registerUser":
            self._pace.wait()
        if self.prepared is not None and "registration" not in self.target.features:
            refuse_lasting(operation)
            name = self.prepared.user_name(inputs.get("email"))
            more = {"username": name} if name else {}
        return {**more, **(self.awaited(inputs) if operation == "registerUser" else {}), **inputs}

    def settle(
        self, run: Callable[[Flow], Outcome], operation: str, outcome: Outcome, inputs: Mapping[str, Any]
    ) -> None:
        """Where *outcome* is that an account was made which must be activated, do that. Raises NotTestable."""
        if operation == "registerUser" and outcome.kind is Kind.ACCEPTED:
            self.activate(run, inputs.get("email"), outcome.session)

    def awaited(self, given: Mapping[str, Any]) -> dict[str, Any]:
        """Return, for words of a registration that come by mail, what fetches them when their step is due."""
        email, operation = given.get("email"), self.target.operations.get("registerUser")
        if operation is None or not isinstance(email, str):
            return {}
        return self._fetched(
            email, self._told_by_mail({word for step in operation.steps for word in step.send} - given.keys())
        )

    def _fetched(self, email: str, words: Collection[str]) -> dict[str, Any]:
        told: dict[str, Any] = {}

        def fetch(word: str) -> Any:
            if not told:
                told.update(self._next_mail(email, words))
            return told[word]

        return {word: (lambda word=word: fetch(word)) for word in words}

    def activate(self, run: Callable[[Flow], Outcome], email: Any, session: Session) -> None:
        """
        Activate the account that was just registered with *email*, where the target file says how; *session* is what
        the registration left. Where registrations are answered alike, an address that is active needs nothing more.

        Raises:
            NotTestable: no mail came, or the target did not accept it.
        """
        errand = self.target.activation
        if errand is None or not isinstance(email, str):
            return
        if self._read[_box(email)] and self.target.profile.duplicate_registration == "neutral":
            return
        inputs: dict[str, Any] = {"email": email}
        if errand.by == "mail":
            inputs |= self._next_mail(email, self._told_by_mail(_sent(errand)))
        else:
            inputs |= {"userId": user_id} if (user_id := session.values.get("userId")) else {}
            self._read[_box(email)] += 1
        outcome = run(run_errand(self.target, errand, session if errand.by == "mail" else self.admin(), **inputs))
        if outcome.kind is not Kind.ACCEPTED:
            raise NotTestable(f"[registration.activation] of {email} was {outcome.kind} ({outcome.answer.status})")

    def remove(self, run: Callable[[Flow], Outcome], session: Session, **inputs: Any) -> Outcome:
        """
        Remove an account as `[registration.removal]` says, *session* being its own, and return what it came to. Words
        of it that only a mail tells are fetched when their step is due.

        Raises:
            NotTestable: no mail came, there is no admin, or the target file does not say how.
        """
        errand = self.target.removal
        if errand is None:
            raise NotTestable(f"{self.target.name}: the target file has no [registration.removal]")
        whose = session if errand.by == "self" else self.admin()
        told = self._fetched(str(inputs.get("email", "")), self.mailed_for_removal() - inputs.keys())
        return run(run_errand(self.target, errand, whose, **inputs, **told))

    def mailed_for_removal(self) -> frozenset[str]:
        """Return the words of `[registration.removal]` that only a mail tells."""
        return self._told_by_mail(_sent(self.target.removal)) if self.target.removal else frozenset()

    def has_read(self, email: str, count: int) -> None:
        """Take the first *count* mails to *email* for read: the next one is awaited."""
        self._read[_box(email)] = count

    def _told_by_mail(self, words: Collection[str]) -> frozenset[str]:
        captured = self.target.facilities.get("outbox", {}).get("capture", {"token": ""})
        return frozenset(words) & captured.keys()

    def _next_mail(self, email: str, words: Collection[str]) -> Mapping[str, Any]:
        count = self._read[_box(email)] + 1
        told = self.mailed(_box(email), count, words)
        self._read[_box(email)] = count
        return told


def _box(email: str) -> str:
    """Return the mailbox that *email* means, however it was typed."""
    return unicodedata.normalize("NFC", email).strip().lower()


def _sent(errand: Errand) -> set[str]:
    return {word for step in errand.steps for word in step.send}
