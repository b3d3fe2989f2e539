"""Types, lists of values, defaults, and which way a member may go."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from contract.diff.change import Found
from contract.diff.schemas.pair import Pair
from contract.diff.schemas.shape import Shape
from contract.document import MISSING

SHOWN_MAX = 60  # characters of a value in a message

_ALL = frozenset({"null", "boolean", "object", "array", "number", "integer", "string"})


def types(pair: Pair) -> Iterator[Found]:
    """Yield what became of the types that are allowed."""
    old, new = _types(pair.old), _types(pair.new)
    narrowed, widened = old - new, new - old
    if not (narrowed or widened):
        return
    if pair.asks:
        rule = "DIFF-REQUEST-TYPE-NARROWED" if narrowed else "DIFF-REQUEST-TYPE-WIDENED"
    else:
        rule = "DIFF-RESPONSE-TYPE-WIDENED" if widened else "DIFF-RESPONSE-TYPE-NARROWED"
    keyword = "type" if pair.old.has("type") or pair.new.has("type") else "enum"
    yield pair.found(rule, f"{pair.what} is {_said(new)}, was {_said(old)}.", keyword)


def values(pair: Pair) -> Iterator[Found]:
    """Yield which of the values that are listed came and went."""
    old, new = _listed(pair.old), _listed(pair.new)
    if old == new:
        return
    keyword = next((word for word in ("enum", "const") if pair.new.has(word)), "")
    keyword = keyword or ("enum" if pair.old.has("enum") else "const")
    removed = [text for text in old or {} if new is not None and text not in new]
    added = [text for text in new or {} if old is not None and text not in old]
    if new is None or added:
        which = "any value" if new is None else shown(", ".join(added))
        rule = "DIFF-REQUEST-VALUE-ADDED" if pair.asks else "DIFF-RESPONSE-VALUE-ADDED"
        yield pair.found(rule, f"{pair.what} may now be {which}.", keyword)
    if old is None or removed:
        which = f"only be {shown(', '.join(new or {}))}" if old is None else f"no longer be {shown(', '.join(removed))}"
        rule = "DIFF-REQUEST-VALUE-REMOVED" if pair.asks else "DIFF-RESPONSE-VALUE-REMOVED"
        yield pair.found(rule, f"{pair.what} may {which}.", keyword)


def defaults(pair: Pair) -> Iterator[Found]:
    """Yield that what counts where a client says nothing changed."""
    old, new = pair.old.first("default"), pair.new.first("default")
    if pair.asks and _text(old) != _text(new):
        yield pair.found(
            "DIFF-DEFAULT-CHANGED",
            f"{pair.what} is by default {shown(_text(new))}, was {shown(_text(old))}.",
            "default",
        )


def ways(pair: Pair) -> Iterator[Found]:
    """Yield that a member is no longer for requests, or for answers, alone; and that it is deprecated."""
    for keyword, rule, asked, lost in (
        ("readOnly", "DIFF-READ-ONLY", True, "may be in a request now"),
        ("writeOnly", "DIFF-WRITE-ONLY", False, "may be in an answer now"),
    ):
        old, new = pair.old.flag(keyword), pair.new.flag(keyword)
        if pair.asks is asked and old != new:
            gained = f"is no longer in {'a request' if asked else 'an answer'}"
            suffix, message = ("SET", gained) if new else ("LOST", lost)
            yield pair.found(f"{rule}-{suffix}", f"{pair.what} {message}.", keyword)
    old, new = pair.old.flag("deprecated"), pair.new.flag("deprecated")
    if old != new:
        rule = "DIFF-DEPRECATED" if new else "DIFF-DEPRECATION-WITHDRAWN"
        yield undirected(pair.found(rule, f"{pair.what} is {'now' if new else 'no longer'} deprecated.", "deprecated"))
    for keyword in ("example", "examples"):
        if pair.old.has(keyword) and not (pair.new.has("example") or pair.new.has("examples")):
            yield undirected(pair.found("DIFF-EXAMPLE-REMOVED", f"{pair.what} has no example any more.", keyword))


def undirected(found: Found) -> Found:
    """Return *found* as a change that is the same whichever way a value goes."""
    return replace(found, direction="", schemas=None)


def shown(text: str) -> str:
    """Return *text*, cut where it is long."""
    return text if len(text) <= SHOWN_MAX else f"{text[: SHOWN_MAX - 1]}…"


def _types(shape: Shape) -> frozenset[str]:
    allowed = shape.types()
    allowed = _ALL if allowed is None else allowed
    listed = _listed(shape)
    return allowed if listed is None else allowed & {_type_of(json.loads(text)) for text in listed} or allowed


def _type_of(value: Any) -> str:
    names = {bool: "boolean", int: "integer", str: "string", list: "array", dict: "object", type(None): "null"}
    return names.get(type(value), "number")


def _listed(shape: Shape) -> dict[str, None] | None:
    """Return the values that are allowed, as JSON and in order, None where any is; null is a matter of types."""
    lists = [value for value in shape.values("enum") if isinstance(value, list)]
    lists += [[value] for value in shape.values("const")]
    if not lists:
        return None
    texts = [dict.fromkeys(_text(value) for value in each if value is not None) for each in lists]
    return {text: None for text in texts[0] if all(text in each for each in texts)}


def _text(value: Any) -> str:
    return "nothing" if value is MISSING else json.dumps(value, ensure_ascii=False, sort_keys=True)


def _said(types: frozenset[str]) -> str:
    if types == _ALL:
        return "of any type"
    names = sorted(types - {"integer"} if "number" in types else types)
    return " or ".join(names) or "of no type"
