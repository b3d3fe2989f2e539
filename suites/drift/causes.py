"""Making the causes of answers, one after another, and keeping why one could not be made."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace

import pytest

from contract.answers import Request
from contract.errors import NotTestable
from contract.flows import Outcome
from contract.targets.model import Target
from suites.rig.judging import described

FEATURES = {
    "registerUser": "registration",
    "loginUser": "login",
    "refreshToken": "refresh",
    "logoutUser": "logout",
    "getCurrentUser": "profile",
    "updateCurrentUser": "profile-update",
    "changePassword": "password-change",
    "getUser": "user-records",
    "listUsers": "admin",
    "updateUser": "admin",
    "setupMfa": "mfa",
    "verifyMfaSetup": "mfa",
    "verifyMfa": "mfa",
    "disableMfa": "mfa",
    "requestPasswordReset": "reset",
    "confirmPasswordReset": "reset",
    "getLiveness": "liveness",
    "getReadiness": "readiness",
}
"""What a target must claim for an operation to be asked."""


@dataclass
class Causes:
    """
    What was done to *target* to be answered so.

    `told` has, by operation of the contract and status, what came of it in a sentence; `missed` are those whose cause
    was made and that were answered otherwise, with the outcome.
    """

    target: Target
    told: dict[tuple[str, int], str] = field(default_factory=dict)
    missed: dict[tuple[str, int], Outcome] = field(default_factory=dict)

    def make(self, operation: str, status: int, cause: str, act: Callable[[], Outcome]) -> None:
        """Let *act* make the *cause* of *status*, an answer of *operation*; it may end as a test does."""
        if operation not in self.target.operations or FEATURES[operation] not in self.target.features:
            self.told[operation, status] = f"the target does not claim {FEATURES[operation]}."
            return
        try:
            outcome = act()
        except (NotTestable, pytest.skip.Exception) as why:
            self.told[operation, status] = f"{cause}: not made: {str(why).partition(chr(10))[0]}"
            return
        self.told[operation, status] = f"{cause}: answered {described(outcome.answer)}."
        if outcome.answer.status != status:
            self.missed[operation, status] = outcome

    def leave(self, operation: str, status: int, why: str) -> None:
        """Keep *why* the cause of *status* is not made, unless something is known of it already."""
        self.told.setdefault((operation, status), why)


def without_members(request: Request) -> Request:
    """Return *request* with a body in which every member is missing."""
    is_json = "json" in (request.header("content-type") or "")
    return replace(request, body=b"{}" if is_json else b"")


def with_limit_zero(request: Request) -> Request:
    """Return *request* asking for a page of no users."""
    return replace(request, url=f"{request.url}{'&' if '?' in request.url else '?'}limit=0")
