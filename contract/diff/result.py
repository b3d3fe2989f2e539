"""What a comparison came to: as a value, and as the document that `--json=FILE` writes (`diff.schema.json`)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from datetime import date
from typing import Any

from contract.diff.change import Change, Place, Witness
from contract.diff.rating import RULES, Consumer, Posture, worst_consumer, worst_posture
from contract.known_failures import ANY_OPERATION
from contract.targets.model import KnownFailure

SCHEMA = "urn:authproof:diff:1"

FAIL_ON = (*Consumer, Posture.WEAKENED, Posture.STRENGTHENED)
"""What `--fail-on` may name."""


@dataclass(frozen=True, slots=True)
class Diff:
    """
    The changes between two documents, named as the user named them.

    `fail_on` are the ratings that make the comparison fail. `unused` are entries for known failures that no change of
    this comparison needed, or that have expired, each with a sentence.
    """

    old: str
    new: str
    changes: tuple[Change, ...]
    fail_on: frozenset[str] = frozenset()
    unused: tuple[str, ...] = ()

    @property
    def consumer(self) -> Consumer:
        """What the changes mean to clients: the worst of them."""
        return worst_consumer(each.consumer for each in self.changes)

    @property
    def posture(self) -> Posture:
        """What the changes mean to security: the worst of them."""
        return worst_posture(each.posture for each in self.changes)

    def fails(self, change: Change) -> bool:
        """Whether *change* makes the comparison fail."""
        return change.known_failure is None and not self.fail_on.isdisjoint({change.consumer, change.posture})

    @property
    def failed(self) -> bool:
        """Whether any change makes the comparison fail."""
        return any(map(self.fails, self.changes))

    def to_json(self) -> dict[str, Any]:
        """Return the document, which satisfies `diff.schema.json`."""
        used = sorted({each.rule for each in self.changes})
        return {
            "schema": SCHEMA,
            "old": self.old,
            "new": self.new,
            "consumer": self.consumer,
            "posture": self.posture,
            "fail_on": sorted(self.fail_on),
            "failed": self.failed,
            "counts": {
                str(rating): sum(rating in (each.consumer, each.posture) for each in self.changes)
                for rating in (*Consumer, *Posture)
            },
            "rules": {id: asdict(RULES[id]) for id in used},
            "changes": [self._change(each) for each in self.changes],
            "unused_known_failures": list(self.unused),
        }

    def _change(self, change: Change) -> dict[str, Any]:
        entry = change.known_failure
        return {
            "rule": change.rule,
            "consumer": change.consumer,
            "posture": change.posture,
            "fails": self.fails(change),
            "message": change.message,
            "operations": list(change.operations),
            "operation_ids": list(change.operation_ids),
            "direction": change.direction,
            "undecided": change.undecided,
            "old": asdict(change.old),
            "new": asdict(change.new),
            "witness": asdict(change.witness) if change.witness else None,
            "known_failure": asdict(entry) | {"until": entry.until.isoformat()} if entry else None,
        }

    @classmethod
    def from_json(cls, document: Mapping[str, Any]) -> Diff:
        """Return the comparison that *document*, which satisfies the schema, stands for."""
        return cls(
            old=document["old"],
            new=document["new"],
            changes=tuple(map(_read_change, document["changes"])),
            fail_on=frozenset(document["fail_on"]),
            unused=tuple(document["unused_known_failures"]),
        )


def excused(diff: Diff, entries: tuple[KnownFailure, ...], today: date) -> Diff:
    """
    Return *diff* with each change that one of *entries* excuses marked so.

    An entry names a rule, an operationId or "*", and as `actual` the JSON Pointer of the changed key. It excuses up to
    and including its last day. One that no change needs makes nothing fail: a change is gone from the next comparison.
    """
    used: set[KnownFailure] = set()
    changes = []
    for change in diff.changes:
        entry = next((each for each in entries if _excuses(each, change, today)), None)
        used |= {entry} if entry else set()
        changes.append(replace(change, known_failure=entry))
    unused = []
    for each in entries:
        listed = f"{each.requirement} is listed under [[known_failure]] ({each.operation}, {each.actual})"
        if each.until < today:
            unused.append(f"{listed} until {each.until}, which has passed: it excuses nothing any more.")
        elif each.requirement in RULES and each not in used:
            unused.append(f"{listed}, and there is no such change: remove the entry.")
    return replace(diff, changes=tuple(changes), unused=tuple(unused))


def _excuses(entry: KnownFailure, change: Change, today: date) -> bool:
    return (
        entry.requirement == change.rule
        and entry.operation in (ANY_OPERATION, *change.operation_ids)
        and entry.actual in (change.old.pointer, change.new.pointer)
        and today <= entry.until
    )


def _read_change(document: Mapping[str, Any]) -> Change:
    entry, witness = document["known_failure"], document["witness"]
    return Change(
        rule=document["rule"],
        message=document["message"],
        old=Place(**document["old"]),
        new=Place(**document["new"]),
        operations=tuple(document["operations"]),
        operation_ids=tuple(document["operation_ids"]),
        direction=document["direction"],
        undecided=document["undecided"],
        witness=Witness(**witness) if witness else None,
        known_failure=entry and KnownFailure(**entry | {"until": date.fromisoformat(entry["until"])}),
    )
