"""What the page shows of a kill matrix: which planted defect which rows found, and what is proven by it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from contract.catalogue import PREFIXES, load

_AREAS = {prefix: area for area, prefix in PREFIXES.items()}


@dataclass(frozen=True, slots=True)
class Kill:
    """A defect: the rows that must find it and did, those that did not, those that found it beside them."""

    defect: str
    what: str
    found: tuple[str, ...]
    missed: tuple[str, ...]
    beside: tuple[str, ...]
    trouble: str

    @property
    def exact(self) -> bool:
        """Whether exactly the recorded rows found it."""
        return not (self.missed or self.beside or self.trouble)


@dataclass(frozen=True, slots=True)
class KillMatrixPage:
    """The defects by area. `proven` are requirements that found a defect of their own, `rows` all of the catalogue."""

    areas: Mapping[str, tuple[Kill, ...]]
    proven: int
    rows: int

    @property
    def kills(self) -> tuple[Kill, ...]:
        """Every defect."""
        return tuple(kill for kills in self.areas.values() for kill in kills)

    @property
    def exact(self) -> int:
        """How many were killed exactly as recorded."""
        return sum(kill.exact for kill in self.kills)


def kill_matrix_page(document: Sequence[Mapping[str, Any]]) -> KillMatrixPage:
    """Return what the page shows of *document*, a `matrix.json`."""
    areas: dict[str, list[Kill]] = {area: [] for area in PREFIXES}
    for each in document:
        area = _AREAS.get(each["defect"].partition("-")[0], "")
        areas.setdefault(area or "other", []).append(_kill(each))
    found = {row for each in document for row in each["found"] if each["defect"].startswith(row)}
    return KillMatrixPage(
        areas={area: tuple(kills) for area, kills in areas.items() if kills},
        proven=len(found & load().keys()),
        rows=len(load()),
    )


def _kill(each: Mapping[str, Any]) -> Kill:
    expected, found = set(each["expected"]), set(each["found"])
    return Kill(
        defect=each["defect"],
        what=each["what"],
        found=tuple(sorted(expected & found)),
        missed=tuple(sorted(expected - found)),
        beside=tuple(sorted(found - expected)),
        trouble=each.get("trouble", ""),
    )
