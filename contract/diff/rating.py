"""The two axes on which every change is rated, and the rules that rate; `RULES` has every rule by its permanent id."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from types import MappingProxyType


class Consumer(StrEnum):
    """What a change means to clients that were written for the old document, the worst first."""

    BREAKING = "breaking"
    RISKY = "risky"
    COMPATIBLE = "compatible"


class Posture(StrEnum):
    """What a change means to security, the worst first: what was promised, what is asked of a caller, what is told."""

    WEAKENED = "weakened"
    STRENGTHENED = "strengthened"
    NEUTRAL = "neutral"


@dataclass(frozen=True, slots=True)
class Rule:
    """One kind of change: its id, its rating, what happened, and why it is rated so."""

    id: str
    consumer: Consumer
    posture: Posture
    statement: str
    why: str


def _read(folder: Path) -> Mapping[str, Rule]:
    rules = {}
    for path in sorted(folder.glob("*.toml")):
        for id, row in tomllib.loads(path.read_text(encoding="utf-8")).items():
            why = " ".join(row["why"].split())
            rules[id] = Rule(id, Consumer(row["consumer"]), Posture(row["posture"]), row["statement"], why)
    return MappingProxyType(rules)


RULES = _read(Path(__file__).parent / "rules")

_CONSUMER = {value: place for place, value in enumerate(Consumer)}
_POSTURE = {value: place for place, value in enumerate(Posture)}


def worst_consumer(ratings: Iterable[Consumer]) -> Consumer:
    """Return the worst of *ratings*; nothing at all is compatible."""
    return min(ratings, key=_CONSUMER.__getitem__, default=Consumer.COMPATIBLE)


def worst_posture(ratings: Iterable[Posture]) -> Posture:
    """Return the worst of *ratings*: one loss outweighs every gain; nothing at all is neutral."""
    return min(ratings, key=_POSTURE.__getitem__, default=Posture.NEUTRAL)
