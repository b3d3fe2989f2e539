"""`python -m contract`: what can be done with contracts, catalogue and target files, without any network."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Sequence
from importlib import import_module
from io import TextIOWrapper

from contract.errors import BindingError, unknown

COMMANDS = {
    "lint": ("contract.lint.command:main", "say what OpenAPI documents get wrong or leave out"),
    "diff": ("contract.diff.command:main", "say what changed between two OpenAPI documents, and what it means"),
    "drift": ("contract.drift.command:main", "say where recorded traffic differs from an OpenAPI document"),
    "explain": ("contract.explain:main", "say what a requirement or a rule asks, and why"),
    "init": ("contract.drafting.command:main", "draft a target file from an OpenAPI document"),
    "template": ("contract.targets.template:main", "print a target file to fill in, every key explained"),
}
"""Name to where its function is and what it does; the function takes the arguments after the name, returns the code."""


def main(arguments: Sequence[str]) -> int:
    """Run one command; 0 good, 1 findings, 2 usage or unreadable input, which is said on stderr without a traceback."""
    parser = argparse.ArgumentParser(
        prog="python -m contract",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        description="Commands:\n" + "\n".join(f"  {name:<10}{what}" for name, (_, what) in COMMANDS.items()),
        epilog="'python -m contract COMMAND --help' tells more. Exit codes: 0 good, 1 findings, 2 usage.",
    )
    parser.add_argument("command", metavar="COMMAND")
    parser.add_argument("rest", nargs=argparse.REMAINDER, metavar="...")
    given = parser.parse_args(arguments)
    try:
        if given.command not in COMMANDS:
            raise BindingError(unknown("command", given.command, COMMANDS))
        return _function(COMMANDS[given.command][0])(given.rest)
    except BindingError as error:
        print(error, file=sys.stderr)
        return 2


def _function(place: str) -> Callable[[Sequence[str]], int]:
    module, _, name = place.partition(":")
    function: Callable[[Sequence[str]], int] = getattr(import_module(module), name)
    return function


if __name__ == "__main__":
    if isinstance(sys.stdout, TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")  # a document may hold what the terminal cannot show
    try:
        code = main(sys.argv[1:])
        sys.stdout.flush()
    except BrokenPipeError:  # the reader, such as `head`, had enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        code = 0
    raise SystemExit(code)
