"""From what tests did, and what answers broke, to the judgements of one process, each told and written down."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import replace
from pathlib import Path

import pytest

from contract import catalogue
from contract.catalogue import Requirement
from contract.errors import ContractViolation, NotTestable
from contract.results.events import Fault, Judgement
from contract.results.record import Recorder
from contract.targets.model import Target
from suites.rig.judging import NOT_REACHED, UNDECIDED
from suites.rig.launch import TargetGone
from suites.rig.run.findings import tell, with_script
from suites.rig.run.select import requirement_of
from suites.rig.run.state import State
from suites.rig.run.verdicts import Judge, first_line, is_ours, is_skip


class Reporting:
    """
    The half of the plugin that judges: what a test came to is pending until it is known that the target outlived it.

    `over` is set once the target is gone. `state` is what the process holds.
    """

    state: State

    def __init__(self, target: Target, judge: Judge, recorder: Recorder, folder: Path) -> None:
        self.target = target
        self.judge = judge
        self.recorder = recorder
        self.folder = folder
        self.over = False
        self._pending: list[Judgement] = []
        self._faults: list[Fault] = []
        self._seen: set[tuple[str, str, int, str]] = set()
        self._scripted: set[str] = set()

    @property
    def judged(self) -> tuple[Judgement, ...]:
        """What the test that is running, or has just ended, came to; nothing between tests."""
        return tuple(self._pending)

    def _killed(self, item: pytest.Item, row: Requirement, reports: list[pytest.TestReport]) -> list[pytest.TestReport]:
        """Judge a test that ended the target's process twice."""
        violation = ContractViolation(
            "the target's process ended during this test, twice", expected="an answer", actual="the process ended"
        )
        judgement = self.judge.violated(row, item.nodeid, violation, self.state.exchanges)
        self._pending[:] = [judgement]
        last = next((each for each in reports if each.when == "call"), reports[-1])
        tell(last, row, judgement, self.judge, self.folder)
        return [each for each in reports if each.when != "call"] + [last] if last.when == "call" else [last]

    def gone(self, session: pytest.Session, gone: TargetGone) -> None:
        """Stop: nothing more can be learnt from a target that is not there."""
        self.over = True
        self.recorder.unreachable(first_line(gone))
        session.shouldstop = "the target cannot be reached"

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(
        self, item: pytest.Item, call: pytest.CallInfo[None]
    ) -> Generator[None, pytest.TestReport, pytest.TestReport]:
        """Turn what the test did into a judgement, and let the report read as the judgement does."""
        report = yield
        row = row_of(item)
        error = call.excinfo.value if call.excinfo else None
        if row is None or isinstance(error, KeyboardInterrupt) or (error is None and call.when != "call"):
            return report
        if isinstance(error, TargetGone):
            self.gone(item.session, error)
            report.outcome, report.longrepr = "skipped", (str(item.path), 0, f"Skipped: {NOT_REACHED}: {error}")
        elif error is not None and not is_ours(error):
            self._faults.append(Fault(f"{type(error).__name__}: {first_line(error)}", row.id, item.nodeid))
        else:
            row = self._row_found(item, row, error)
            judgement = replace(self._judged(item, row, error), duration_s=round(call.duration, 3))
            self._pending.append(judgement)
            tell(report, row, judgement, self.judge, self.folder)
        return report

    def _row_found(self, item: pytest.Item, row: Requirement, error: BaseException | None) -> Requirement:
        """Return the requirement that *error* is about; where it is not *row*, the test's own, that stays undecided."""
        named = error.requirement if isinstance(error, ContractViolation) else ""
        if not named or named == row.id:
            return row
        self._pending.append(self.judge.skipped(row, item.nodeid, f"{UNDECIDED}: it ended at a finding about {named}"))
        return catalogue.find(named)

    def _judged(self, item: pytest.Item, row: Requirement, error: BaseException | None) -> Judgement:
        if error is None:
            return self.judge.passed(row, item.nodeid)
        if is_skip(error):
            return self.judge.skipped(row, item.nodeid, first_line(error))
        if isinstance(error, NotTestable):
            return self.judge.untestable(row, item.nodeid, error, self.state.exchanges[-4:])
        assert isinstance(error, AssertionError)
        judgement = self.judge.violated(row, item.nodeid, error, self.state.exchanges)
        return with_script(judgement, row, error, self.state, self.folder)

    def passive_violation(self, requirement: str, violation: ContractViolation) -> None:
        """Write down, once for all alike, that an answer broke a requirement that holds on every answer."""
        row = catalogue.find(requirement)
        answer = violation.answer
        key = (requirement, answer.request.operation if answer else "", answer.status if answer else 0, str(violation))
        if key not in self._seen:
            self._seen.add(key)
            judgement = self.judge.violated(row, "", violation, [answer] if answer else [])
            if answer is not None and requirement not in self._scripted:
                self._scripted.add(requirement)
                judgement = with_script(judgement, row, violation, self.state, self.folder)
            self.recorder.judgement(judgement)


def row_of(item: pytest.Item) -> Requirement | None:
    """Return the requirement that the test cites, or None for a test of something else."""
    name = requirement_of(item)
    return catalogue.find(name) if name else None
