"""What a run met during its outages: dependency, fault, operation; the status, the longest wait, the way back."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from contract.answers import Answer
from suites.rig.faults import Outage

FILE = "outages.jsonl"
HEADS = ("dependency", "fault", "operation", "status", "answered", "works again")


@dataclass(frozen=True, slots=True)
class Met:
    """
    One cell: how *operation* was answered while *dependency* failed by *fault*, and how soon it worked afterwards.

    `answered_s` is the longest wait for an answer, `again_s` runs from the end of the repair to the first answer that
    is no server error; None where nobody asked.
    """

    dependency: str
    fault: str
    operation: str
    statuses: tuple[int, ...]
    answered_s: float
    again_s: float | None = None


def met(outages: Iterable[Outage], answers: Sequence[Answer]) -> list[Met]:
    """Return what *answers* say of *outages* that have ended."""
    found = []
    for outage in outages:
        for operation in dict.fromkeys(answer.request.operation for answer in answers if answer.request.operation):
            mine = [answer for answer in answers if answer.request.operation == operation]
            during = [answer for answer in mine if outage.began_s <= answer.sent_at_s < outage.ended_s]
            after = [answer for answer in mine if answer.sent_at_s >= outage.ended_s and 0 < answer.status < 500]
            if during:
                first = min((answer.sent_at_s + answer.elapsed_s for answer in after), default=None)
                found.append(
                    Met(
                        outage.dependency,
                        str(outage.kind),
                        operation,
                        tuple(sorted({answer.status for answer in during})),
                        round(max(answer.elapsed_s for answer in during), 3),
                        None if first is None else round(first - outage.ended_s, 3),
                    )
                )
    return found


def write(folder: Path, cells: Iterable[Met]) -> None:
    """Append *cells* to the table of the run in *folder*."""
    lines = [json.dumps(asdict(cell)) + "\n" for cell in cells]
    if lines:
        with (folder / FILE).open("a", encoding="utf-8") as file:
            file.write("".join(lines))


def read(folder: Path) -> list[Met]:
    """Return the table of the run in *folder*, one cell for all that were met alike, in order."""
    path = folder / FILE
    cells: dict[tuple[str, str, str], Met] = {}
    for line in path.read_text("utf-8").splitlines() if path.exists() else []:
        said = json.loads(line)
        cell = Met(**{**said, "statuses": tuple(said["statuses"])})
        key = (cell.dependency, cell.fault, cell.operation)
        cells[key] = together(cells[key], cell) if key in cells else cell
    return [cells[key] for key in sorted(cells)]


def together(one: Met, other: Met) -> Met:
    """Return one cell for both: every status, and the longest of each time."""
    again = [each.again_s for each in (one, other) if each.again_s is not None]
    return replace(
        one,
        statuses=tuple(sorted({*one.statuses, *other.statuses})),
        answered_s=max(one.answered_s, other.answered_s),
        again_s=max(again, default=None),
    )


def lines(cells: Sequence[Met]) -> list[str]:
    """Return the table for people; nothing where there was no outage."""
    if not cells:
        return []
    rows = [HEADS, *(row(cell) for cell in cells)]
    widths = [max(len(each[column]) for each in rows) for column in range(len(HEADS))]
    return ["  ".join(text.ljust(width) for text, width in zip(each, widths, strict=True)).rstrip() for each in rows]


def row(cell: Met) -> tuple[str, ...]:
    """Return the words of one line."""
    statuses = ", ".join(str(status) if status else "no answer" for status in cell.statuses)
    again = "" if cell.again_s is None else f"{cell.again_s:.2f} s"
    return cell.dependency, cell.fault, cell.operation, statuses, f"{cell.answered_s:.2f} s", again
