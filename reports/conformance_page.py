"""What the page shows of a conformance run, as values: the template only lays them out."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from contract.catalogue import Requirement, field_failures, known
from contract.results import Results, Row, Verdict, is_red
from contract.results.events import Judgement
from contract.results.wording import COLUMNS
from contract.sources import Piece, pieces
from reports.exchanges import Shown, shown
from reports.verdicts import COLUMN_OF, place, sentence

ROOM = 3_600_000  # characters for exchanges and scripts, after escaping; the page stays under 5 MB
TESTS_SHOWN = 12  # of one requirement; the others are counted
EXCHANGES_SHOWN = 6  # of one test, the last ones
SCRIPT_SHOWN = 40_000

GROUPS = {
    "red": "Red: binds this target, and is broken",
    "warn": "Warnings: broken, and does not bind this target",
    "known": "Known failures: excused, for a time",
    "open": "Not judged, and why",
    "pass": "Met",
    "n/a": "Not claimed by this target",
}


@dataclass(frozen=True, slots=True)
class Told:
    """One finding of a requirement; `left_out` counts exchanges that there was no room for."""

    judgement: Judgement
    exchanges: tuple[Shown, ...]
    left_out: int
    script: str
    days_left: int | None

    @property
    def name(self) -> str:
        """The test's short name; what it is about where it is no test's."""
        return self.judgement.test.rpartition("::")[2] or self.judgement.operation or "the run"


@dataclass(frozen=True, slots=True)
class Entry:
    """One requirement of the run; `row` is what it came to, `requirement` None where the catalogue has no such id."""

    row: Row
    requirement: Requirement | None
    source: tuple[Piece, ...]
    field: tuple[str, ...]
    told: tuple[Told, ...]
    more: int
    tests: int
    weight: str

    @property
    def column(self) -> str:
        """The column of tables that it is counted in."""
        return COLUMN_OF[self.row.verdict]

    @property
    def words(self) -> str:
        """What a search looks through, in lower case."""
        asked = (self.requirement.statement, self.requirement.source) if self.requirement else ()
        said = (text for each in self.told for text in (each.judgement.message, each.judgement.operation))
        return " ".join([self.row.requirement, self.row.area, *asked, *said, *self.row.why]).lower()


@dataclass(frozen=True, slots=True)
class ConformancePage:
    """The whole of it, the worst first."""

    results: Results
    sentence: str
    place: str
    tone: str
    groups: Mapping[str, tuple[Entry, ...]]
    columns: Mapping[str, int]
    areas: Mapping[str, Mapping[str, int]]
    judged: int
    met: int
    red: int

    @property
    def known(self) -> tuple[tuple[Entry, Told], ...]:
        """Every known failure with its entry, the one that ends first at the top."""
        found = [(entry, told) for group in self.groups.values() for entry in group for told in entry.told]
        kept = [each for each in found if each[1].days_left is not None]
        return tuple(sorted(kept, key=lambda each: each[1].days_left or 0))


class _Room:
    """What is left of the page's length; the worst findings ask first."""

    def __init__(self, size: int) -> None:
        self.left = size

    def take(self, *texts: str) -> bool:
        """Whether *texts* still fit; if so they are counted. Markup characters are written as five."""
        size = sum(len(text) + 5 * (text.count('"') + text.count("<") + text.count("&")) for text in texts) + 700
        if size > self.left:
            return False
        self.left -= size
        return True


def conformance_page(results: Results, folder: Path, today: date) -> ConformancePage:
    """
    Return what the page shows of *results*.

    Args:
        folder: The run's folder, where its scripts are.

        today: What the days left of known failures are counted from.
    """
    room = _Room(ROOM)
    told: dict[str, list[Judgement]] = defaultdict(list)
    for each in results.judgements:
        told[each.requirement].append(each)
    groups: dict[str, list[Entry]] = {name: [] for name in GROUPS}
    column_of_group = {"fail": "red"}
    ordered = sorted(results.rows, key=lambda row: list(Verdict).index(row.verdict))
    for row in ordered:
        column = COLUMN_OF[row.verdict]
        entry = _entry(row, told[row.requirement], folder, today, room)
        groups[column_of_group.get(column, column)].append(entry)
    return ConformancePage(
        results=results,
        sentence=sentence(results),
        place=place(results),
        tone=_tone(results),
        groups={name: tuple(entries) for name, entries in groups.items()},
        columns=_in_columns(results.counts),
        areas={area: _in_columns(counts) for area, counts in results.areas.items()},
        judged=sum(row.judged for row in results.rows),
        met=sum(row.verdict is Verdict.PASS for row in results.rows),
        red=sum(is_red(row.verdict) for row in results.rows),
    )


def _tone(results: Results) -> str:
    if not results.complete or results.exit_code not in (0, 1):
        return "grey"
    return "red" if results.exit_code else "green"


def _in_columns(counts: Mapping[Verdict, int]) -> dict[str, int]:
    return {name: sum(counts.get(verdict, 0) for verdict in verdicts) for name, verdicts in COLUMNS.items()}


def _entry(row: Row, judgements: Sequence[Judgement], folder: Path, today: date, room: _Room) -> Entry:
    asked = known(row.requirement)
    speaking = [each for each in judgements if each.message and each.verdict not in (Verdict.PASS,)]
    speaking.sort(key=lambda each: list(Verdict).index(each.verdict))
    kept = [each for each in speaking if each.verdict is not Verdict.NOT_APPLICABLE][:TESTS_SHOWN]
    return Entry(
        row=row,
        requirement=asked,
        source=tuple(pieces(asked.source)) if asked else (),
        field=tuple(field_failures()[id] for id in asked.field) if asked else (),
        told=tuple(_told(each, folder, today, room) for each in kept),
        more=len(speaking) - len(kept) if kept else 0,
        tests=sum(bool(each.test) for each in judgements),
        weight=_weight(row, asked),
    )


def _weight(row: Row, asked: Requirement | None) -> str:
    """Say why a broken requirement only warns, as far as the catalogue knows; "" where it does not warn."""
    if row.verdict is not Verdict.WARN or asked is None:
        return ""
    if asked.level != "MUST":
        return f"the source says {asked.level}"
    if asked.project_rule:
        return "a rule of this project, and not of its source"
    if asked.asvs_level is not None:
        return f"asked by OWASP ASVS from level {asked.asvs_level} on"
    return "the answer is tolerated, and not what it should be"


def _told(judgement: Judgement, folder: Path, today: date, room: _Room) -> Told:
    kept: list[Shown] = []
    for recorded in reversed(judgement.exchanges[-EXCHANGES_SHOWN:]):
        exchange = shown(recorded)
        if not room.take(exchange.sent, exchange.request_headers, exchange.came, exchange.headers):
            break
        kept.insert(0, exchange)
    script = _script(folder, judgement.repro)
    until = judgement.known_failure.until if judgement.known_failure else None
    return Told(
        judgement=judgement,
        exchanges=tuple(kept),
        left_out=len(judgement.exchanges) - len(kept),
        script=script if script and room.take(script) else "",
        days_left=(until - today).days if until else None,
    )


def _script(folder: Path, name: str) -> str:
    """Return the script *name* of the run in *folder*; "" where there is none, or the name leads out of the folder."""
    if not name:
        return ""
    file = folder / name
    if not file.resolve().is_relative_to(folder.resolve()) or not file.is_file():
        return ""
    text = file.read_text("utf-8", errors="replace")
    return text if len(text) <= SCRIPT_SHOWN else ""
