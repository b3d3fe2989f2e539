"""`python -m contract diff OLD NEW`: a line for each change, and an exit code."""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from datetime import date
from pathlib import Path

from contract.diff.compare import changes
from contract.diff.rating import Consumer, Posture
from contract.diff.result import FAIL_ON, Diff, excused
from contract.diff.sources import read
from contract.diff.text import lines, workflow_commands
from contract.diff.witness import witnessed
from contract.errors import BindingError, unknown
from contract.known_failures import read_file


def main(arguments: Sequence[str]) -> int:
    """
    Compare two documents.

    Returns:
        0 nothing that is not allowed; 1 a change that is not; 2 a document or an option that cannot be read.
    """
    parser = argparse.ArgumentParser(
        prog="python -m contract diff",
        description="Say what changed between two OpenAPI documents, what it means to clients (breaking, risky, "
        "compatible), and what it means to security (weakened, neutral, strengthened).",
        epilog="Exit codes: 0 nothing that is not allowed, 1 a change that is not, 2 usage or unreadable. "
        "'python -m contract explain ID' tells more of a rule.",
    )
    parser.add_argument("old", metavar="OLD", help="the old document: a file, or REV:path of git")
    parser.add_argument("new", metavar="NEW", help="the new document: a file, or REV:path of git")
    parser.add_argument(
        "--fail-on",
        default=f"{Consumer.BREAKING},{Posture.WEAKENED}",
        metavar="RATINGS",
        help=f"what is not allowed, with commas: {', '.join(FAIL_ON)}, or none (default: breaking,weakened)",
    )
    parser.add_argument("--known-failures", type=Path, metavar="FILE", help="changes that are excused, and until when")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the changes as JSON (diff.schema.json)")
    parser.add_argument("--annotations", action="store_true", help="print GitHub annotations too")
    parser.add_argument("--no-witness", action="store_true", help="do not look for values that show a change")
    given = parser.parse_args(arguments)

    fail_on = ratings(given.fail_on)
    entries = read_file(given.known_failures) if given.known_failures else ()
    old, new = read(given.old), read(given.new)
    found = changes(old, new)
    if not given.no_witness:
        found = witnessed(found, old, new)
    diff = excused(Diff(given.old, given.new, tuple(found), fail_on), entries, date.today())
    if given.json:
        write(given.json, diff)
    print(*lines(diff), sep="\n")
    if given.annotations:
        print(*workflow_commands(diff), sep="\n", end="\n" if diff.changes else "")
    return 1 if diff.failed else 0


def ratings(text: str) -> frozenset[str]:
    """
    Return the ratings that *text* names, with commas; "none" names none.

    Raises:
        BindingError: one of them is none.
    """
    names = [name.strip() for name in text.split(",") if name.strip()]
    if names == ["none"]:
        return frozenset()
    problems = [f"--fail-on: {unknown('rating', name, FAIL_ON)}" for name in names if name not in FAIL_ON]
    if problems or not names:
        raise BindingError(*(problems or [f"--fail-on: names nothing. Valid: {', '.join(FAIL_ON)}, or none."]))
    return frozenset(names)


def write(path: Path, diff: Diff) -> None:
    """
    Write *diff* as JSON to *path*.

    Raises:
        BindingError: it cannot be written.
    """
    try:
        path.write_text(json.dumps(diff.to_json(), indent=2, ensure_ascii=True) + "\n", encoding="utf-8")
    except OSError as error:
        raise BindingError(f"{path}: cannot be written ({error.strerror}).") from None
