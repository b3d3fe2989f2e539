"""Beginning a run: from the command line to a target, a folder and the plugins that do the work."""

from __future__ import annotations

import os
from dataclasses import replace
from datetime import date
from pathlib import Path

import allure_commons
import pytest

from contract.consent import left_out, polite, profile_for
from contract.errors import BindingError
from contract.known_failures import read_file
from contract.results.folder import new_run
from contract.targets.model import Target
from contract.targets.read import resolve
from suites.rig.run import allure
from suites.rig.run.controller import Controller, Report
from suites.rig.run.options import Options, read
from suites.rig.run.plan import Plan
from suites.rig.run.plugin import Worker
from suites.rig.run.select import Selection
from suites.rig.run.time_left import TimeLeft
from suites.rig.run.verdicts import Judge

REPORTED_BY_DEFAULT = "fE"
PLUGIN = "authproof-worker"
NO_TARGET = ("selftest", "benchmarks")
TELLS_ONLY = "collectonly help version markers showfixtures show_fixtures_per_test setupplan cacheshow".split()
"""Options of pytest's own with which no test is run, so that there is no run to make a folder for."""
MARKS = (
    "requirement(ID): the one requirement of contract/requirements/ that the test judges",
    "feature(NAME): what the target must claim for this test to apply, beside the features of its row",
    "impatient: a 429 is what the test is about, and is not waited out",
)


def configure(config: pytest.Config, *, report: Report) -> None:
    """
    Set a conformance run up; nothing where only tests of the harness itself were named.

    Args:
        report: What writes the report of finished results into the run's folder, and returns the page.
    """
    if config.option.reportchars == REPORTED_BY_DEFAULT and not judges_nothing(config):
        config.option.reportchars = ""  # the findings stand above, and the areas below them
    for mark in MARKS:
        config.addinivalue_line("markers", mark)
    if judges_nothing(config):
        return
    try:
        options = read(config)
        target = resolve(options.target, environ=os.environ)
        known = target.known_failures + (read_file(options.known_failures) if options.known_failures else ())
        disturb = profile_for(target, options.consents) == "full"
        gentle = left_out(target, options.consents)
    except BindingError as error:
        raise pytest.UsageError("\n".join(error.problems)) from None
    notes = [*target.unfilled, *([gentle] if gentle else [])]
    if gentle:
        target = polite(target)
    shuffle_by = options.seed if options.shuffled else None
    config.pluginmanager.register(Selection(options.requirements, shuffle_by, sparing=bool(gentle)))
    if options.plan:
        config.option.dist, config.option.tx = "no", []
        config.pluginmanager.register(Plan(options, target, may_disturb=disturb), PLUGIN)
        return
    if any(getattr(config.option, name, False) for name in TELLS_ONLY):
        return
    given = getattr(config, "workerinput", {}).get("authproof")
    if given is None:
        folder = from_here(new_run(config.rootpath))
        controller = Controller(options, target, known, folder, notes=notes, report=report)
        config.pluginmanager.register(controller, "authproof-controller")
        if allure_folder := config.getoption("allure_report_dir", None):
            allure.begin(Path(allure_folder), {"target": target.name, "run": folder.name, "seed": str(options.seed)})
            controller.then.append(allure.add_what_no_test_says)
    else:
        folder, options = Path(given["folder"]), replace(options, seed=given["seed"])
    if given is not None or not distributes(config):
        work(config, options, target, known, folder, disturb=disturb)


def work(config: pytest.Config, options: Options, target: Target, known: tuple, folder: Path, *, disturb: bool) -> None:
    """Let this process run tests: it is an xdist worker, or the only one."""
    said = getattr(config, "workerinput", {"workerid": "main", "workercount": 1})
    judge, shares = Judge(target, known, date.today()), int(said["workercount"])
    worker = Worker(options, target, judge, folder=folder, worker=said["workerid"], may_disturb=disturb, shares=shares)
    config.pluginmanager.register(worker, PLUGIN)
    if not hasattr(config, "workerinput"):
        config.pluginmanager.register(TimeLeft(target), "authproof-time-left")
    if config.getoption("allure_report_dir", None):
        put_right = allure.AllureResults(lambda: worker.judged, lambda: worker.state.exchanges)
        allure_commons.plugin_manager.register(put_right)
        config.add_cleanup(lambda: allure_commons.plugin_manager.unregister(put_right))
        config.option.attach_capture = False  # logs and output are not masked


def from_here(folder: Path) -> Path:
    """Return *folder* as the user would type it: from the working directory, where it is below that."""
    here = Path.cwd()
    return folder.relative_to(here) if folder.is_relative_to(here) else folder


def judges_nothing(config: pytest.Config) -> bool:
    """Whether every path on the command line holds tests of the harness itself."""
    named = [argument.partition("::")[0] for argument in config.invocation_params.args if not argument.startswith("-")]
    paths = [Path(name) for name in named if Path(name).exists()]
    return bool(paths) and all(any(part in NO_TARGET for part in path.resolve().parts) for path in paths)


def distributes(config: pytest.Config) -> bool:
    """Whether xdist hands the tests to other processes."""
    return bool(getattr(config.option, "numprocesses", None)) or bool(getattr(config.option, "tx", None))
