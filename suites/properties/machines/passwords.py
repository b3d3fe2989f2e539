"""The password of one account: registered, registered again, changed, reset; the last one wins."""

from __future__ import annotations

from contract.answers import Kind
from contract.errors import ContractViolation
from contract.secret import Secret
from suites.properties.machines.machine import Choice, Machine, step
from suites.rig.api import Api, Call
from suites.rig.identities import Account
from suites.rig.judging import control, expect, never, survived
from suites.rig.outbox import Outbox, asked_for_reset

AT_ONCE = (2, 3, 8)


class Passwords(Machine):
    """
    The last password that its owner set opens the account, and no other does.

    *judged* is the requirement whose steps may fail the test: REG-02 (registering again) or RST-02 (a reset token works
    once), which takes an *outbox*.
    """

    def __init__(self, api: Api, judged: str, outbox: Outbox | None = None) -> None:
        super().__init__(api)
        self.judged = judged
        self.outbox = outbox
        self.account: Account = api.fresh_account(signed_in=False)
        self.others: list[Secret] = []
        self.mailed: dict[str, Secret] = {}
        self.used: list[dict[str, Secret]] = []
        self.failures = 0
        self.sets = 1

    def may_fail(self) -> bool:
        """Whether a wrong password may be tried without the throttle's counting it for the last time."""
        return self.failures < self.api.target.profile.login_limit - 1

    def now_set(self, password: Secret) -> None:
        """Remember that *password* is the account's from now on."""
        self.others.append(self.account.password)
        self.account.password = password
        self.sets += 1

    @step(weight=2)
    def log_in(self, _: Choice) -> None:
        """Log in with the password that was set last."""
        self.tell(f"log in with password {self.sets}, the last one set")
        expect(self.api.login(self.account), Kind.ACCEPTED, because="the password that was set last")
        self.failures = 0

    @step(when=lambda self: self.others and self.may_fail(), weight=2)
    def log_in_with_another(self, choice: Choice) -> None:
        """Log in with a password that was never set, or that another has taken the place of."""
        password = choice.of(self.others)
        self.tell("log in with a password that is not the account's, or not any more")
        self.failures += 1
        never(
            self.api.call("loginUser", email=self.account.email, password=password),
            because="a password that is not the account's, or not any more",
        )

    @step(when=lambda self: self.judged == "REG-02")
    def register_again(self, _: Choice) -> None:
        """Register the address once more, with another password."""
        self.tell("register the address again with another password")
        password = self.api.people.password(self.api.target.profile)
        self.others.append(password)
        outcome = survived(self.api.register(self.account, password=password), because="an address that is taken")
        if self.api.target.profile.duplicate_registration != "neutral":
            never(outcome, because="an address that is taken")

    @step(when=lambda self: "changePassword" in self.api.target.operations)
    def change(self, _: Choice) -> None:
        """Change the password, which its owner knows."""
        self.tell("log in and change the password")
        control(self.api.login(self.account))
        self.failures = 0
        new = self.api.people.password(self.api.target.profile)
        inputs = {"currentPassword": self.account.password, "newPassword": new}
        control(self.api.as_(self.account, "changePassword", **inputs))
        self.now_set(new)
        self.mailed = {}  # whether a change ends what was mailed is another requirement's question

    @step(when=lambda self: self.outbox and not self.mailed)
    def ask_for_a_reset(self, _: Choice) -> None:
        """Have a reset token mailed."""
        assert self.outbox is not None
        self.tell("ask for a reset, and read the mail")
        self.mailed = asked_for_reset(self.api, self.outbox, self.account)

    @step(when=lambda self: self.mailed, weight=2)
    def redeem(self, _: Choice) -> None:
        """Set a password by the token that was mailed last."""
        self.tell("redeem the mailed token")
        new = self.api.people.password(self.api.target.profile)
        outcome = self.api.call("confirmPasswordReset", newPassword=new, **self.mailed)
        expect(outcome, Kind.ACCEPTED, because="a token just mailed")
        self.used.append(self.mailed)
        self.mailed = {}
        self.failures = 0
        self.now_set(new)

    @step(when=lambda self: self.mailed)
    def redeem_at_once(self, choice: Choice) -> None:
        """Set several passwords by the token that was mailed last, all at one moment."""
        many = choice.of(AT_ONCE)
        self.tell(f"redeem the mailed token {many} times at one moment")
        passwords = [self.api.people.password(self.api.target.profile) for _ in range(many)]
        outcomes = self.api.race(
            [Call("confirmPasswordReset", {**self.mailed, "newPassword": each}) for each in passwords]
        )
        taken = [each for each, outcome in zip(passwords, outcomes, strict=True) if outcome.kind is Kind.ACCEPTED]
        for outcome in outcomes:
            never(outcome, Kind.CHALLENGED, because=f"one of {many} simultaneous redemptions of a token")
        if len(taken) != 1:
            raise ContractViolation(
                f"of {many} simultaneous redemptions of one token {len(taken)} succeeded",
                expected=f"1 accepted, {many - 1} refused",
                actual=f"{len(taken)} accepted",
                answer=next((each.answer for each in outcomes if each.kind is Kind.ACCEPTED), outcomes[-1].answer),
            )
        self.others += [each for each in passwords if each is not taken[0]]
        self.used.append(self.mailed)
        self.mailed = {}
        self.failures = 0
        self.now_set(taken[0])

    @step(when=lambda self: self.used, weight=2)
    def redeem_again(self, choice: Choice) -> None:
        """Present a token that has set a password before."""
        number = choice.of(range(len(self.used)))
        self.tell(f"redeem token {number + 1}, which was used, again")
        new = self.api.people.password(self.api.target.profile)
        self.others.append(new)
        outcome = self.api.call("confirmPasswordReset", newPassword=new, **self.used[number])
        never(outcome, because="a token that was used")
