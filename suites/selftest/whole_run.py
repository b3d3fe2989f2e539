"""The real command, run as a user runs it, and what it left."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from contract import results
from contract.results import Results, Verdict

ROOT = Path(__file__).parents[2]
PLACE = "results in "


@dataclass(frozen=True, slots=True)
class WholeRun:
    """How a run ended: its exit code, what it printed, and its results, None where it made none."""

    code: int
    text: str
    results: Results | None

    def verdicts(self, *quiet: Verdict) -> dict[str, Verdict]:
        """Return what each requirement came to, without those that came to one of *quiet*."""
        assert self.results is not None, self.text
        return {row.requirement: row.verdict for row in self.results.rows if row.verdict not in quiet}

    @property
    def last_lines(self) -> str:
        """The end of what it printed, on one line, for a message."""
        return " / ".join(self.text.strip().splitlines()[-6:])


def command(*arguments: str) -> list[str]:
    """Return the command line of `pytest` with *arguments*, as quiet as the README's."""
    return [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *arguments]


def run(
    *arguments: str,
    timeout_s: float = 300,
    environment: Mapping[str, str] | None = None,
    through: Sequence[str] = (),
) -> WholeRun:
    """
    Run `pytest` with *arguments* to its end, in *environment*; in our own where none is given.

    *through* is a command that starts it, such as `nice`.
    """
    done = subprocess.run(
        [*through, *command(*arguments)],
        cwd=ROOT, env=environment, capture_output=True, text=True, check=False, timeout=timeout_s,
    )  # fmt: skip
    places = [line.removeprefix(PLACE) for line in done.stdout.splitlines() if line.startswith(PLACE)]
    return WholeRun(done.returncode, done.stdout + done.stderr, results.load(ROOT / places[-1]) if places else None)
