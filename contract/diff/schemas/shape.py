"""What a schema asks of a value, with its references followed and its `allOf` joined."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from contract.document import MISSING, Document, child
from contract.document.operations import mapping, sequence
from contract.document.pointers import of_reference
from contract.errors import BindingError

MAX_PARTS = 500_000
"""How many schemas are looked at in one comparison, those that are looked at again counted again."""

ANNOTATIONS = frozenset(
    "title description example examples externalDocs xml deprecated default readOnly writeOnly $comment $schema $id "
    "$anchor $defs definitions contentMediaType contentEncoding contentSchema nullable $ref allOf".split()
)
"""Keywords that refuse no value, or that are read in another place."""

_TYPES = frozenset("null boolean object array number string integer".split())
NEVER: Mapping[str, Any] = {"not": {}}
"""What the schema `false` means."""


@dataclass(slots=True)
class Budget:
    """How much of the work that one comparison may take is left."""

    source: str
    left: int = MAX_PARTS

    def take(self) -> None:
        """Take one step. Raises BindingError where none is left."""
        self.left -= 1
        if self.left < 0:
            raise BindingError(
                f"{self.source}: its schemas refer to one another in more ways than are compared "
                f"({MAX_PARTS:,} steps); compare smaller parts."
            )


@dataclass(frozen=True, slots=True)
class Shape:
    """
    One schema as a list of parts, all of which a value must meet: JSON Pointer and node of each.

    `starts` are the pointers it was read from, one unless an `allOf` describes a member several times. `places` has,
    by keyword, the pointer of the first part that uses it.
    """

    starts: tuple[str, ...]
    parts: tuple[tuple[str, Mapping[str, Any]], ...]
    legacy: bool
    places: Mapping[str, str] = field(default_factory=dict)

    def values(self, keyword: str) -> list[Any]:
        """Return what each part says under *keyword*."""
        return [node[keyword] for _, node in self.parts if keyword in node]

    def first(self, keyword: str) -> Any:
        """Return what the first part that uses it says under *keyword*, or MISSING."""
        return next(iter(self.values(keyword)), MISSING)

    def has(self, keyword: str) -> bool:
        """Whether *keyword* is there."""
        return keyword in self.places

    def flag(self, keyword: str) -> bool:
        """Whether *keyword* is true anywhere."""
        return True in [value for value in self.values(keyword) if isinstance(value, bool)]

    def below(self, keyword: str) -> tuple[str, ...]:
        """Return the pointers of the schemas under *keyword*."""
        return tuple(child(pointer, keyword) for pointer, node in self.parts if keyword in node)

    def members(self) -> dict[str, tuple[str, ...]]:
        """Return each member that is named, with the pointers of its schemas."""
        found: dict[str, tuple[str, ...]] = {}
        for pointer, node in self.parts:
            for name in mapping(node, "properties"):
                found[name] = (*found.get(name, ()), child(pointer, "properties", name))
        return found

    def required(self) -> dict[str, str]:
        """Return each member that must be there, with the pointer of the list that says so."""
        found: dict[str, str] = {}
        for pointer, node in self.parts:
            for name in sequence(node, "required"):
                if isinstance(name, str):
                    found.setdefault(name, child(pointer, "required"))
        return found

    def types(self) -> frozenset[str] | None:
        """Return the JSON types that are allowed, None for all; an integer is a number too."""
        allowed: frozenset[str] | None = None
        for _, node in self.parts:
            given = node.get("type")
            names = {given} if isinstance(given, str) else set(map(str, given)) if isinstance(given, list) else None
            if not names:
                continue
            if self.legacy and node.get("nullable") is True:
                names.add("null")
            if "number" in names:
                names.add("integer")
            allowed = frozenset(names & _TYPES) if allowed is None else allowed & names
        return allowed


def shape(document: Document, starts: tuple[str, ...], budget: Budget) -> Shape:
    """Return the schema that is read from *starts*; a pointer that names nothing allows everything."""
    parts: list[tuple[str, Mapping[str, Any]]] = []
    legacy = document.version.startswith("3.0")
    seen: set[str] = set()
    todo = list(reversed(starts))
    while todo:
        pointer = todo.pop()
        if pointer in seen:
            continue
        seen.add(pointer)
        budget.take()
        node = document.at(pointer)
        if node is False:
            parts.append((pointer, NEVER))
        if not isinstance(node, dict):
            continue
        target = node.get("$ref")
        reference = [of_reference(target)] if isinstance(target, str) else []
        if not (legacy and reference):  # in OpenAPI 3.0 what stands beside $ref does not count
            parts.append((pointer, node))
            todo += [child(pointer, "allOf", index) for index in reversed(range(len(sequence(node, "allOf"))))]
        todo += reference
    places: dict[str, str] = {}
    for pointer, node in parts:
        for keyword in node:
            places.setdefault(keyword, child(pointer, keyword))
    return Shape(starts, tuple(parts), legacy, places)


def asserting(shape: Shape) -> Iterator[str]:
    """Yield the keywords of *shape* that may refuse a value."""
    return (keyword for keyword in shape.places if keyword not in ANNOTATIONS and not keyword.startswith("x-"))
