"""A dependency that a test may break, and the voice on the instance that depends on it."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from contract.answers import Kind
from contract.errors import ContractViolation
from contract.flows import Outcome
from contract.outages import FaultKind, Reply
from suites.rig.api import Api
from suites.rig.dependencies import ServiceMissing
from suites.rig.faults import Faults, Outage
from suites.rig.judging import not_exercised

RECOVERY_S = 60.0  # the longest wait that a 503 may announce
LOOK_AGAIN_S = 0.1


@dataclass(frozen=True)
class Breakable:
    """One dependency; `name` is the target file's. Its outages are added to `outages`."""

    name: str
    api: Api
    _faults: Faults
    outages: list[Outage]

    @property
    def kinds(self) -> frozenset[FaultKind]:
        """How it can be broken here."""
        return self._faults.kinds(self.name)

    @contextmanager
    def broken(self, kind: FaultKind, *, reply: Reply | None = None) -> Iterator[Outage]:
        """
        Break it for the length of the block and repair it, whatever happens; the test ends, not exercised, where it
        cannot be broken so. *reply* is what it says when it is canned.

        Raises:
            NotTestable: the fault, or the repair, did not take.
        """
        if kind not in self.kinds:
            not_exercised(f"[facilities.faults] cannot make {self.name} {kind}")
        with self._faults.broken(self.name, kind, reply=reply) as outage:
            self.outages.append(outage)
            try:
                yield outage
            except ContractViolation as violation:
                violation.args = (f"while {self.name} is {kind}: {violation}",)  # the exchange alone does not show it
                raise

    def needed_by(self, operation: str) -> bool:
        """Whether *operation* needs it: as the target file says, or all but liveness where it says nothing."""
        named = self._faults.operations(self.name)
        return operation != "getLiveness" if named is None else operation in named

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
    """Perform again and again until the outcome is of one of *kinds* (accepted), for 60 s; return the last outcome."""
    deadline = time.monotonic() + RECOVERY_S
    while True:
        outcome = perform()
        if outcome.kind in (kinds or (Kind.ACCEPTED,)) or time.monotonic() > deadline:
            return outcome
        time.sleep(LOOK_AGAIN_S)
