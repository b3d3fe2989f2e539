"""The two documents of a comparison, and which of their parts are the same, all that they refer to included."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from contract.document import Document, child
from contract.document.operations import mapping
from contract.document.pointers import of_reference, parts

_REFERENCE = re.compile(r'"\$ref": ("(?:[^"\\]|\\.)*")')


@dataclass(frozen=True, slots=True)
class Sides:
    """The old and the new document; `changed` are the parts of either that differ, or that refer to one that does."""

    old: Document
    new: Document
    changed: frozenset[str]

    def same(self, old: str, new: str) -> bool:
        """Whether the two JSON Pointers name one part that means the same in both documents; False may mean unsure."""
        return old == new and _part(old) not in self.changed

    def equal(self, old: Any, new: Any) -> bool:
        """Whether two values of the documents are alike, and refer to nothing that differs."""
        text = _text(new)
        return _text(old) == text and not any(part in self.changed for part in _referred(text))


def sides(old: Document, new: Document) -> Sides:
    """
    Return the two documents with their differing parts: path items, and single components.

    Two versions of a document differ in little: what is equal as text, and refers to nothing that is not, is the same.
    """
    before, after = dict(_texts(old)), dict(_texts(new))
    if old.version[:3] != new.version[:3]:
        return Sides(old, new, frozenset(before | after))
    changed = {name for name in before.keys() | after.keys() if before.get(name) != after.get(name)}
    referring: dict[str, set[str]] = {}
    for name, text in after.items():
        for part in _referred(text):
            referring.setdefault(part, set()).add(name)
    todo = list(changed)
    while todo:
        for name in referring.get(todo.pop(), set()) - changed:
            changed.add(name)
            todo.append(name)
    return Sides(old, new, frozenset(changed))


def _texts(document: Document) -> Iterator[tuple[str, str]]:
    for path, item in mapping(document.data, "paths").items():
        yield child("/paths", path), _text(item)
    for kind, components in mapping(document.data, "components").items():
        for name, component in (components if isinstance(components, dict) else {}).items():
            yield child("/components", kind, name), _text(component)
    for name, value in document.data.items():
        if name not in ("paths", "components"):
            yield child("", name), _text(value)


def _referred(text: str) -> set[str]:
    return {_part(of_reference(json.loads(match[1]))) for match in _REFERENCE.finditer(text)}


def _text(value: Any) -> str:
    return json.dumps(value, sort_keys=True)


def _part(pointer: str) -> str:
    """Return the path item or component that *pointer* leads into."""
    names = parts(pointer)
    return child("", *names[: {"components": 3, "paths": 2}.get(names[0] if names else "", 1)])
