"""What every form of a report says of a verdict: its word, its column, the sentence about the run."""

from __future__ import annotations

from contract.results import ExitCode, Results
from contract.results.wording import COLUMNS

COLUMN_OF = {verdict: column for column, verdicts in COLUMNS.items() for verdict in verdicts}

SENTENCES = {
    ExitCode.GREEN: "green: nothing that binds this target is broken",
    ExitCode.RED: "red: something that binds this target is broken",
    ExitCode.INTERRUPTED: "interrupted: only what was known by then",
    ExitCode.HARNESS_ERROR: "error of the harness: this run cannot be trusted",
    ExitCode.USAGE: "the run was not asked for as it can be",
    ExitCode.NOTHING_JUDGED: "nothing was judged",
    ExitCode.UNREACHABLE: "the target cannot be reached",
}

STARTED = "started by the run"
CUT_SHORT = "cut short: the run ended before its time, and this is what it knew"


def sentence(results: Results) -> str:
    """Say in one sentence how the run ended."""
    if not results.complete or results.exit_code is None:
        return CUT_SHORT
    return SENTENCES[ExitCode(results.exit_code)]


def place(results: Results) -> str:
    """Return where the target was: its address, unless the run started it on a port of its own."""
    address = results.run.target["base_url"]
    return STARTED if "{port}" in address else address
