"""What a run tells its caller by its exit code."""

from __future__ import annotations

from enum import IntEnum

from contract.results.outcome import Results
from contract.results.verdict import is_red


class ExitCode(IntEnum):
    """
    The exit codes of a pytest run. Of those that hold, this order decides: 6, 3, 1, 5, 0.

    INTERRUPTED and USAGE are the runner's to give: no results lead to them.
    """

    GREEN = 0
    RED = 1
    INTERRUPTED = 2
    HARNESS_ERROR = 3
    USAGE = 4
    NOTHING_JUDGED = 5
    UNREACHABLE = 6


def exit_code(results: Results, *, strict_should: bool = False, require_all: bool = False) -> ExitCode:
    """Return the exit code of *results*; an option makes more verdicts red (`is_red`)."""
    if results.unreachable:
        return ExitCode.UNREACHABLE
    if results.faults:
        return ExitCode.HARNESS_ERROR
    verdicts = {verdict for row in results.rows for verdict in row.verdicts}
    if any(is_red(verdict, strict_should=strict_should, require_all=require_all) for verdict in verdicts):
        return ExitCode.RED
    if not any(row.judged for row in results.rows):
        return ExitCode.NOTHING_JUDGED
    return ExitCode.GREEN
