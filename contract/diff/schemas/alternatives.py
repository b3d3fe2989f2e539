"""`oneOf` and `anyOf`: which alternatives came and went, and which are to be compared with each other."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from contract.diff.change import Found
from contract.diff.schemas.pair import Pair
from contract.diff.schemas.shape import Shape
from contract.document import child

Both = tuple[tuple[str, ...], tuple[str, ...]]
"""The pointers of an old and of a new schema that belong together."""


def alternatives(pair: Pair) -> Iterator[Found | Both]:
    """Yield what became of the alternatives, and those that remained, changed or not."""
    for keyword in ("oneOf", "anyOf"):
        old, new = _lists(pair.old, keyword), _lists(pair.new, keyword)
        if len(old) != len(new):
            yield pair.undecided(keyword)
            continue
        for before, after in zip(old, new, strict=True):
            yield from _compared(pair, keyword, before, after)


def _compared(
    pair: Pair, keyword: str, old: list[tuple[str, Any]], new: list[tuple[str, Any]]
) -> Iterator[Found | Both]:
    left = list(old)
    unmatched = []
    for pointer, node in new:
        same = next((one for one in left if _name(one[1]) == _name(node)), None)
        if same:
            left.remove(same)
            yield (same[0],), (pointer,)
        else:
            unmatched.append((pointer, node))
    for (before, _), (after, _) in zip(left, unmatched, strict=False):
        yield (before,), (after,)
    way = "REQUEST" if pair.asks else "RESPONSE"
    for pointer, node in left[len(unmatched) :]:
        message = f"{pair.what} no longer has the form {_said(node)}."
        yield pair.found(f"DIFF-{way}-ALTERNATIVE-REMOVED", message, keyword, old=pointer)
    for pointer, node in unmatched[len(left) :]:
        if pair.asks and keyword == "oneOf":
            yield pair.found(  # what matched one form may now match two, and then it matches none
                "DIFF-UNDECIDED",
                f"{pair.what} may have the form {_said(node)}; cannot decide whether oneOf still allows the others.",
                keyword,
                new=pointer,
                undecided=keyword,
            )
        else:
            message = f"{pair.what} may have the form {_said(node)}."
            yield pair.found(f"DIFF-{way}-ALTERNATIVE-ADDED", message, keyword, new=pointer)


def _lists(shape: Shape, keyword: str) -> list[list[tuple[str, Any]]]:
    return [
        [(child(pointer, keyword, index), each) for index, each in enumerate(node[keyword])]
        for pointer, node in shape.parts
        if isinstance(node.get(keyword), list)
    ]


def _name(node: Any) -> str:
    """Return what an alternative is known by: what it refers to, or its text."""
    reference = node.get("$ref") if isinstance(node, dict) else None
    return reference if isinstance(reference, str) else json.dumps(node, sort_keys=True)


def _said(node: Any) -> str:
    name = _name(node).rpartition("/")[2]
    return f"'{name}'" if isinstance(node, dict) and "$ref" in node else name[:60]
