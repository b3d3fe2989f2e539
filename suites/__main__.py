"""`python -m suites`: what is done with a target beside a run: trying its file out, and cleaning up."""

from __future__ import annotations

from collections.abc import Sequence

from contract.commands import Commands, end_with, run

COMMANDS: Commands = {
    "check": ("suites.rig.trying.command:main", "walk with one account through what a target file claims, and explain"),
    "cleanup": ("suites.rig.cleanup:main", "remove the accounts that a run has left, and prove it"),
    "prune": ("suites.rig.prune:main", "delete old runs, and none that is going on or has left something behind"),
}
CODES = "Exit codes: 0 good, 1 findings, 2 usage, 3 an error of the harness, 6 the target cannot be reached."


def main(arguments: Sequence[str]) -> int:
    """Run one command; 0 good, 1 findings, 2 usage, 3 an error of the harness, 6 the target cannot be reached."""
    return run("python -m suites", COMMANDS, arguments, epilog=CODES)


if __name__ == "__main__":
    end_with(main)
