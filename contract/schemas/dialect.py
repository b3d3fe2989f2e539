"""Schemas of OpenAPI 3.0 and 3.1 as JSON Schema 2020-12, and a closed twin in which nothing undocumented is valid."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from contract.document import MISSING, Document
from contract.document.pointers import follow, of_reference

_NAMED_VALUES = ("properties", "patternProperties")
_OF_FURTHER_MEMBERS = ("additionalProperties", "unevaluatedProperties")
_VALUES = (*_OF_FURTHER_MEMBERS, "items", "unevaluatedItems")
_IN_PLACE_LISTS = ("allOf", "anyOf", "oneOf")
_IN_PLACE = ("then", "else")
_NAMES_MEMBERS = {"properties", "patternProperties", "$ref", "allOf", "anyOf", "oneOf", "if", "dependentSchemas"}
_UNCLOSED = ("not", "if", "contains", "propertyNames")


def judged(document: Document, *, closed: bool) -> Any:
    """
    Return a copy of the document's data in which the schemas of all responses are JSON Schema 2020-12.

    References stay as they are, and so does the place of nearly everything. What changes:

    - OpenAPI 3.0: `nullable` lets null through, beside `allOf` too, as generators mean it; an exclusive bound is a
      number; what stands beside `$ref` does not count.
    - A member for requests only (`writeOnly`) is not required.

    With *closed*, also: every object refuses members that no schema names, and members for requests only. Whatever a
    closed schema accepts has nothing undocumented; what it refuses needs a closer look, because closing the inside of
    one alternative may have turned the choice to another.
    """
    # Through JSON, so that a node that a YAML alias repeats becomes several nodes.
    data = json.loads(json.dumps(document.data))
    legacy = document.version.startswith("3.0")
    todo = [(follow(data, pointer), closed) for pointer in _starts(document)]
    seen: set[tuple[int, bool]] = set()
    while todo:
        node, closing = todo.pop()
        if not isinstance(node, dict) or (id(node), closing) in seen:
            continue
        seen.add((id(node), closing))
        if legacy:
            modernise(node)
        _release_write_only(data, node)
        for keyword in _OF_FURTHER_MEMBERS:
            if node.get(keyword) is True:
                node[keyword] = {}  # means the same, and leaves a trace in an evaluation
        children = list(_children(data, node))
        for child, is_value, stays_open in children:
            todo.append((child, closing and not stays_open))
            if closing and is_value and not stays_open:
                close(child)
        if closing and node.get("writeOnly") is True:
            node.clear()
            node["not"] = {}
    return data


def close(schema: Any) -> None:
    """Make *schema*, which describes a whole value, refuse members that it does not name. An empty one names none."""
    if isinstance(schema, dict) and _NAMES_MEMBERS & schema.keys():
        schema.setdefault("unevaluatedProperties", False)


def _starts(document: Document) -> Iterator[str]:
    for operation in document.all_operations:
        for response in operation.responses.values():
            yield from filter(None, response.media.values())
            yield from (header.schema for header in response.headers.values() if header.schema)


def _children(data: Any, node: dict[str, Any]) -> Iterator[tuple[Any, bool, bool]]:
    """Yield each schema below *node*: itself, whether it describes a value of its own, whether it is never closed."""
    if isinstance(node.get("$ref"), str):
        yield follow(data, of_reference(node["$ref"])), False, False
    for keyword in _NAMED_VALUES:
        yield from ((child, True, False) for child in _mapping(node, keyword).values())
    yield from ((node[keyword], True, False) for keyword in _VALUES if keyword in node)
    yield from ((child, True, False) for child in _sequence(node, "prefixItems"))
    for keyword in _IN_PLACE_LISTS:
        yield from ((child, False, False) for child in _sequence(node, keyword))
    yield from ((node[keyword], False, False) for keyword in _IN_PLACE if keyword in node)
    yield from ((child, False, False) for child in _mapping(node, "dependentSchemas").values())
    yield from ((node[keyword], False, True) for keyword in _UNCLOSED if keyword in node)


def modernise(node: dict[str, Any]) -> None:
    """Turn one schema of OpenAPI 3.0 into JSON Schema 2020-12. Source: OpenAPI 3.0.3, Schema Object."""
    if "$ref" in node:
        reference = node["$ref"]
        node.clear()
        node["$ref"] = reference
        return
    for bound, exclusive in (("minimum", "exclusiveMinimum"), ("maximum", "exclusiveMaximum")):
        if node.get(exclusive) is True and bound in node:
            node[exclusive] = node.pop(bound)
        elif isinstance(node.get(exclusive), bool):
            del node[exclusive]
    if node.pop("nullable", False) is not True:
        return
    if isinstance(node.get("enum"), list) and None not in node["enum"]:
        node["enum"].append(None)
    if isinstance(node.get("type"), str):
        node["type"] = [node["type"], "null"]
    if _NAMES_MEMBERS & node.keys() - {"properties"}:
        inner = dict(node)
        node.clear()
        node["anyOf"] = [inner, {"type": "null"}]


def _release_write_only(data: Any, node: dict[str, Any]) -> None:
    properties = _mapping(node, "properties")
    required = _sequence(node, "required")
    if required and properties:
        node["required"] = [name for name in required if not _is_write_only(data, properties.get(name))]


def _is_write_only(data: Any, schema: Any) -> bool:
    while isinstance(schema, dict):
        if schema.get("writeOnly") is True:
            return True
        schema = follow(data, of_reference(schema["$ref"])) if isinstance(schema.get("$ref"), str) else MISSING
    return False


def _mapping(node: dict[str, Any], key: str) -> dict[str, Any]:
    value = node.get(key)
    return value if isinstance(value, dict) else {}


def _sequence(node: dict[str, Any], key: str) -> list[Any]:
    value = node.get(key)
    return value if isinstance(value, list) else []
