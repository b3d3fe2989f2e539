"""`python -m suites`: what is done with a target beside a run: trying its file out, and cleaning up."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Sequence
from importlib import import_module

from contract.errors import BindingError, HarnessError, unknown

COMMANDS = {
    "check": ("suites.rig.trying.command", "walk with one account through what a target file claims, and explain"),
    "cleanup": ("suites.rig.cleanup", "remove the accounts that a run has left, and prove it"),
}
"""Name to the module whose `main` takes the arguments after the name, and what it does."""


def main(arguments: Sequence[str]) -> int:
    """Run one command; 0 good, 1 findings, 2 usage, 3 an error of the harness, 6 the target cannot be reached."""
    parser = argparse.ArgumentParser(
        prog="python -m suites",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        description="Commands:\n" + "\n".join(f"  {name:<10}{what}" for name, (_, what) in COMMANDS.items()),
        epilog="Exit codes: 0 good, 1 findings, 2 usage, 3 an error of the harness, 6 the target cannot be reached.",
    )
    parser.add_argument("command", metavar="COMMAND")
    parser.add_argument("rest", nargs=argparse.REMAINDER, metavar="...")
    given = parser.parse_args(arguments)
    try:
        if given.command not in COMMANDS:
            raise BindingError(unknown("command", given.command, COMMANDS))
        function: Callable[[Sequence[str]], int] = import_module(COMMANDS[given.command][0]).main
        return function(given.rest)
    except BindingError as error:
        print(error, file=sys.stderr)
        return 2
    except HarnessError as error:
        print(error, file=sys.stderr)
        return 3


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
