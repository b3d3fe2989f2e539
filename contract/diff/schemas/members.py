"""Members of objects: which came and went, which must be there, and whether others may be."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from contract.diff.change import Found
from contract.diff.schemas.pair import Pair
from contract.diff.schemas.shape import Shape
from contract.diff.sensitive import is_privilege, is_secret

IsOneWay = Callable[[bool, tuple[str, ...]], bool]
"""Whether the member with these schemas, of the new document or of the old one, is not for values that go this way."""


def members(pair: Pair, is_elsewhere: IsOneWay) -> Iterator[Found]:
    """Yield the members that came, went, or must or need not be there any more."""
    old, new = pair.old.members(), pair.new.members()
    required_before, required = pair.old.required(), pair.new.required()
    way = "REQUEST" if pair.asks else "RESPONSE"
    for name in old:
        if name not in new and not is_elsewhere(False, old[name]):
            lost = pair.asks and is_secret(name, answered=False)
            rule = "DIFF-SECRET-REMOVED" if lost else f"DIFF-{way}-MEMBER-REMOVED"
            yield pair.found(rule, f"the member '{name}' is gone.", "properties", old=old[name][0], subject=name)
    for name in new:
        if name not in old and not is_elsewhere(True, new[name]) and not (pair.asks and name in required):
            yield pair.found(
                _added(pair, name), f"there is a new member '{name}'.", "properties", new=new[name][0], subject=name
            )
    for name, place in required.items():
        if name in required_before or is_elsewhere(True, new.get(name, ())):
            continue
        if pair.asks:
            message = f"the member '{name}' must be there."
            yield pair.found("DIFF-REQUEST-MEMBER-REQUIRED", message, "required", new=place, subject=name)
        elif name in old:
            message = f"the member '{name}' is always there."
            yield pair.found("DIFF-RESPONSE-MEMBER-PROMISED", message, "required", new=place, subject=name)
    for name, place in required_before.items():
        gone = name in old and name not in new
        if name in required or gone or is_elsewhere(False, old.get(name, ())):
            continue
        lost = pair.asks and is_secret(name, answered=False)
        rule = "DIFF-SECRET-OPTIONAL" if lost else f"DIFF-{way}-MEMBER-OPTIONAL"
        yield pair.found(
            rule,
            f"the member '{name}' {'may be left out' if pair.asks else 'may be missing'}.",
            "required",
            old=place,
            subject=name,
        )
    yield from _further(pair)


def _added(pair: Pair, name: str) -> str:
    if pair.asks:
        return "DIFF-PRIVILEGE-MEMBER" if is_privilege(name) else "DIFF-REQUEST-MEMBER-ADDED"
    return "DIFF-RESPONSE-SECRET-ADDED" if is_secret(name, answered=True) else "DIFF-RESPONSE-MEMBER-ADDED"


def _further(pair: Pair) -> Iterator[Found]:
    """Yield what became of members that no schema names."""
    old, new = openness(pair.old), openness(pair.new)
    if old == new:
        return
    way = "REQUEST" if pair.asks else "RESPONSE"
    closed = new < old
    message = ("is refused", "must be of a kind", "is let pass")[new]
    yield pair.found(
        f"DIFF-{way}-{'CLOSED' if closed else 'OPENED'}",
        f"{pair.what}: a member that is not named {message}.",
        "additionalProperties",
    )


def openness(shape: Shape) -> int:
    """Return 0 where members that are not named are refused, 1 where they must be of a kind, 2 where all may be."""
    return min(map(_openness_of, shape.values("additionalProperties")), default=2)


def _openness_of(value: Any) -> int:
    return 0 if value is False else 1 if isinstance(value, dict) and value else 2
