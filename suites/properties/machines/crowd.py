"""Several users at once, each with a history of their own, step by step in turn."""

from __future__ import annotations

from contract.errors import ContractViolation
from suites.properties.machines.factors import Factors
from suites.properties.machines.machine import Choice, Machine, step
from suites.properties.machines.passwords import Passwords
from suites.properties.machines.sessions import Sessions
from suites.rig.clock import Clock
from suites.rig.outbox import Outbox


class Crowd(Machine):
    """
    What one user does changes nothing for another.

    Each user is a machine with its own truth; a violation names the requirement of the user at whom it shows.
    """

    def __init__(self, clock: Clock, outbox: Outbox | None) -> None:
        super().__init__(clock.api)
        makers = {
            "SESS-03": lambda: Sessions(self.api, "SESS-03"),
            "SESS-07": lambda: Sessions(self.api, "SESS-07"),
            "REG-02": lambda: Passwords(self.api, "REG-02"),
        }
        if outbox is not None:
            makers["RST-02"] = lambda: Passwords(self.api, "RST-02", outbox)
        if "mfa" in self.api.target.features:
            makers["MFA-01"] = lambda: Factors(clock, "MFA-01")
        self.users = [(row, make()) for row, make in makers.items()]

    @step()
    def one_of_them_acts(self, choice: Choice) -> None:
        """Let one user take a step."""
        number = choice.of(range(len(self.users)))
        row, user = self.users[number]
        told = len(user.story)
        try:
            user.go_on_by(choice)
        except ContractViolation as violation:
            violation.requirement = row
            raise
        finally:
            self.story += [f"user {number + 1}: {each}" for each in user.story[told:]]
