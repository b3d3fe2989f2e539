"""`python -m contract lint FILE…`: one line for each finding, and an exit code."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from contract.document import load
from contract.errors import BindingError
from contract.lint import lint


def main(arguments: Sequence[str]) -> int:
    """
    Lint the files named in *arguments*; findings go to stdout, what cannot be read to stderr.

    Returns:
        0 clean, warnings allowed unless `--strict`; 1 findings; 2 a file that cannot be read or is no document.
    """
    parser = argparse.ArgumentParser(
        prog="python -m contract lint",
        description="Say what OpenAPI 3.0 and 3.1 documents of an authentication API get wrong or leave out.",
        epilog="Exit codes: 0 clean, 1 findings, 2 usage or unreadable. 'python -m contract explain ID' tells more.",
    )
    parser.add_argument("files", nargs="+", type=Path, metavar="FILE", help="an OpenAPI document, YAML or JSON")
    parser.add_argument("--strict", action="store_true", help="warnings too make the exit code 1")
    given = parser.parse_args(arguments)

    found, unreadable = [], 0
    for path in given.files:
        try:
            findings = lint(load(path))
        except BindingError as error:
            print(error, file=sys.stderr)
            unreadable += 1
            continue
        found += findings
        print(*findings, sep="\n", end="\n" if findings else "")
    errors = sum(finding.level == "error" for finding in found)
    warnings = len(found) - errors
    read = len(given.files) - unreadable
    unread = f", {unreadable} not read" if unreadable else ""
    print(f"{_count(read, 'document')}{unread}: {_count(errors, 'error')}, {_count(warnings, 'warning')}.")
    if unreadable:
        return 2
    return 1 if errors or (given.strict and warnings) else 0


def _count(number: int, what: str) -> str:
    return f"{number} {what}" if number == 1 else f"{number} {what}s"
