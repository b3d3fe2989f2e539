"""The pytest plugin of the process that the user started: makes the run's folder, folds what the workers wrote."""

from __future__ import annotations

import platform
import sys
from collections.abc import Callable
from datetime import UTC, date, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pytest

from contract import results
from contract.catalogue import load
from contract.results import ExitCode, Recorder, Results
from contract.targets.model import KnownFailure, Target
from suites.rig.run import summary
from suites.rig.run.options import Options

Report = Callable[[Results, Path], Path]
"""What writes the report of results into their folder, and returns the page. Raises OSError."""

JUDGING = ("pytest", "httpx", "jsonschema-rs", "hypothesis", "schemathesis")


class Controller:
    """
    Writes the run's first and last event, folds it into results, decides the exit code, and tells the user.

    `then` is called with the results once they are saved.
    """

    def __init__(
        self,
        options: Options,
        target: Target,
        known: tuple[KnownFailure, ...],
        folder: Path,
        *,
        notes: list[str],
        report: Report,
    ) -> None:
        self.options = options
        self.target = target
        self.known = known
        self.folder = folder
        self.recorder = Recorder(folder)
        self.results: Results | None = None
        self._report = report
        self._last_line = ""
        self.then: list[Callable[[Results], object]] = []
        self.recorder.run(
            results.Run(
                id=folder.name,
                started=now(),
                target={"name": target.name, "base_url": target.base_url, "environment": target.environment},
                seed=options.seed,
                argv=tuple(sys.argv[1:]),
                versions={name: version(name) for name in JUDGING},
                environment={"python": platform.python_version(), "system": platform.platform(terse=True)},
            )
        )
        for note in notes:
            self.recorder.note(note)

    @pytest.hookimpl(optionalhook=True)
    def pytest_configure_node(self, node: Any) -> None:
        """Tell an xdist worker which run it works for."""
        node.workerinput["authproof"] = {"folder": str(self.folder), "seed": self.options.seed}

    @pytest.hookimpl(trylast=True)
    def pytest_sessionfinish(self, session: pytest.Session, exitstatus: int) -> None:
        """Fold what was written into results.json, and let the run end with the code that they call for."""
        if hasattr(session.config, "workerinput"):
            return
        folded = results.load_events(self.folder)
        today = date.today()
        for each in results.stale_entries(folded, self.known, today):
            self.recorder.judgement(each)
        self._note_what_is_missing()
        folded = results.load_events(self.folder)
        code = int(
            results.exit_code(folded, strict_should=self.options.strict_should, require_all=self.options.require_all)
        )
        if exitstatus in (ExitCode.INTERRUPTED, ExitCode.HARNESS_ERROR, ExitCode.USAGE) and not folded.unreachable:
            code = int(exitstatus)
        elif exitstatus == pytest.ExitCode.TESTS_FAILED and code in (ExitCode.GREEN, ExitCode.NOTHING_JUDGED):
            code = int(ExitCode.RED)  # a test that cites no requirement failed
        self.recorder.end(code, now())
        self.recorder.close()
        self.results = results.load_events(self.folder)
        results.save(self.results, self.folder)
        session.exitstatus = code
        for each in self.then:
            each(self.results)
        try:
            self._last_line = f"report in {self._report(self.results, self.folder)}"
        except OSError as fault:
            self._last_line = f"no report was written: {fault.strerror}; the results are whole"

    def _note_what_is_missing(self) -> None:
        if self.options.requirements:
            return
        pending = [row.id for row in load().values() if row.pending]
        if pending:
            self.recorder.note(f"{len(pending)} of {len(load())} requirements have no check yet")

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """Say what came out: an area a line, what nobody's test could say, and where the rest is."""
        if self.results is not None:
            summary.show(terminalreporter, self.results, self.options, self.target, self.folder)

    @pytest.hookimpl(trylast=True)
    def pytest_unconfigure(self, config: pytest.Config) -> None:
        """Say in the very last line, behind pytest's own, where to read on."""
        out = config.pluginmanager.get_plugin("terminalreporter")
        if self._last_line and out is not None:
            out.write_line(self._last_line)


def now() -> str:
    """Return this moment in RFC 3339, UTC."""
    return datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
