"""What a lint rule is, and what it finds."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Literal

from contract.document import Document
from contract.errors import one_line

Level = Literal["error", "warning"]

Place = tuple[str, str]
"""JSON Pointer of what is at fault, or of where the missing part belongs, and one sentence about it."""

Check = Callable[[Document], Iterator[Place]]

MAX_MESSAGE = 300


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule: its permanent id, what it asks, on whose authority, why documents break it, and the check itself."""

    id: str
    level: Level
    statement: str
    source: str
    cause: str
    check: Check


@dataclass(frozen=True, slots=True, order=True)
class Finding:
    """One fault of a document; as text it is one line that editors and continuous integration can jump to."""

    source: str
    line: int
    rule: str
    level: Level
    message: str

    def __str__(self) -> str:
        return one_line(f"{self.source}:{self.line}: {self.level} {self.rule} {self.message}")


def rule(id: str, level: Level = "error", *, statement: str, source: str, cause: str) -> Callable[[Check], Rule]:
    """Make the function below it a rule, so that what `explain` says stands beside what is checked."""
    return lambda check: Rule(id, level, statement, source, cause, check)


def findings(document: Document, rules: tuple[Rule, ...]) -> list[Finding]:
    """Return what *rules* find in *document*, by line; a fault that many operations share is found once."""
    found = {
        Finding(document.source, document.line(pointer), rule.id, rule.level, _shortened(message))
        for rule in rules
        for pointer, message in rule.check(document)
    }
    return sorted(found)


def _shortened(message: str) -> str:
    return message if len(message) <= MAX_MESSAGE else message[: MAX_MESSAGE - 1] + "…"
