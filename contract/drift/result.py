"""What traffic came to: as values, and as the document that `--json=FILE` writes (`drift.schema.json`)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import date
from typing import Any

from contract.drift.rules import ADVICE, RULES
from contract.targets.model import KnownFailure

SCHEMA = "urn:authproof:drift:1"


@dataclass(frozen=True, slots=True)
class Finding:
    """
    One way in which answers differ from the document; `count` is how many did alike.

    `operation` is the operationId, `label` method and path as documented. `pointer` is the JSON Pointer into the body,
    or the name of a header field, or "". `document_pointer` and `line` say which part of the document is at odds.
    `exchange` is the first one, masked. `kind` is what the answer means, where the target file tells.
    """

    rule: str
    operation: str
    label: str
    status: int
    pointer: str
    expected: str
    actual: str
    document_pointer: str
    line: int
    count: int = 1
    kind: str = ""
    exchange: Mapping[str, Any] | None = None
    known_failure: KnownFailure | None = None

    @property
    def fails(self) -> bool:
        """Whether it is drift that is neither excused nor mere advice."""
        return self.known_failure is None and self.rule not in ADVICE

    def __str__(self) -> str:
        place = f" at {self.pointer}" if self.pointer else ""
        times = f" ({self.count} times)" if self.count > 1 else ""
        status = f" {self.status}" if self.status else ""
        return f"{self.rule} {self.label}{status}{place}: expected {self.expected}, actual {self.actual}{times}"


@dataclass(frozen=True, slots=True)
class OperationSeen:
    """One documented operation, the line on which it stands, and how often it gave which status."""

    operation: str
    label: str
    line: int
    statuses: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class StatusSeen:
    """
    One documented refusal of an operation: the exchange that produced it (method, url, status), or why there is none.
    """

    operation: str
    label: str
    status: str
    line: int
    exchange: Mapping[str, Any] | None = None
    why: str = ""

    @property
    def reached(self) -> bool:
        """Whether an exchange produced it."""
        return self.exchange is not None


@dataclass(frozen=True, slots=True)
class Drift:
    """
    Traffic against one document, both named as the user named them.

    `exchanges` is how many there were, `judged` how many of them belong to documented operations; `left_out` says in
    sentences what was not judged, and `unused` which known failures excused nothing.
    """

    document: str
    traffic: str
    exchanges: int
    judged: int
    findings: tuple[Finding, ...]
    operations: tuple[OperationSeen, ...]
    statuses: tuple[StatusSeen, ...]
    left_out: tuple[str, ...] = ()
    unused: tuple[str, ...] = ()

    @property
    def failed(self) -> bool:
        """Whether there is drift that is not excused."""
        return any(each.fails for each in self.findings)

    def to_json(self) -> dict[str, Any]:
        """Return the document, which satisfies `drift.schema.json`."""
        return {
            "schema": SCHEMA,
            "document": self.document,
            "traffic": self.traffic,
            "exchanges": self.exchanges,
            "judged": self.judged,
            "failed": self.failed,
            "left_out": list(self.left_out),
            "rules": {rule: RULES[rule] for rule in sorted({each.rule for each in self.findings})},
            "findings": [_finding(each) for each in self.findings],
            "operations": [asdict(each) for each in self.operations],
            "statuses": [asdict(each) | {"reached": each.reached} for each in self.statuses],
            "unused_known_failures": list(self.unused),
        }

    @classmethod
    def from_json(cls, document: Mapping[str, Any]) -> Drift:
        """Return what *document*, which satisfies the schema, stands for."""
        return cls(
            document=document["document"],
            traffic=document["traffic"],
            exchanges=document["exchanges"],
            judged=document["judged"],
            findings=tuple(map(_read_finding, document["findings"])),
            operations=tuple(OperationSeen(**each) for each in document["operations"]),
            statuses=tuple(
                StatusSeen(**{name: value for name, value in each.items() if name != "reached"})
                for each in document["statuses"]
            ),
            left_out=tuple(document["left_out"]),
            unused=tuple(document["unused_known_failures"]),
        )


def _finding(finding: Finding) -> dict[str, Any]:
    entry = finding.known_failure
    excused = asdict(entry) | {"until": entry.until.isoformat()} if entry else None
    return {name: getattr(finding, name) for name in finding.__slots__} | {
        "known_failure": excused,
        "fails": finding.fails,
    }


def _read_finding(document: Mapping[str, Any]) -> Finding:
    entry = document["known_failure"]
    excused = entry and KnownFailure(**entry | {"until": date.fromisoformat(entry["until"])})
    members = {name: value for name, value in document.items() if name != "fails"}
    return Finding(**members | {"known_failure": excused})
