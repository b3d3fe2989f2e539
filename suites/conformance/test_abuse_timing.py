"""What the clock tells about who has an account."""

from __future__ import annotations

import itertools
import time
from collections.abc import Iterator

import pytest

from contract.errors import ContractViolation
from contract.flows import Outcome
from contract.timing import LOOKS, Comparison, Finding, compare
from suites.rig.api import Api
from suites.rig.guessing import WRONG
from suites.rig.identities import Account
from suites.rig.judging import not_applicable, undecided
from suites.rig.stopwatch import WARM_UP, Kinds, Stopwatch

LONGEST_S = 45.0  # no further look is begun after that
KNOWN, UNKNOWN, AGAIN = "known", "unknown", "again"


class Crowd:
    """People whom the target knows, each for as many requests as no throttle counts, and people whom it does not."""

    def __init__(self, api: Api) -> None:
        self.api = api
        self.uses = max(api.target.profile.login_limit - 1, 1)
        self._stock: Iterator[str] = iter(())

    def make(self, requests: int) -> None:
        """Make accounts for *requests* more, before any time is taken."""
        made = [self.api.fresh_account(signed_in=False).email for _ in range(-(-requests // self.uses))]
        self._stock = itertools.chain(self._stock, *([email] * self.uses for email in made))

    def known(self) -> str:
        """Return an address with an account."""
        return next(self._stock)

    def unknown(self) -> str:
        """Return an address without one, of the same form."""
        return self.api.people.stranger()

    def kinds(self, operation: str) -> Kinds:
        """Return what is compared, known with unknown, and beside it one of the two again, for the control."""
        if operation == "registerUser":
            return {
                KNOWN: lambda: self.register(self.known()),
                UNKNOWN: lambda: self.register(self.unknown()),
                AGAIN: lambda: self.register(self.known()),
            }
        more = {"password": WRONG} if operation == "loginUser" else {}
        return {
            KNOWN: lambda: self.api.call(operation, email=self.known(), **more),
            UNKNOWN: lambda: self.api.call(operation, email=self.unknown(), **more),
            AGAIN: lambda: self.api.call(operation, email=self.unknown(), **more),
        }

    def register(self, email: str) -> Outcome:
        """Register *email*, with a password of its own."""
        return self.api.register(Account(email, self.api.people.password(self.api.target.profile)))


@pytest.mark.requirement("ABUSE-09")
@pytest.mark.impatient
@pytest.mark.parametrize("operation", ["loginUser", "requestPasswordReset", "registerUser"])
def test_the_time_of_an_answer_does_not_tell_who_has_an_account(api: Api, operation: str) -> None:
    """Where no hash is computed for strangers, a stop-watch finds out which of a million addresses are customers."""
    if operation not in api.target.operations:
        not_applicable(f"the target has no {operation}")
    if operation == "registerUser" and api.target.profile.duplicate_registration != "neutral":
        not_applicable("its registration says openly which addresses are taken")
    bound_s = api.target.profile.timing_bound_ms / 1e3

    found, again = compared(api, operation, bound_s)

    if again.finding is Finding.SEPARATED:
        undecided(f"two samples of one kind differ by {again}")
    if found.finding is Finding.UNDECIDED:
        undecided(f"too much noise: known addresses take {found} longer than unknown ones")
    if found.finding is Finding.SEPARATED:
        raise ContractViolation(
            f"{operation} takes another time for known addresses than for unknown ones",
            expected=f"medians within {1e3 * bound_s:g} ms",
            actual=f"{found} longer for known ones; two samples of one kind: {again}",
        )


def compared(api: Api, operation: str, bound_s: float) -> tuple[Comparison, Comparison]:
    """Return known addresses compared with unknown ones, and one of the two with itself."""
    crowd = Crowd(api)
    watch = Stopwatch(crowd.kinds(operation), api.people.chance())
    one, other = (KNOWN, AGAIN) if operation == "registerUser" else (UNKNOWN, AGAIN)
    began_s, rounds = time.monotonic(), 0
    for look in LOOKS[:1] if operation == "registerUser" else LOOKS:  # every round of it makes an account
        crowd.make((look - rounds + WARM_UP) * (2 if operation == "registerUser" else 1))
        watch.run(look - rounds)
        rounds = look
        found = compare(watch.differences(KNOWN, UNKNOWN), bound_s=bound_s)
        out_of_time = time.monotonic() - began_s > LONGEST_S
        if found.finding is not Finding.UNDECIDED or found.is_hopeless(bound_s) or out_of_time:
            break
    return found, compare(watch.differences(one, other), bound_s=bound_s)
