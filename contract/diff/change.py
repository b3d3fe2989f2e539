"""One change between two documents, and the list to which the comparers add what they find."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Literal

from contract.diff.rating import RULES, Consumer, Posture
from contract.document import Document, child
from contract.errors import BindingError
from contract.targets.model import KnownFailure

Direction = Literal["request", "response", ""]
"""Which way a value goes; "" for what is not a value."""

MAX_CHANGES = 20_000
"""How many changes are told; two documents with more have little in common."""

MAX_MESSAGE = 300


@dataclass(frozen=True, slots=True)
class Place:
    """Where something stands: the JSON Pointer of the key, and its 1-based line."""

    pointer: str
    line: int


@dataclass(frozen=True, slots=True)
class Witness:
    """A value that shows a change: valid by the old schema and not by the new one ("before"), or the reverse."""

    value: Any
    valid: Literal["before", "after"]


@dataclass(frozen=True, slots=True)
class Change:
    """
    One change.

    `operations` are the labels of the operations that it concerns (`POST /auth/login`), in the order of the new
    document. `operation_ids` are their operationIds, where they have one. `old` and `new` say where it stands in
    either document; where the key is gone, or is new, the other has the line of what is nearest above. `undecided`
    names the keyword that is not computed. `schemas` has the JSON Pointers of the old and the new schema, where the
    change is one of a schema.
    """

    rule: str
    message: str
    old: Place
    new: Place
    operations: tuple[str, ...] = ()
    operation_ids: tuple[str, ...] = ()
    direction: Direction = ""
    undecided: str = ""
    schemas: tuple[str, str] | None = None
    witness: Witness | None = None
    known_failure: KnownFailure | None = None

    @property
    def consumer(self) -> Consumer:
        """What it means to clients."""
        return RULES[self.rule].consumer

    @property
    def posture(self) -> Posture:
        """What it means to security."""
        return RULES[self.rule].posture


@dataclass(frozen=True, slots=True)
class Found:
    """
    A change as a comparer finds it: by pointers into both documents, before it is known whom it concerns.

    Two are one if they have the same rule, pointers and direction; `subject` tells them apart where one key says
    several things, such as which members are required.
    """

    rule: str
    message: str = field(compare=False)
    old: str
    new: str
    direction: Direction = ""
    undecided: str = ""
    subject: str = ""
    schemas: tuple[str, str] | None = field(default=None, compare=False)


def below(old: str, new: str, *keys: str | int) -> tuple[str, str]:
    """Return the pointers of what stands under *keys* in the old and in the new document."""
    return child(old, *keys), child(new, *keys)


class Findings:
    """What the comparers find, each thing once, with everybody whom it concerns."""

    def __init__(self, old: Document, new: Document) -> None:
        self._old, self._new = old, new
        self._concerned: dict[Found, dict[tuple[str, str], None]] = {}

    def add(self, found: Found, *operations: tuple[str, str]) -> None:
        """
        Take a change, and the label and operationId of the operations that it concerns.

        Raises:
            BindingError: there are more than `MAX_CHANGES`.
        """
        if found not in self._concerned and len(self._concerned) == MAX_CHANGES:
            raise BindingError(
                f"{self._new.source}: more than {MAX_CHANGES:,} changes against {self._old.source}; these are no two "
                "versions of one document."
            )
        self._concerned.setdefault(found, {}).update(dict.fromkeys(operations))

    def __iter__(self) -> Iterator[Change]:
        for found, concerned in self._concerned.items():
            message = found.message if len(found.message) <= MAX_MESSAGE else f"{found.message[: MAX_MESSAGE - 1]}…"
            yield Change(
                rule=found.rule,
                message=message,
                old=Place(found.old, self._old.line(found.old)),
                new=Place(found.new, self._new.line(found.new)),
                operations=tuple(label for label, _ in concerned),
                operation_ids=tuple(dict.fromkeys(id for _, id in concerned if id)),
                direction=found.direction,
                undecided=found.undecided,
                schemas=found.schemas,
            )
