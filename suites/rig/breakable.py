"""A dependency that a test may break, and the voice on the instance that depends on it."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from contract.answers import Answer, Kind
from contract.errors import ContractViolation, NotTestable
from contract.flows import Outcome
from contract.outages import FaultKind, Reply
from suites.rig.api import Api
from suites.rig.dependencies import ServiceMissing
from suites.rig.faults import Faults, Outage
from suites.rig.identities import Account
from suites.rig.judging import control, expect, not_exercised, not_reached
from suites.rig.outbox import Outbox
from suites.rig.patience import wait_asked_for

AT_ONCE = (FaultKind.REFUSED, FaultKind.RESET, FaultKind.DOWN, FaultKind.WRONG_CREDENTIALS)
"""Faults that a caller meets at once."""
LONGEST_WAIT_S = 60.0  # the most that a 503 may announce
GRACE_S = 5.0  # beyond what was announced, for a machine that has other things to do
LOOK_AGAIN_S = 0.05
MOST_STEPS = 100  # of one operation, each of which a dependency may fail after


@dataclass(frozen=True)
class Breakable:
    """One dependency; `name` is the target file's. Its outages are added to `outages`."""

    name: str
    api: Api
    _faults: Faults
    outages: list[Outage]
    _outbox: Callable[[Api], Outbox]

    @property
    def kinds(self) -> frozenset[FaultKind]:
        """How it can be broken here."""
        return self._faults.kinds(self.name)

    def ways(self, *wanted: FaultKind) -> list[FaultKind]:
        """Return those of *wanted* that can be done to it here; the test ends, not exercised, where none can."""
        found = [kind for kind in wanted if kind in self.kinds]
        if not found:
            not_exercised(f"[facilities.faults] cannot make {self.name} {' or '.join(wanted)}")
        return found

    @contextmanager
    def broken(
        self, kind: FaultKind, *, reply: Reply | None = None, after: int = 0, what: str = ""
    ) -> Iterator[Outage]:
        """
        Break it for the length of the block and repair it, whatever happens; the test ends, not exercised, where it
        cannot be broken so. *reply* is what it says when it is canned, *after* how often it still hears the target when
        it fails halfway. *what* says in a few words what it then does, where the kind alone does not.

        Raises:
            NotTestable: the fault, or the repair, did not take.
        """
        self.ways(kind)
        with self._faults.broken(self.name, kind, reply=reply, after=after) as outage:
            self.outages.append(outage)
            try:
                yield outage
            except ContractViolation as violation:
                violation.args = (
                    f"while {self.name} {what or f'is {kind}'}: {violation}",
                )  # the exchange alone does not show it
                raise

    def needed_by(self, operation: str) -> bool:
        """Whether *operation* needs it: as the target file says, or all but liveness where it says nothing."""
        named = self._faults.operations(self.name)
        return operation != "getLiveness" if named is None else operation in named

    @property
    def inside(self) -> tuple[str, ...]:
        """What only the inside knows of it: addresses and names, most of them made up for the run."""
        return self._faults.inside(self.name)

    def outbox(self) -> Outbox:
        """Return the mails of the instance; the test ends, not exercised, where nobody can read them."""
        if "outbox" not in self.api.target.facilities:
            not_exercised("needs an outbox to read mails in; declare [facilities.outbox] in the target file")
        return self._outbox(self.api)

    def replies(self, name: str) -> tuple[Reply, ...]:
        """Return what it says to mean *name*, one of `outages.REPLY_NAMES`, as the target file has it."""
        return self._faults.replies(self.name, name)


class Breakables:
    """Whatever a target depends on; *find* looks for a dependency by its name, in the variant of a name or in all."""

    def __init__(self, find: Callable[[str, str], Breakable | None]) -> None:
        self._find = find

    def on(self, dependency: str, *, variant: str = "") -> Breakable:
        """
        Return *dependency* and the voice on the instance that has it; *variant* says which, where several have it.

        The test ends, not exercised, where the tester cannot break it.

        Raises:
            NotTestable: the facility is declared and does not work.
        """
        try:
            found = self._find(dependency, variant)
        except ServiceMissing as why:
            not_exercised(str(why))
        if found is None:
            not_exercised(f"needs [facilities.faults.{dependency}] in the target file")
        return found


def once_it_works(perform: Callable[[], Outcome], *kinds: Kind) -> Outcome:
    """
    Perform again and again until the outcome is of one of *kinds* (accepted); return the last outcome.

    The target has as long as its first 503 announces, 60 s where it announces nothing, and a little more.
    """
    began_s, deadline = time.monotonic(), 0.0
    while True:
        outcome = perform()
        if not deadline:
            deadline = began_s + announced_by(outcome.answer) + GRACE_S
        if outcome.kind in (kinds or (Kind.ACCEPTED,)) or time.monotonic() > deadline:
            return outcome
        time.sleep(LOOK_AGAIN_S)


def through(database: Breakable, perform: Callable[[], Outcome], *, because: str) -> Outcome:
    """
    Perform the same again and again while *database* fails one step later each time; return the success.

    Where it cannot fail halfway, it fails at once, in each way that it can.

    Raises:
        ContractViolation: an outcome is neither a server error nor, in the end, success.
    """
    if FaultKind.HALFWAY in database.kinds:
        ways = [(FaultKind.HALFWAY, step, f"fails after step {step}") for step in range(MOST_STEPS)]
    else:
        ways = [(kind, 0, "") for kind in database.ways(*AT_ONCE)]
    failed = False
    for kind, step, what in ways:
        with database.broken(kind, after=step, what=what):
            outcome = perform()
        if failed and outcome.kind is Kind.ACCEPTED:
            return outcome
        if failing(outcome).answer.status < 500:
            expect(outcome, Kind.ACCEPTED, because=because)
        failed = True
    return expect(reached(once_it_works(perform)), Kind.ACCEPTED, because=because)


def works_again(perform: Callable[[], Outcome], *kinds: Kind) -> Outcome:
    """
    Wait after a repair until the outcome is of one of *kinds* (accepted), and return it.

    Raises:
        NotTestable: it is refused.
    """
    return control(reached(once_it_works(perform, *kinds)), *kinds)


def reached(outcome: Outcome) -> Outcome:
    """Return *outcome*; the test ends, not reached, where it is still a server error: that is AVAIL-12's finding."""
    if not outcome.answer.status or outcome.answer.status >= 500:
        not_reached(f"{outcome.answer.request.operation} does not work again after the repair (AVAIL-12)")
    return outcome


def failing(outcome: Outcome) -> Outcome:
    """
    Return *outcome* if it is no success.

    Raises:
        NotTestable: it is, so that what was broken was not needed for it.
    """
    if outcome.kind in (Kind.ACCEPTED, Kind.CHALLENGED):
        raise NotTestable(f"{outcome.answer.request.operation} works although what it needs was broken")
    return outcome


def announced_by(answer: Answer) -> float:
    """Return the wait that a 503 has announced, 60 s at most, which is what there is where it announces none."""
    said = answer.status == 503 and answer.header("retry-after")
    return min(wait_asked_for(answer), LONGEST_WAIT_S) if said else LONGEST_WAIT_S


def recovers(api: Api, witness: Account) -> bool:
    """Whether *witness* is let in again in time."""
    return once_it_works(lambda: api.login(witness)).kind is Kind.ACCEPTED
