"""Statuses of an operation, and what each answer holds: header fields, media types, links, examples."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from typing import Any

from contract.diff.change import Found, below
from contract.diff.headers import headers
from contract.diff.schemas.walk import Walk
from contract.diff.sides import Sides
from contract.document import OperationSpec, ResponseSpec, child
from contract.document.operations import mapping

_REFUSALS = frozenset({"401", "403", "429"})
_ERROR = re.compile(r"[45](\d\d|XX)|DEFAULT")


def responses(sides: Sides, old: OperationSpec, new: OperationSpec, walk: Walk) -> Iterator[Found]:
    """Yield what became of the statuses; schemas of those that remain go to *walk*."""
    before = {status.upper(): status for status in old.responses}
    after = {status.upper(): status for status in new.responses}
    for name, status in before.items():
        if name not in after:
            places = below(old.pointer, new.pointer, "responses", status)
            yield Found(f"DIFF-{_kind(name)}-REMOVED", f"no longer answers {status}.", *places)
            continue
        yield from _response(sides, status, old.responses[status], new.responses[after[name]])
        _schemas(old.responses[status], new.responses[after[name]], new, walk)
    for name, status in after.items():
        if name not in before:
            places = below(old.pointer, new.pointer, "responses", status)
            yield Found(f"DIFF-{_kind(name)}-ADDED", f"may answer {status}.", *places)


def _kind(status: str) -> str:
    return "REFUSAL" if status in _REFUSALS else "ERROR" if _ERROR.fullmatch(status) else "SUCCESS"


def _response(sides: Sides, status: str, old: ResponseSpec, new: ResponseSpec) -> Iterator[Found]:
    if sides.same(old.pointer, new.pointer):
        return
    yield from headers(status, old, new)
    yield from media((old.pointer, new.pointer), old.media, new.media, f"{status} comes", "RESPONSE")
    yield from examples(sides, old.pointer, new.pointer)
    yield from _links(sides, old.pointer, new.pointer)


def _schemas(old: ResponseSpec, new: ResponseSpec, operation: OperationSpec, walk: Walk) -> None:
    for name, schema in old.media.items():
        if new.media.get(name):
            walk.add(schema, new.media[name], "response", operation)
    for name, header in old.headers.items():
        there = new.header(name)
        if header.schema and there and there.schema:
            walk.add(header.schema, there.schema, "response", operation, name=name)


def media(
    bodies: tuple[str, str], before: Collection[str], after: Collection[str], what: str, way: str
) -> Iterator[Found]:
    """Yield which media types came and went of *bodies*: the pointers of what holds the old and the new content."""
    for name in before:
        if name not in after:
            places = below(*bodies, "content", name)
            yield Found(f"DIFF-{way}-MEDIA-REMOVED", f"{what} no longer as {name}.", *places)
    for name in after:
        if name not in before:
            places = below(*bodies, "content", name)
            yield Found(f"DIFF-{way}-MEDIA-ADDED", f"{what} also as {name}.", *places)


def examples(sides: Sides, old: str, new: str) -> Iterator[Found]:
    """Yield which examples went of the bodies at the pointers *old* and *new*."""
    contents = [mapping(side.at(place), "content") for side, place in ((sides.old, old), (sides.new, new))]
    for name in (name for name in contents[0] if name in contents[1]):
        here, there = below(old, new, "content", name)
        before, after = (_named_examples(each[name]) for each in contents)
        for label, place in before.items():
            if label not in after:
                yield Found("DIFF-EXAMPLE-REMOVED", f"the example '{label}' is gone.", here + place, there + place)


def _named_examples(media: Any) -> dict[str, str]:
    found = {name: child("", "examples", name) for name in mapping(media, "examples")}
    return found | ({"example": "/example"} if isinstance(media, dict) and "example" in media else {})


def _links(sides: Sides, old: str, new: str) -> Iterator[Found]:
    before, after = (mapping(side.at(place), "links") for side, place in ((sides.old, old), (sides.new, new)))
    for name in dict.fromkeys([*before, *after]):
        places = below(old, new, "links", name)
        if name not in after:
            yield Found("DIFF-LINK-REMOVED", f"the link '{name}' is gone.", *places)
        elif name not in before:
            yield Found("DIFF-LINK-ADDED", f"there is a new link '{name}'.", *places)
        elif not sides.equal(_bare(before[name]), _bare(after[name])):
            yield Found("DIFF-LINK-CHANGED", f"the link '{name}' leads elsewhere.", *places)


def _bare(link: Any) -> Any:
    return {key: value for key, value in link.items() if key != "description"} if isinstance(link, dict) else link
