"""Walking both documents' schemas side by side, each pair once, circles included; whom a change concerns."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from contract.diff.change import Direction, Findings, Found
from contract.diff.schemas.alternatives import alternatives
from contract.diff.schemas.bounds import bounds
from contract.diff.schemas.members import members, openness
from contract.diff.schemas.pair import Pair
from contract.diff.schemas.shape import Budget, asserting, shape
from contract.diff.schemas.texts import formats, patterns
from contract.diff.schemas.values import defaults, types, values, ways
from contract.diff.sides import Sides
from contract.document import OperationSpec, child
from contract.lint.nature import scopes

Key = tuple[tuple[str, ...], tuple[str, ...], Direction, str]
"""The pointers of the old and of the new schema, which way the value goes, and its name."""

_COMPARED = frozenset(
    "type enum const minLength maxLength minItems maxItems minProperties maxProperties minimum maximum "
    "exclusiveMinimum exclusiveMaximum multipleOf uniqueItems pattern format properties required additionalProperties "
    "items oneOf anyOf".split()
)
_LOOSER = {
    "www-authenticate": "DIFF-CHALLENGE-LOOSER",
    "cache-control": "DIFF-NO-STORE-LOOSER",
}
_LOOSE = frozenset(
    f"DIFF-{name}"
    for name in (
        "RESPONSE-PATTERN-REMOVED",
        "PATTERN-CHANGED",
        "RESPONSE-VALUE-ADDED",
        "RESPONSE-FORMAT-LOOSENED",
        "RESPONSE-BOUND-LOOSENED",
    )
)


class Walk:
    """Compares pairs of schemas; what it finds goes to `findings` with all operations from which a pair is reached."""

    def __init__(self, sides: Sides, findings: Findings) -> None:
        self._sides, self._findings = sides, findings
        self._budget = Budget(sides.new.source)
        self._operations: list[OperationSpec] = []
        self._roots: dict[Key, int] = {}
        self._below: dict[Key, list[Key]] = {}
        self._found: dict[Key, list[Found]] = {}

    def add(self, old: str, new: str, direction: Direction, operation: OperationSpec, *, name: str = "") -> None:
        """Take two schemas by their pointers, in the old and in the new document, of a value of *operation*."""
        if not self._operations or self._operations[-1] is not operation:
            self._operations.append(operation)
        key: Key = ((old,), (new,), direction, name)
        if not self._is_same(key):
            self._roots[key] = self._roots.get(key, 0) | 1 << len(self._operations) - 1

    def run(self) -> None:
        """Compare all that was added, and tell what was found."""
        todo = list(self._roots)
        while todo:
            key = todo.pop()
            if key not in self._below:
                self._below[key] = self._compared(key)
                todo += reversed(self._below[key])
        reached = self._reached()
        for key in self._below:
            concerned = [each for place, each in enumerate(self._operations) if reached[key] >> place & 1]
            for found in self._found[key]:
                self._findings.add(_in_context(found, concerned), *((each.label, each.id) for each in concerned))

    def _is_same(self, key: Key) -> bool:
        old, new, _, _ = key
        return len(old) == len(new) and all(map(self._sides.same, old, new))

    def _compared(self, key: Key) -> list[Key]:
        """Return the pairs below *key*; what differs between the two schemas themselves is written down."""
        old, new, direction, name = key
        pair = Pair(
            self._sides,
            shape(self._sides.old, old, self._budget),
            shape(self._sides.new, new, self._budget),
            direction,
            name,
        )
        found: list[Found] = []
        below: list[Key] = []
        for each in self._parts(pair):
            if isinstance(each, Found):
                found.append(each)
            elif not self._is_same(each):
                below.append(each)
        self._found[key] = [
            replace(each, rule=_LOOSER.get(name.lower(), each.rule)) if each.rule in _LOOSE else each for each in found
        ]
        return below

    def _parts(self, pair: Pair) -> Iterator[Found | Key]:
        for compare in (types, values, bounds, patterns, formats, defaults, ways):
            yield from compare(pair)
        yield from members(pair, lambda new, starts: self._is_elsewhere(pair, starts, new=new))
        old, new = pair.old.members(), pair.new.members()
        for name in old:
            if name in new:
                yield old[name], new[name], pair.direction, name
        for each in alternatives(pair):
            yield each if isinstance(each, Found) else (*each, pair.direction, pair.name)
        for keyword in ("items", "additionalProperties"):
            before, after = pair.old.below(keyword), pair.new.below(keyword)
            if keyword == "items" and (before or after):
                absent = (child(pair.old.starts[0], keyword),), (child(pair.new.starts[0], keyword),)
                yield before or absent[0], after or absent[1], pair.direction, pair.name
            elif keyword == "additionalProperties" and openness(pair.old) == openness(pair.new) == 1:
                yield before, after, pair.direction, ""
        for keyword in sorted({*asserting(pair.old), *asserting(pair.new)} - _COMPARED):
            if not self._sides.equal(pair.old.values(keyword), pair.new.values(keyword)):
                yield pair.undecided(keyword)

    def _is_elsewhere(self, pair: Pair, starts: tuple[str, ...], *, new: bool) -> bool:
        """Whether a member is for answers only, where a request is compared, or the reverse."""
        document = self._sides.new if new else self._sides.old
        keyword = "readOnly" if pair.asks else "writeOnly"
        return bool(starts) and shape(document, starts, self._budget).flag(keyword)

    def _reached(self) -> dict[Key, int]:
        """Return from which operations each pair is reached, a bit for each."""
        reached = dict.fromkeys(self._below, 0) | self._roots
        todo = list(self._roots)
        while todo:
            key = todo.pop()
            for each in self._below[key]:
                if reached[key] & ~reached[each]:
                    reached[each] |= reached[key]
                    todo.append(each)
        return reached


def _in_context(found: Found, concerned: list[OperationSpec]) -> Found:
    """Return *found* as it is for the operations that it concerns: what an admin may say is no promotion of oneself."""
    if found.rule == "DIFF-PRIVILEGE-MEMBER" and all(map(scopes, concerned)):
        return replace(found, rule="DIFF-REQUEST-MEMBER-ADDED")
    return found
