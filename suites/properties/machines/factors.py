"""The second factor of one account: begun, broken off, confirmed, used and disabled, while the clock goes on."""

from __future__ import annotations

from contract.answers import Kind
from contract.secret import Secret
from suites.properties.machines.machine import Choice, Machine, step
from suites.rig.clock import Clock
from suites.rig.judging import control, expect, never
from suites.rig.token_shapes import token_shaped


class Factors(Machine):
    """
    The second factor is asked for if and only if a right code has turned it on; a code opens one door once.

    *judged*: MFA-01 (asked for while it is on) or MFA-11 (not before a right code confirmed it).
    """

    def __init__(self, clock: Clock, judged: str) -> None:
        super().__init__(clock.api)
        self.clock = clock
        self.judged = judged
        self.account = self.api.fresh_account()
        self.on = False
        self.begun = False
        self.guesses = 0
        self.used: list[Secret] = []

    def may_fail(self) -> bool:
        """Whether a wrong code may be tried without the throttle's counting it for the last time."""
        return self.guesses < self.api.target.profile.code_limit - 1

    def fresh_code(self) -> Secret:
        """Return a code that was never used; where this step's is spent, the clock goes on by two steps."""
        profile = self.api.target.profile
        if self.account.last_step >= int(self.api.now()) // profile.code_step_s:
            self.clock.advance(2 * profile.code_step_s)
        code = self.account.unused_code(profile, self.api.now())
        self.used.append(code)
        return code

    def sign_in(self) -> None:
        """Be signed in, whatever that takes now."""
        outcome = self.api.login(self.account)
        if outcome.kind is Kind.CHALLENGED:
            control(self.api.as_(self.account, "verifyMfa", code=self.fresh_code()))
            self.guesses = 0

    @step(weight=2)
    def log_in(self, _: Choice) -> None:
        """Log in with the password, and complete the login where the second factor is on."""
        self.tell(f"log in, the second factor being {'on' if self.on else 'off'}")
        outcome = self.api.login(self.account)
        if self.on:
            expect(outcome, Kind.CHALLENGED, because="the right password, with the second factor on")
            session = outcome.session
            for token in token_shaped(outcome.answer, besides=(session.challenge, session.csrf)):
                opened = self.api.with_token(self.account, Secret(token))
                never(opened, because="what stands beside the challenge and looks like a token")
            control(self.api.as_(self.account, "verifyMfa", code=self.fresh_code()))
            self.guesses = 0
        else:
            expect(outcome, Kind.ACCEPTED, because="the right password, with the second factor off")

    @step(when=lambda self: not self.on, weight=2)
    def begin(self, _: Choice) -> None:
        """Begin a set-up, whether or not one was begun before."""
        self.tell("begin a set-up")
        self.sign_in()
        self.account.enrolled(control(self.api.as_(self.account, "setupMfa")).session)
        self.account.last_step = 0
        self.begun = True

    @step(when=lambda self: self.begun and not self.on and self.may_fail())
    def confirm_wrongly(self, _: Choice) -> None:
        """Confirm the set-up by a wrong code."""
        self.tell("confirm the set-up by a wrong code")
        self.guesses += 1
        wrong = self.account.wrong_codes(self.api.target.profile, self.api.now())[0]
        never(self.api.as_(self.account, "verifyMfaSetup", code=wrong), because="a wrong code")

    @step(when=lambda self: self.begun and not self.on)
    def confirm(self, _: Choice) -> None:
        """Confirm the set-up by a right code."""
        self.tell("confirm the set-up by the right code")
        control(self.api.as_(self.account, "verifyMfaSetup", code=self.fresh_code()))
        self.on, self.begun, self.guesses = True, False, 0

    @step(when=lambda self: self.on and self.used and self.may_fail())
    def answer_with_a_used_code(self, choice: Choice) -> None:
        """Answer a challenge by a code that has opened a door before."""
        code = choice.of(self.used)
        self.tell("log in, and answer the challenge by a code that was used before")
        expect(self.api.login(self.account), Kind.CHALLENGED, because="the right password, with the second factor on")
        self.guesses += 1
        never(self.api.as_(self.account, "verifyMfa", code=code), because="a code that was used before")

    @step(when=lambda self: self.on and "disableMfa" in self.api.target.operations)
    def disable(self, _: Choice) -> None:
        """Turn the second factor off again."""
        self.tell("log in and disable the second factor")
        self.sign_in()
        control(self.api.as_(self.account, "disableMfa", password=self.account.password))
        self.on = False

    @step()
    def wait(self, choice: Choice) -> None:
        """Let some time steps pass."""
        steps = choice.of(range(1, 6))
        self.tell(f"wait {steps} time steps")
        self.clock.advance(steps * self.api.target.profile.code_step_s)
