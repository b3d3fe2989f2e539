"""One command line with several commands: finding the one that is meant, and ending well whatever becomes of it."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Mapping, Sequence
from importlib import import_module
from io import TextIOWrapper
from typing import NoReturn

from contract.errors import BindingError, HarnessError, unknown

Commands = Mapping[str, tuple[str, str]]
"""Name to "module:function" and what it does; the function takes the arguments after the name, returns the code."""


def run(prog: str, commands: Commands, arguments: Sequence[str], *, epilog: str) -> int:
    """
    Run the command that *arguments* begin with, and return its exit code.

    2 where something that was given is wrong, 3 where the harness cannot go on; either is said on stderr, without a
    traceback.
    """
    parser = argparse.ArgumentParser(
        prog=prog,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        description="Commands:\n" + "\n".join(f"  {name:<10}{what}" for name, (_, what) in commands.items()),
        epilog=epilog,
    )
    parser.add_argument("command", metavar="COMMAND")
    parser.add_argument("rest", nargs=argparse.REMAINDER, metavar="...")
    given = parser.parse_args(arguments)
    try:
        if given.command not in commands:
            raise BindingError(unknown("command", given.command, commands))
        module, _, name = commands[given.command][0].partition(":")
        function: Callable[[Sequence[str]], int] = getattr(import_module(module), name)
        return function(given.rest)
    except HarnessError as error:
        print(error, file=sys.stderr)
        return 2 if isinstance(error, BindingError) else 3


def end_with(main: Callable[[Sequence[str]], int]) -> NoReturn:
    """End the process with what *main* makes of its arguments, even where the reader of its output has had enough."""
    if isinstance(sys.stdout, TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")  # a document may hold what the terminal cannot show
    try:
        code = main(sys.argv[1:])
        sys.stdout.flush()
    except BrokenPipeError:  # the reader, such as `head`, had enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        code = 0
    raise SystemExit(code)
