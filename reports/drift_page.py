"""What the page shows of a change between two contracts, and of answers that differ from one."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from contract.diff.change import Change
from contract.diff.rating import RULES as DIFF_RULES
from contract.diff.rating import Consumer, Posture
from contract.diff.result import Diff
from contract.drift.result import Drift, Finding
from contract.drift.rules import RULES as DRIFT_RULES
from reports.exchanges import Shown, shown

SHOWN = 400  # changes or findings; the document has them all
WITNESS_SHOWN = 2_000  # characters


@dataclass(frozen=True, slots=True)
class ShownChange:
    """One change, what its rule says, and the witness as indented JSON."""

    change: Change
    fails: bool
    statement: str
    why: str
    witness: str


@dataclass(frozen=True, slots=True)
class DiffPage:
    """Both axes: how many changes lie where, and each of them, those that fail first."""

    diff: Diff
    changes: tuple[ShownChange, ...]
    grid: Mapping[Consumer, Mapping[Posture, int]]
    failing: int

    @property
    def tone(self) -> str:
        """The colour of the verdict."""
        return "red" if self.diff.failed else "green"

    @property
    def left_out(self) -> int:
        """How many changes there is no room for."""
        return len(self.diff.changes) - len(self.changes)


@dataclass(frozen=True, slots=True)
class ShownFinding:
    """One way in which answers differ, what its rule says, and the exchange."""

    finding: Finding
    statement: str
    exchange: Shown | None


@dataclass(frozen=True, slots=True)
class DriftPage:
    """The findings, those that fail first, and what was seen of each documented operation and refusal."""

    drift: Drift
    findings: tuple[ShownFinding, ...]
    failing: int
    seen: int

    @property
    def tone(self) -> str:
        """The colour of the verdict."""
        return "red" if self.drift.failed else "green"

    @property
    def left_out(self) -> int:
        """How many findings there is no room for."""
        return len(self.drift.findings) - len(self.findings)


def diff_page(document: Mapping[str, Any]) -> DiffPage:
    """Return what the page shows of *document*, which satisfies `diff.schema.json`."""
    diff = Diff.from_json(document)
    ordered = sorted(diff.changes, key=lambda each: not diff.fails(each))
    return DiffPage(
        diff=diff,
        changes=tuple(_change(diff, each) for each in ordered[:SHOWN]),
        grid={
            consumer: {
                posture: sum((each.consumer, each.posture) == (consumer, posture) for each in diff.changes)
                for posture in Posture
            }
            for consumer in Consumer
        },
        failing=sum(map(diff.fails, diff.changes)),
    )


def _change(diff: Diff, change: Change) -> ShownChange:
    rule = DIFF_RULES.get(change.rule)
    witness = json.dumps(change.witness.value, indent=2, ensure_ascii=False) if change.witness else ""
    cut = witness if len(witness) <= WITNESS_SHOWN else f"{witness[:WITNESS_SHOWN]}… [{len(witness)} characters in all]"
    return ShownChange(change, diff.fails(change), rule.statement if rule else "", rule.why if rule else "", cut)


def drift_page(document: Mapping[str, Any]) -> DriftPage:
    """Return what the page shows of *document*, which satisfies `drift.schema.json`."""
    drift = Drift.from_json(document)
    ordered = sorted(drift.findings, key=lambda each: not each.fails)
    return DriftPage(
        drift=drift,
        findings=tuple(
            ShownFinding(each, DRIFT_RULES.get(each.rule, ""), shown(each.exchange) if each.exchange else None)
            for each in ordered[:SHOWN]
        ),
        failing=sum(each.fails for each in drift.findings),
        seen=sum(bool(each.statuses) for each in drift.operations),
    )
