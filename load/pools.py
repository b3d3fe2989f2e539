"""What arrivals are served from: accounts to log in with, sessions to refresh, names to register."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field

import gevent.event

from contract.secret import Secret
from contract.session import Session
from contract.targets.model import Profile
from suites.rig.identities import Account


class Exhausted(Exception):
    """There is nothing left to serve an arrival from; the message says of what, and how to mend it."""


@dataclass
class Accounts:
    """
    Accounts in turn, the one that was used longest ago first.

    One with a second factor can log in once for each code, and a code is never used twice: it is passed over while
    neither the code of this time step nor that of the next, which the target's window accepts, is left.
    """

    profile: Profile
    waiting: deque[Account] = field(default_factory=deque)

    def take(self, now_s: float) -> Account:
        """Return an account that can log in at *now_s*, Unix time. Raises Exhausted."""
        step = int(now_s) // self.profile.code_step_s
        for _ in range(len(self.waiting)):
            account = self.waiting.popleft()
            self.waiting.append(account)
            if account.otp is None or account.last_step < step + min(self.profile.code_window_steps, 1):
                return account
        raise Exhausted(
            f"the second factors of all {len(self.waiting)} accounts are used up for this time step of "
            f"{self.profile.code_step_s} s: prepare more accounts (--load-accounts=FILE)"
        )


@dataclass
class Sessions:
    """
    Sessions to refresh, each used by one arrival at a time, since a refresh token is good once.

    One whose answer did not come is lost: nobody knows whether its token was exchanged.
    """

    waiting: deque[Session] = field(default_factory=deque)
    alive: int = 0
    lost: int = 0
    _returned: gevent.event.Event = field(default_factory=gevent.event.Event)

    def add(self, session: Session) -> None:
        """Put a new session into the pool."""
        self.alive += 1
        self.waiting.append(session)

    def take(self) -> Session:
        """Return a session, waiting for one that is in use where there is no other. Raises Exhausted."""
        while not self.waiting:
            if not self.alive:
                raise Exhausted(
                    f"no session is left to refresh: all {self.lost} were refused or not answered "
                    "(--load-pool=N prepares more)"
                )
            self._returned.clear()
            self._returned.wait()
        return self.waiting.popleft()

    def give_back(self, session: Session | None) -> None:
        """Return a session with its new token to the pool; None where it is lost."""
        if session is None:
            self.alive -= 1
            self.lost += 1
        else:
            self.waiting.append(session)
        self._returned.set()


@dataclass
class Names:
    """
    Addresses for new accounts, written down before the clock starts; where they run out, one more at a time.

    All accounts of a process have one password, made for the run.
    """

    password: Secret
    prepared: Iterator[str]
    another: Callable[[], str]
    made: list[tuple[str, str]] = field(default_factory=list)
    """Address and id of what was registered, for the journal."""

    def take(self) -> str:
        """Return an address that nobody has registered."""
        return next(self.prepared, None) or self.another()


def share(everything: Iterable[Account], index: int, of: int) -> list[Account]:
    """Return what worker *index* of *of* may use, so that no two use the same."""
    return [each for number, each in enumerate(everything) if number % of == index]
