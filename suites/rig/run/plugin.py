"""The pytest plugin of one process: selects, runs, judges, and writes down what came out as it comes out."""

from __future__ import annotations

import time
from dataclasses import replace
from pathlib import Path

import pytest
from _pytest.runner import runtestprotocol

from contract import catalogue
from contract.consent import POLITE_ACCOUNTS, POLITE_REQUESTS
from contract.errors import ContractViolation
from contract.results.events import Cost, Relevant
from contract.results.record import Recorder
from contract.targets.model import Target
from suites.rig import outage_table
from suites.rig.courtesy import Courtesy, at_its_share
from suites.rig.judging import NOT_REACHED, not_applicable, not_exercised
from suites.rig.launch import TargetGone
from suites.rig.logs import told_in_all
from suites.rig.passive import PASSIVE
from suites.rig.run.options import Options
from suites.rig.run.plan import cost_of, rows_to_judge
from suites.rig.run.reporting import Reporting, row_of
from suites.rig.run.select import (
    NAMES,
    NO_CONSENT,
    declared,
    features_of,
    is_generated,
    why_not_applicable,
)
from suites.rig.run.state import State
from suites.rig.run.verdicts import Judge, first_line
from suites.rig.skew import in_words
from suites.rig.turns import Turns

PREFLIGHT = "PREFLIGHT"
LOGS = "DATA-04"  # judged once more when a run ends, on all that was logged


class Worker(Reporting):
    """
    Runs the tests of one process: an xdist worker, or the only one.

    A test's judgement is written when the test has ended, and not before it is known that the target outlived it.
    `shares` is how many processes share the run's tests.
    """

    def __init__(
        self,
        options: Options,
        target: Target,
        judge: Judge,
        *,
        folder: Path,
        worker: str,
        may_disturb: bool,
        shares: int = 1,
    ) -> None:
        super().__init__(target, judge, Recorder(folder, worker), folder)
        rows = options.requirements or frozenset(catalogue.load())
        self.options = options
        self.shares = shares
        self.may_disturb = may_disturb
        self.judged_rows = rows
        self.passive_rows = frozenset(each.requirement for each in PASSIVE) & rows
        self.state = State(
            at_its_share(target, shares),
            folder=folder,
            worker=worker,
            seed=options.seed,
            options=" ".join(f"--defect={each}" for each in options.defects),
            passive_rows=self.passive_rows,
            on_violation=self.passive_violation,
            courtesy=None if may_disturb else Courtesy(-(-POLITE_ACCOUNTS // shares), POLITE_REQUESTS // shares),
        )
        self.turns = Turns(target)
        self.left_out: dict[str, str] = {}
        self.sent = 0
        self._began_s = time.monotonic()

    # -- selecting

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        """Write down what is to be judged: what a killed run never came to is then known."""
        rows, self.left_out = rows_to_judge(session.items, self.options, self.target, may_disturb=self.may_disturb)
        for row in rows:
            self.recorder.plan(row.id, row.level, cost_of(row, self.target))

    def pytest_runtest_setup(self, item: pytest.Item) -> None:
        """Leave out what the target does not claim, what cannot be shown here, and what nobody allowed."""
        row = row_of(item)
        if row is None:
            return
        if why := why_not_applicable(row, self.target, features_of(item)):
            not_applicable(why)
        if why := self.left_out.get(row.id):
            not_exercised(why)
        if is_generated(item) and not self.may_disturb:
            not_exercised(NO_CONSENT)
        if self.state.preflight_failure is not None:
            pytest.skip(f"{NOT_REACHED}: the preflight failed")

    # -- running

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_protocol(self, item: pytest.Item, nextitem: pytest.Item | None) -> bool | None:
        """Run a test; where the target died of it, start the target again and run the test once more, alone."""
        row = row_of(item)
        if row is None:
            return None
        item.ihook.pytest_runtest_logstart(nodeid=item.nodeid, location=item.location)
        try:
            with self.turns.turn(alone=row.exclusive):
                reports = self._attempt(item, nextitem)
                if not self.over and self.state.died():
                    self.state.revive()
                    reports = self._attempt(item, nextitem)
                    if self.state.died():
                        reports = self._killed(item, row, reports)
                        self.state.revive()
        except TargetGone as gone:
            self.gone(item.session, gone)
            reports = []
        for each in self._pending:
            self.recorder.judgement(each)
        for fault in self._faults:
            self.recorder.fault(fault)
        self._write_counts()
        outage_table.write(self.folder, outage_table.met(self.state.outages, self.state.exchanges))
        for report in reports:
            item.ihook.pytest_runtest_logreport(report=report)
        item.ihook.pytest_runtest_logfinish(nodeid=item.nodeid, location=item.location)
        self._pending.clear()
        return True

    def _attempt(self, item: pytest.Item, nextitem: pytest.Item | None) -> list[pytest.TestReport]:
        self.sent += len(self.state.exchanges)
        self.state.begin()
        self._pending.clear()
        self._faults.clear()
        if hasattr(item, "_initrequest"):
            item._initrequest()  # fixtures of the function are made anew when it is run again
        return list(runtestprotocol(item, log=False, nextitem=nextitem))

    # -- beginning and ending

    def preflight(self, session: pytest.Session) -> None:
        """Walk once through what every check builds on; a failure is one red verdict, and the rest is not reached."""
        before_s = self.state.skew_s
        try:
            self.state.walk_first()
            if self.state.skew_s != before_s:
                self.recorder.note(in_words(self.state.skew_s))
        except ContractViolation as violation:
            row = replace(
                catalogue.find("LOGIN-01"), id=PREFLIGHT, area="preflight", project_rule=False, asvs_level=None
            )
            self.recorder.judgement(self.judge.violated(row, "", violation, self.state.exchanges))
            pytest.skip(f"{NOT_REACHED}: the preflight failed")
        except TargetGone as gone:
            self.gone(session, gone)
            pytest.skip(f"{NOT_REACHED}: {first_line(gone)}")

    def need(self, facility: str) -> None:
        """End the test where the tester does not have *facility*, or may not use it on this target."""
        if facility not in declared(self.target):
            not_exercised(f"needs {NAMES[facility]}; declare [facilities.{facility}] in the target file")
        if facility in catalogue.WHOLE_TARGET and not self.may_disturb:
            not_exercised(NO_CONSENT)

    def _write_counts(self) -> None:
        for name in sorted(self.passive_rows):
            counts = self.state.passive.relevant.get(name, {})
            relevant = [Relevant(*key, count) for key, count in sorted(counts.items())]
            self.recorder.passive(name, catalogue.find(name).level, relevant)

    @pytest.hookimpl(tryfirst=True)
    def pytest_sessionfinish(self) -> None:
        """Read what was logged, end every instance, and say what was sent."""
        if LOGS in self.judged_rows and "logs" in declared(self.target) and not self.over:
            for violation in told_in_all(self.state.launcher.instances(), self.state.urls):
                self.passive_violation(LOGS, violation)
        self.sent += len(self.state.exchanges)
        took_s = round(time.monotonic() - self._began_s, 3)
        self.recorder.cost(Cost(self.sent, self.state.journal.made, self.state.failures, took_s))
        self.recorder.close()
        self.state.close()
