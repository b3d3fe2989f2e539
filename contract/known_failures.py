"""
Known failures: a target's excused failures, each scoped and dated so that it hides no regression.

    [[known_failure]]
    requirement = "LOGIN-02"
    operation   = "loginUser"       # an operationId of the contract, or "*"
    actual      = "400"             # what the target does instead: a status or a kind of answer
    reason      = "ACME-412, fixed in 2.3"
    owner       = "identity team"
    until       = 2027-03-31        # the last day on which it is excused

The same entries serve suites, drift and load. Where documents are compared, `requirement` is the id of a rule
(DIFF-...) and `actual` the JSON Pointer of the changed key. What fails outside the scope of every entry is red; so is a
stale entry.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from pathlib import Path

from contract import catalogue
from contract.answers import Kind
from contract.diff.rating import RULES as CHANGES
from contract.drift.rules import RULES as DRIFT
from contract.errors import BindingError, unknown
from contract.targets.model import OPERATIONS, KnownFailure

ANY_OPERATION = "*"
KINDS = frozenset(kind.value for kind in Kind)
STATUS = re.compile(r"[1-5][0-9]{2}", re.ASCII)
SAID_AT_MOST = 40  # characters of a wrong value in an error's line

KEYS: Mapping[str, str] = {
    "requirement": 'Name one, for example requirement = "LOGIN-02".',
    "operation": 'Name an operationId of the contract, or "*" for every operation.',
    "actual": 'Name the status or the kind of answer that is excused, for example actual = "400".',
    "reason": "Say why it is excused, for example by an issue's number.",
    "owner": "Say who will mend it.",
    "until": "Give the last day on which it is excused, for example until = 2027-03-31.",
}
"""Each key of an entry, and what to write there."""


def read_entries(tables: object, *, source: str) -> tuple[tuple[KnownFailure, ...], tuple[str, ...]]:
    """
    Return the entries of *tables*, and one line for each thing that is wrong with them.

    Args:
        tables: What a TOML file holds under `known_failure`: a list of tables, where it is right.

        source: The file's name, for the lines.

    Returns:
        The entries that are right, expired ones included, and the problems. Trust no entry where there is a problem.
    """
    if not isinstance(tables, list) or not all(isinstance(table, Mapping) for table in tables):
        return (), (f"{source}: known_failure is not a list of tables. Write each one under [[known_failure]].",)
    entries: list[KnownFailure] = []
    problems: list[str] = []
    for number, table in enumerate(tables, 1):
        where = f"{source}: [[known_failure]] {number}: "
        wrong = _problems(table)
        problems += [where + each for each in wrong]
        if not wrong:
            entry = KnownFailure(**{**table, "actual": str(table["actual"])})
            if _scope(entry) in map(_scope, entries):
                problems.append(f"{where}{' '.join(_scope(entry))} is listed above. Remove one of the two.")
            entries.append(entry)
    return tuple(entries), tuple(problems)


def read_file(path: Path) -> tuple[KnownFailure, ...]:
    """
    Return the entries of a file given by `--known-failures=FILE`.

    Raises:
        BindingError: the file cannot be read, is not TOML, or an entry is wrong; all problems at once.
    """
    try:
        document = tomllib.loads(path.read_text("utf-8"))
    except OSError as fault:
        raise BindingError(f"{path}: cannot be read: {fault.strerror}.") from None
    except UnicodeDecodeError as fault:
        raise BindingError(f"{path}: is not UTF-8 at byte {fault.start}. Save it as UTF-8.") from None
    except tomllib.TOMLDecodeError as fault:
        raise BindingError(f"{path}: is not TOML: {fault}.") from None
    except RecursionError:
        raise BindingError(f"{path}: is nested too deeply. Write each entry under [[known_failure]].") from None
    problems = [f"{path}: {unknown('key', key, ['known_failure'])}" for key in document if key != "known_failure"]
    entries, wrong = read_entries(document.get("known_failure", []), source=str(path))
    if problems or wrong:
        raise BindingError(*problems, *wrong)
    return entries


def match(  # noqa: PLR0917 - an answer's scope, in the order in which it is always said
    entries: Sequence[KnownFailure], requirement: str, operation: str, kind: str, status: int, today: date
) -> KnownFailure | None:
    """
    Return the entry that excuses a failure of *requirement* by this answer, or None: then the failure counts.

    The narrowest scope wins: a named operation before "*". An entry excuses up to and including its last day.
    """
    excusing = [
        entry
        for entry in entries
        if entry.requirement == requirement
        and entry.operation in (operation, ANY_OPERATION)
        and entry.actual in (kind, str(status))
        and today <= entry.until
    ]
    return min(excusing, key=lambda entry: entry.operation == ANY_OPERATION, default=None)


def stale(
    entries: Sequence[KnownFailure],
    *,
    matched: Collection[KnownFailure],
    judged: Mapping[str, bool],
    today: date,
) -> list[tuple[KnownFailure, str]]:
    """
    Return the entries that excuse nothing any more, each with a line that says why. To be asked at the end of a run.

    Args:
        entries: All entries of the run.

        matched: Those that excused a failure of this run.

        judged: Every requirement of which all tests were judged in this run, and whether all of them passed. An entry
            for any other requirement (deselected, not exercised) is stale only where it has expired.
    """
    found = []
    for entry in entries:
        listed = f"{entry.requirement} is listed under [[known_failure]] ({entry.operation}, {entry.actual})"
        if entry.until < today:
            why = f"{listed} until {entry.until}, which has passed: mend the failure, or agree on a new last day."
        elif entry in matched or entry.requirement not in judged:
            continue
        elif judged[entry.requirement]:
            why = f"{listed} but now passes: remove the entry."
        else:
            why = f"{listed} but fails otherwise: correct the entry's operation and actual, or remove it."
        found.append((entry, why))
    return found


def _scope(entry: KnownFailure) -> tuple[str, str, str]:
    return entry.requirement, entry.operation, entry.actual


def _problems(table: Mapping[str, object]) -> list[str]:
    """Say in one line each what is wrong with one entry."""
    problems = [unknown("key", key, KEYS) for key in table if key not in KEYS]
    for key, meaning in KEYS.items():
        value = table.get(key)
        if value is None or (isinstance(value, str) and not value.strip()):
            problems.append(f"{key} is missing. {meaning}")
        elif key == "until":
            if not isinstance(value, date) or isinstance(value, datetime):
                problems.append(f"until = {_said(value)} is not a date. Write until = 2027-03-31, without quotes.")
        elif key == "actual":
            problems += _actual_problems(value, of_change=_is_rule(table, CHANGES))
        elif not isinstance(value, str):
            problems.append(f"{key} = {_said(value)} is not a text. {meaning}")
        elif key == "requirement":
            problems += _requirement_problems(value)
        elif key == "operation" and _is_rule(table, CHANGES, DRIFT):
            pass  # an operationId of whatever document is compared
        elif key == "operation" and value not in {ANY_OPERATION, *OPERATIONS}:
            problems.append(unknown("operation", value, {ANY_OPERATION, *OPERATIONS}))
    return problems


def _is_rule(table: Mapping[str, object], *rules: Collection[str]) -> bool:
    """Whether an entry is about a rule of the comparison of documents, or of traffic with a document."""
    return any(table.get("requirement") in each for each in rules)


def _requirement_problems(value: str) -> tuple[str, ...]:
    if value.startswith("DIFF-"):
        return () if value in CHANGES else (unknown("rule", value, CHANGES),)
    try:
        catalogue.find(value)
    except BindingError as error:
        return error.problems
    return ()


def _actual_problems(value: object, *, of_change: bool) -> list[str]:
    said = str(value)
    if of_change:
        wrong = not isinstance(value, str) or not value.startswith("/")
        return [f"actual = {_said(value)} is no JSON Pointer of a changed key, as 'diff --json' tells it."] * wrong
    if isinstance(value, bool) or not isinstance(value, str | int):
        return [f"actual = {_said(value)} is neither a status nor a kind of answer. {KEYS['actual']}"]
    if said in KINDS or STATUS.fullmatch(said):
        return []
    if said.lstrip("-").isdecimal():
        return [f"actual = {_said(value)} is not a status. Valid: 100 to 599, or a kind of answer."]
    return [f"{unknown('kind of answer', said, KINDS)[:-1]}, or a status: 100 to 599."]


def _said(value: object) -> str:
    """Write *value* about as the user did, and not at length."""
    text = f'"{value}"' if isinstance(value, str) else str(value)
    return text if len(text) <= SAID_AT_MOST else f"{text[: SAID_AT_MOST - 3]}..."
