"""The schemas of a document: where they begin, and what they are made of."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from contract.document import Document
from contract.document.operations import mapping
from contract.document.pointers import child

_ONE = frozenset(
    "items additionalProperties contains propertyNames not if then else unevaluatedItems unevaluatedProperties "
    "contentSchema".split()
)
_LISTS = frozenset("allOf anyOf oneOf prefixItems".split())
_NAMED = frozenset("properties patternProperties dependentSchemas $defs".split())


def roots(document: Document) -> Iterator[str]:
    """Yield the JSON Pointer of every schema that an operation names, and of every one that is a component."""
    for name in mapping(mapping(document.data, "components"), "schemas"):
        yield child("/components/schemas", name)
    for operation in document.all_operations:
        yield from operation.request_media.values()
        yield from (parameter.schema for parameter in operation.parameters)
        for response in operation.responses.values():
            yield from response.media.values()
            yield from (header.schema for header in response.headers.values())


def _parts(node: dict[str, Any], pointer: str) -> Iterator[tuple[str, Any]]:
    """Yield the schemas directly within the schema *node*, each with its JSON Pointer."""
    for keyword, value in node.items():
        if keyword in _ONE:
            yield child(pointer, keyword), value
        elif keyword in _LISTS and isinstance(value, list):
            for index, part in enumerate(value):
                yield child(pointer, keyword, index), part
        elif keyword in _NAMED:
            for name, part in mapping(node, keyword).items():
                yield child(pointer, keyword, name), part


def reachable(document: Document, *starts: str) -> Iterator[tuple[str, Any]]:
    """Yield each schema that the schemas at *starts* are made of, themselves included, once, with its JSON Pointer."""
    todo = [(pointer, document.at(pointer)) for pointer in reversed(starts) if pointer]
    seen = set()
    while todo:
        pointer, node = todo.pop()
        if pointer in seen or not isinstance(node, dict):
            continue
        seen.add(pointer)
        yield pointer, node
        todo += _parts(node, pointer)
        target, place = document.resolve(node, pointer)
        if place != pointer:
            todo.append((place, target))
