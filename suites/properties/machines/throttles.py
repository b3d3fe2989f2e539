"""The throttle of one account: failures, successes and time in any order."""

from __future__ import annotations

from contract.answers import Kind
from suites.properties.machines.machine import Choice, Machine, step
from suites.rig.clock import Clock
from suites.rig.guessing import WRONG
from suites.rig.judging import expect

SOON_S = 1


class Throttle(Machine):
    """
    The throttle follows its counter: as many failures as allowed, then none; time or a success clears them.

    The model judges what every kind of window agrees on: an account is free below the limit and once the window has
    passed since the last attempt; it is locked right after the last failure that is allowed. In between it may be
    either, and nothing is asked.
    """

    def __init__(self, clock: Clock) -> None:
        super().__init__(clock.api)
        self.clock = clock
        self.account = self.api.fresh_account(signed_in=False)
        self.failures = 0
        self.waited_s = 0.0

    @property
    def free(self) -> bool:
        """Whether the password is certainly looked at."""
        return self.failures < self.api.target.profile.login_limit

    @property
    def locked(self) -> bool:
        """Whether no password is looked at, certainly."""
        return not self.free and not self.waited_s

    @step(when=lambda self: self.free, weight=4)
    def fail(self, _: Choice) -> None:
        """Log in with a wrong password."""
        self.failures, self.waited_s = self.failures + 1, 0.0
        self.tell(f"log in with a wrong password: failure {self.failures}")
        outcome = self.api.call("loginUser", email=self.account.email, password=WRONG)
        expect(outcome, Kind.REFUSED_CREDENTIALS, because=f"failure {self.failures}")

    @step(when=lambda self: self.free)
    def succeed(self, _: Choice) -> None:
        """Log in with the right password."""
        self.tell(f"log in with the right password after {self.failures} failures")
        expect(
            self.api.login(self.account), Kind.ACCEPTED, because=f"the right password after {self.failures} failures"
        )
        self.failures, self.waited_s = 0, 0.0

    @step(when=lambda self: self.locked)
    def knock(self, _: Choice) -> None:
        """Log in with the right password while the account is locked."""
        self.tell("log in with the right password while locked")
        expect(self.api.login(self.account), Kind.THROTTLED, because="the right password while locked")

    @step(when=lambda self: not self.free, weight=2)
    def wait_for_the_end(self, _: Choice) -> None:
        """Let the whole window pass."""
        self.tell("wait for the whole window")
        self.clock.advance(self.api.target.profile.login_window_s + SOON_S)
        self.failures, self.waited_s = 0, 0.0

    @step(when=lambda self: self.failures)
    def wait_a_little(self, choice: Choice) -> None:
        """Let a part of the window pass."""
        part_s = self.api.target.profile.login_window_s / choice.of([10, 5, 3])
        self.tell(f"wait {part_s:.0f} s")
        self.clock.advance(part_s)
        self.waited_s += part_s
