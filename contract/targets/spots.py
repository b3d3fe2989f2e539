"""Where in a target file something stands, and how a problem there is said: one line each, all of them at once."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from contract.targets.lines import KeyPath, line_of

NAMED_TABLES = frozenset({"operations", "answers", "facilities", "variants"})
"""Sections that hold one table for each name: [operations.loginUser]."""

TABLES = NAMED_TABLES | {"scheme", "profile", "transport", "registration"}


LONGEST_QUOTE = 80
MOST_PROBLEMS = 100


class Wrong(Exception):
    """A value is not what its key takes; the text goes on after the key: "must be a list, not 3."."""


class TooMany(Exception):
    """The file has as many problems as anybody reads."""


@dataclass(frozen=True, slots=True)
class Source:
    """
    One target file while it is read, and what reading it needs.

    `label` is the file's name as the user gave it; paths in the file are relative to `folder`. `outside` keeps what
    commands printed, so that each runs once.
    """

    label: str
    folder: Path
    environ: Mapping[str, str] = field(repr=False)
    run_command: Callable[[str], str]
    lines: Mapping[KeyPath, int] = field(default_factory=dict)
    outside: dict[str, str | Wrong] = field(default_factory=dict, repr=False)
    _problems: list[tuple[float, str]] = field(default_factory=list)

    def report(self, path: KeyPath, sentence: str) -> None:
        """Keep the problem *sentence*, which is about what stands at *path*. Raises TooMany."""
        number = line_of(self.lines, path)
        where = f"{self.label}:{number}" if number else self.label
        self._keep(number or 0, f"{where}: {sentence}")

    def report_line(self, line: str) -> None:
        """Keep a problem that another reader has written down, file and all. Raises TooMany."""
        self._keep(math.inf, line)

    def _keep(self, number: float, line: str) -> None:
        if len(self._problems) >= MOST_PROBLEMS:
            self._problems.append((math.inf, f"{self.label}: has more problems. Mend these first."))
            raise TooMany
        self._problems.append((number, line))

    @property
    def problems(self) -> list[str]:
        """Every problem so far, from the top of the file down."""
        return list(dict.fromkeys(line for _, line in sorted(self._problems, key=lambda each: each[0])))


@dataclass(frozen=True, slots=True)
class Spot:
    """One place in a target file, by the keys that lead there."""

    source: Source
    path: KeyPath = ()

    def at(self, *keys: str | int) -> Spot:
        """Return the place under *keys* from here."""
        return Spot(self.source, (*self.path, *keys))

    def wrong(self, sentence: str) -> None:
        """Report a problem; *sentence* goes on after the name of this place: "is missing."."""
        self.source.report(self.path, f"{self._name(' ')}{sentence}")

    def remark(self, sentence: str, *, key: str = "") -> None:
        """Report a problem in a whole *sentence*; *key* is the one of this place whose line is given."""
        self.source.report((*self.path, key) if key else self.path, f"{self._name(': ')}{sentence}")

    def _name(self, end: str) -> str:
        """Return this place as a user reads it, such as "[profile] asvs_level ", or "" for the whole file."""
        depth = 2 if self.path[:1] and self.path[0] in NAMED_TABLES else int(bool(self.path) and self.path[0] in TABLES)
        section, key = self.path[:depth], self.path[depth:]
        said = f"[{'.'.join(map(_quoted, section))}] " if section else ""
        return said + f"{_key(key)}{end}" if key else said


def one_line(text: str) -> str:
    """Return *text* from a file so that it can stand in a message of one line."""
    shown = "".join(letter if letter.isprintable() else ascii(letter)[1:-1] for letter in text[:LONGEST_QUOTE])
    return shown + ("..." if len(text) > LONGEST_QUOTE else "")


def _quoted(part: str | int) -> str:
    return f'"{part}"' if part == "*" else one_line(str(part))


def _key(parts: KeyPath) -> str:
    """Return the rest of a path as text, the number of a table in a list from 1: "steps 2.send.email"."""
    return "".join(f" {part + 1}" if isinstance(part, int) else f".{one_line(part)}" for part in parts).lstrip(". ")
