"""What can be wrong with the identity service: each kind with its problem type and its cause in readiness."""

from __future__ import annotations

from dataclasses import dataclass

from reference_impl.problems import Problem, unavailable
from reference_impl.store import Cause


@dataclass(frozen=True, slots=True)
class Fault:
    """A kind of fault: `problem` ends the `type` of the 503, `cause` is the class that readiness gives."""

    problem: str
    cause: Cause


UNREACHABLE = Fault("identity-service-unavailable", "unreachable")
TIMEOUT = Fault("identity-service-timeout", "timeout")
FAILING = Fault("identity-service-failing", "failure")
SENSELESS = Fault("identity-service-senseless-answer", "senseless-answer")
REFUSED_US = Fault("identity-service-refused-us", "authentication")
NOT_CONFIGURED = Fault("identity-service-not-configured", "configuration")

OUTAGES = frozenset({UNREACHABLE, TIMEOUT, FAILING})
"""Kinds that waiting does not mend at once, and that cost time to run into: these open the circuit."""


class UpstreamFault(Exception):
    """The identity service cannot be used; `kind` says how, the message says more and is for staging only."""

    def __init__(self, kind: Fault, said: str = "") -> None:
        self.kind = kind
        super().__init__(said or kind.problem)

    def problem(self, retry_after_s: int) -> Problem:
        """Return the 503 that the user sees: nothing of the inside."""
        return unavailable(self.kind.problem, retry_after_s)
