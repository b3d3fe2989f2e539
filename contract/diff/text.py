"""A comparison as a terminal shows it, and as annotations of GitHub's workflow commands."""

from __future__ import annotations

import json
from collections.abc import Iterator

from contract.diff.change import Change
from contract.diff.rating import Consumer, Posture
from contract.diff.result import Diff
from contract.errors import one_line

OPERATIONS_SHOWN = 3
WITNESS_SHOWN = 120  # characters of a witness


def lines(diff: Diff) -> Iterator[str]:
    """Yield a line for each change, with file and line, and one with the sums."""
    for change in diff.changes:
        known = f" (known: {change.known_failure.reason})" if change.known_failure else ""
        place = f"{diff.new}:{change.new.line}"
        yield one_line(f"{place}: {rating(change)} {change.rule} {sentence(change)}{known}")
        if change.witness:
            value = json.dumps(change.witness.value, ensure_ascii=True)
            value = value if len(value) <= WITNESS_SHOWN else f"{value[: WITNESS_SHOWN - 1]}…"
            other = "after" if change.witness.valid == "before" else "before"
            yield one_line(f"    valid {change.witness.valid}, not {other}: {value}")
    yield from diff.unused
    yield summary(diff)


def summary(diff: Diff) -> str:
    """Return one sentence with the sums of both axes."""
    if not diff.changes:
        return "no change"
    counts = [
        f"{number} {rating}"
        for rating in (*Consumer, Posture.WEAKENED, Posture.STRENGTHENED)
        if (number := sum(rating in (each.consumer, each.posture) for each in diff.changes))
    ]
    total = len(diff.changes)
    failing = sum(map(diff.fails, diff.changes))
    return f"{total} change{'s' * (total != 1)}: {', '.join(counts)}; {failing} of them not allowed"


def rating(change: Change) -> str:
    """Return both ratings in a word or two: `breaking`, `compatible, weakened`."""
    return f"{change.consumer}" if change.posture is Posture.NEUTRAL else f"{change.consumer}, {change.posture}"


def sentence(change: Change) -> str:
    """Return what happened, and to which operations."""
    names = list(change.operations[:OPERATIONS_SHOWN])
    more = len(change.operations) - len(names)
    concerned = f"{', '.join(names)}{f' and {more} more' if more > 0 else ''}: " if names else ""
    return concerned + change.message


def workflow_commands(diff: Diff) -> Iterator[str]:
    """
    Yield a workflow command for each change: an error where it makes the comparison fail, else a warning or a notice.

    The file is the new document as the user named it; a `REV:path` is annotated at its path.
    """
    path = diff.new.partition(":")[2] or diff.new
    for change in diff.changes:
        level = "error" if diff.fails(change) else "notice" if change.consumer is Consumer.COMPATIBLE else "warning"
        title = _property(f"{change.rule} ({rating(change)})")
        message = _data(sentence(change))
        yield f"::{level} file={_property(path)},line={change.new.line},title={title}::{message}"


def _data(text: str) -> str:
    """Return *text* as the value of a workflow command: what ends a command or begins another is escaped."""
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
