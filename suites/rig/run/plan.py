"""What a run will cost before it sends anything: requests, accounts, failures, seconds."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from contract.catalogue import Requirement
from contract.results import Cost
from contract.targets.model import Target
from suites.rig.run.options import Options
from suites.rig.run.select import (
    cited,
    dearest_left_out,
    is_generated,
    requirement_of,
    why_not_applicable,
    why_not_exercised,
)

START_S = 1.5  # an instance of a target with a start line
REQUEST_S = 0.012  # measured on the reference: 360 requests in 5 s of testing
ACCOUNT_S = 0.06  # beside its requests: two hashes at OWASP's minimum, and those of its logins


def cost_of(row: Requirement, target: Target) -> Cost:
    """Return what judging *row* takes; seconds at the rates of the target file, or at a quick target's pace."""
    costs = row.costs
    rate, registrations = target.transport.rate_per_s, target.transport.registrations_per_min
    seconds = costs.requests / rate if rate else costs.requests * REQUEST_S + costs.accounts * ACCOUNT_S
    if registrations:
        seconds = max(seconds, costs.accounts * 60 / registrations)
    return Cost(costs.requests, costs.accounts, costs.failures, round(seconds, 3))


def rows_to_judge(
    items: Sequence[pytest.Item], options: Options, target: Target, *, may_disturb: bool
) -> tuple[list[Requirement], dict[str, str]]:
    """Return the requirements that *items* will judge, and for each one left out the reason."""
    rows, left_out = [], {}
    for row in cited(items):
        if why_not_applicable(row, target):
            continue
        if why := why_not_exercised(row, target, may_disturb=may_disturb):
            left_out[row.id] = why
        else:
            rows.append(row)
    if options.time_s is not None and not all(map(is_generated, items)):
        seconds = {row.id: cost_of(row, target).duration_s for row in rows}
        for name in dearest_left_out(rows, seconds, options.time_s - START_S):
            left_out[name] = f"--time={options.time_s:g}s has no room for its {seconds[name]:.1f} s"
        rows = [row for row in rows if row.id not in left_out]
    return rows, left_out


class Plan:
    """The plugin in place of a run's: prints the plan, and runs no test."""

    def __init__(self, options: Options, target: Target, *, may_disturb: bool) -> None:
        self.options = options
        self.target = target
        self.may_disturb = may_disturb

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        """Print one line for each requirement, and the totals."""
        out = session.config.get_terminal_writer()
        rows, left_out = rows_to_judge(session.items, self.options, self.target, may_disturb=self.may_disturb)
        out.line(f"{'':<10}{'requests':>9}{'accounts':>9}{'failures':>9}{'seconds':>9}")
        total = Cost(duration_s=START_S if self.target.start else 0.0)
        for row in rows:
            cost = cost_of(row, self.target)
            total += cost
            out.line(figures(row.id, cost))
        out.line(figures("total", total), bold=True)
        tests = sum(requirement_of(item) in {row.id for row in rows} for item in session.items)
        out.line(f"{tests} tests of {len(rows)} requirements on {self.target.name}; nothing was sent")
        for name, why in left_out.items():
            out.line(f"left out: {name}: {why}")
        return True

    @pytest.hookimpl(trylast=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        """A plan is no run without tests: it ends well."""
        session.exitstatus = pytest.ExitCode.OK


def figures(name: str, cost: Cost) -> str:
    """Return one line of the plan."""
    return f"{name:<10}{cost.requests:>9}{cost.accounts:>9}{cost.failures:>9}{cost.duration_s:>9.1f}"
