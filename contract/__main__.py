"""`python -m contract`: what can be done with contracts, catalogue and target files, without any network."""

from __future__ import annotations

from collections.abc import Sequence

from contract.commands import Commands, end_with, run

COMMANDS: Commands = {
    "lint": ("contract.lint.command:main", "say what OpenAPI documents get wrong or leave out"),
    "diff": ("contract.diff.command:main", "say what changed between two OpenAPI documents, and what it means"),
    "drift": ("contract.drift.command:main", "say where recorded traffic differs from an OpenAPI document"),
    "explain": ("contract.explain:main", "say what a requirement or a rule asks, and why"),
    "init": ("contract.drafting.command:main", "draft a target file from an OpenAPI document"),
    "template": ("contract.targets.template:main", "print a target file to fill in, every key explained"),
}
HELP = "'python -m contract COMMAND --help' tells more. Exit codes: 0 good, 1 findings, 2 usage."


def main(arguments: Sequence[str]) -> int:
    """Run one command; 0 good, 1 findings, 2 usage or unreadable input, which is said on stderr without a traceback."""
    return run("python -m contract", COMMANDS, arguments, epilog=HELP)


if __name__ == "__main__":
    end_with(main)
