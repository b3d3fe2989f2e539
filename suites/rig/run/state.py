"""What one process of a run holds: its voices, what they received, and whether the target still lives."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable
from pathlib import Path

from contract.answers import Answer, Kind, Request
from contract.classify import classify
from contract.errors import ContractViolation, NotTestable
from contract.targets.model import Target
from suites.rig.courtesy import Courtesy
from suites.rig.launch import TargetGone
from suites.rig.passive import PassiveJudge
from suites.rig.preflight import preflight
from suites.rig.run.voices import Voices
from suites.rig.skew import skew

LOOK_AGAIN_S = 10.0
GUESSES = frozenset({"loginUser", "verifyMfa"})


class State(Voices):
    """
    Everything of one conformance run in one process: an xdist worker, or the only one.

    `preflight_failure` is set once the first walk failed, and then nothing that depends on it is tried; `skew_s` is
    measured on that walk.
    """

    def __init__(
        self,
        target: Target,
        *,
        folder: Path,
        worker: str,
        seed: int,
        options: str,
        passive_rows: frozenset[str],
        on_violation: Callable[[str, ContractViolation], None],
        courtesy: Courtesy | None = None,
    ) -> None:
        told = {"folder": folder, "worker": worker, "seed": seed, "options": options, "courtesy": courtesy}
        super().__init__(target, self.received, **told)
        self.passive = PassiveJudge(target, passive_rows, self.people.canaries)
        self.urls: set[str] = set()
        self.failures = 0
        self.preflight_failure: ContractViolation | None = None
        self._on_violation = on_violation
        self._walked = False

    def begin(self) -> None:
        """Forget what the test before received."""
        self.exchanges.clear()
        self.moves.clear()
        self.outages.clear()

    # -- what is received

    def received(self, answer: Answer) -> None:
        """Keep *answer*, and judge what must hold on every answer."""
        self.exchanges.append(answer)
        self.urls.add(answer.request.url)
        if answer.request.operation in GUESSES and answer.status:
            kind = classify(self.launcher.file, answer.request.operation, answer)
            self.failures += kind is Kind.REFUSED_CREDENTIALS
        for requirement, violation in self.passive.violations(answer):
            self._on_violation(requirement, violation)

    def walk_first(self) -> None:
        """
        Do the preflight, once in this process.

        Raises:
            TargetGone: nothing answers.
            ContractViolation: what every check builds on does not work; the first time, and never again.
        """
        if not self._walked:
            self._walked = True
            if self._sink is not None:
                with contextlib.suppress(NotTestable):  # whoever wants a mail is told
                    self._sink.serve()
            try:
                preflight(self.api())
            except ContractViolation as violation:
                self.preflight_failure = violation
                raise
            self.skew_s = skew(self.exchanges)
            for api in self._apis.values():
                api.clock_offset_s += self.skew_s

    # -- whether it still lives

    def died(self) -> bool:
        """
        Whether the target went away during the test: a process ended, or a deployed target answers nothing any more.

        Raises:
            TargetGone: a deployed target stays silent.
        """
        if any(not instance.alive() for instance in self.launcher.instances()):
            return True
        if self.launcher.file.start or not any(answer.status == 0 for answer in self.exchanges):
            return False
        api = self.api()
        request = Request("GET", api.target.base_url)
        deadline = time.monotonic() + LOOK_AGAIN_S
        while not api.answers(request):
            if time.monotonic() > deadline:
                fault = next(answer.fault for answer in reversed(self.exchanges) if not answer.status)
                raise TargetGone(f"{api.target.name}: {api.target.base_url} went away: {fault}")
            time.sleep(0.5)
        return False
