"""The schemas of a document: their parts, and judging values by them with jsonschema-rs."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import Any, Literal
from urllib.parse import quote

import jsonschema_rs

from contract.document import Document
from contract.document.operations import mapping
from contract.document.pointers import child

Direction = Literal["request", "response", "either"]
"""Which way a value goes: a request need not hold what is readOnly, a response what is writeOnly, "either" neither."""

_DOCUMENT = "urn:authproof:document"
_TOP_LEVEL = frozenset("openapi info servers paths webhooks components security tags externalDocs".split())

_ONE = frozenset(
    "items additionalProperties contains propertyNames not if then else unevaluatedItems unevaluatedProperties "
    "contentSchema".split()
)
_LISTS = frozenset("allOf anyOf oneOf prefixItems".split())
_NAMED = frozenset("properties patternProperties dependentSchemas $defs".split())
_NOT_PART_OF_VALUE = frozenset({"not", "if", "propertyNames", "$defs"})


@lru_cache(maxsize=4096)
def validator(document: Document, pointer: str, direction: Direction) -> jsonschema_rs.Validator:
    """
    Return the validator of the schema at *pointer*; formats are checked, nothing is fetched.

    OpenAPI 3.0 schemas are read as JSON Schema draft 4 with `nullable`, 3.1 ones as draft 2020-12.

    Raises:
        ValueError: the schema cannot be used; the first line of the text says why.
    """
    schema = {"$ref": f"{_DOCUMENT}#{quote(pointer, safe='/~')}"}
    kind = jsonschema_rs.Draft4Validator if _is_30(document) else jsonschema_rs.Draft202012Validator
    return kind(schema, registry=_registry(document, direction), validate_formats=True, offline=True)


@lru_cache(maxsize=16)
def _registry(document: Document, direction: Direction) -> jsonschema_rs.Registry:
    """Return the document as schemas in the sense of JSON Schema, under `_DOCUMENT`."""
    optional = {"request": ("readOnly",), "response": ("writeOnly",), "either": ("readOnly", "writeOnly")}[direction]
    top = {key: value for key, value in document.data.items() if key in _TOP_LEVEL or key.startswith("x-")}
    copy = _converted(document, top, optional, {})
    draft = jsonschema_rs.Draft4 if _is_30(document) else jsonschema_rs.Draft202012
    return jsonschema_rs.Registry([(_DOCUMENT, copy)], draft=draft)


def _is_30(document: Document) -> bool:
    return document.version.startswith("3.0")


def _converted(document: Document, node: Any, optional: tuple[str, ...], done: dict[int, Any]) -> Any:
    """Copy *node*: `nullable` becomes a type, members with a flag of *optional* are not required, sharing stays."""
    if not isinstance(node, dict | list):
        return node
    if id(node) in done:
        return done[id(node)]
    copy: Any
    if isinstance(node, list):
        copy = [_converted(document, item, optional, done) for item in node]
    else:
        copy = {key: _converted(document, value, optional, done) for key, value in node.items()}
        if isinstance(node.get("required"), list):
            copy["required"] = [name for name in node["required"] if not _is_optional(document, node, name, optional)]
            if not copy["required"]:
                del copy["required"]  # draft 4 allows no empty list
        if _is_30(document) and node.get("nullable") is True and isinstance(node.get("type"), str):
            copy["type"] = [node["type"], "null"]
    done[id(node)] = copy
    return copy


def _is_optional(document: Document, schema: dict[str, Any], name: Any, optional: tuple[str, ...]) -> bool:
    given = mapping(schema, "properties").get(name) if isinstance(name, str) else None
    meant = document.resolve(given)[0]
    return any(isinstance(node, dict) and node.get(flag) is True for node in (given, meant) for flag in optional)


def narrowed(error: jsonschema_rs.ValidationError) -> Iterator[jsonschema_rs.ValidationError]:
    """Yield what is wrong in the alternative that *error*'s value comes nearest to; *error* itself without such."""
    branches = [branch for branch in getattr(error.kind, "context", ()) if branch and not _is_reference(branch)]
    if not branches:
        yield error
        return
    nearest = max(branches, key=lambda branch: (min(len(part.instance_path) for part in branch), -len(branch)))
    for part in nearest:
        yield from narrowed(part)


def _is_reference(branch: list[jsonschema_rs.ValidationError]) -> bool:
    """Whether *branch* is the "or a Reference Object" of OpenAPI's own schemas."""
    return any(part.message == '"$ref" is a required property' for part in branch)


def subschemas(node: Any, pointer: str, *, of_value: bool = False) -> Iterator[tuple[str, str, Any]]:
    """
    Yield the direct parts of the schema *node* as (keyword, JSON Pointer, schema), references as they stand.

    Args:
        of_value: Leave out those that do not say what a value holds: `not`, `if`, `propertyNames`, `$defs`.
    """
    if not isinstance(node, dict):
        return
    for keyword in node:
        if of_value and keyword in _NOT_PART_OF_VALUE:
            continue
        if keyword in _ONE:
            yield keyword, child(pointer, keyword), node[keyword]
        elif keyword in _LISTS and isinstance(node[keyword], list):
            for index, part in enumerate(node[keyword]):
                yield keyword, child(pointer, keyword, index), part
        elif keyword in _NAMED:
            for name, part in mapping(node, keyword).items():
                yield keyword, child(pointer, keyword, name), part


def reachable(document: Document, *roots: str) -> Iterator[tuple[str, Any]]:
    """Yield each schema that the schemas at *roots* are made of, themselves included, once, with its JSON Pointer."""
    todo, seen = [pointer for pointer in reversed(roots) if pointer], set()
    while todo:
        pointer = todo.pop()
        if pointer in seen:
            continue
        seen.add(pointer)
        node = document.at(pointer)
        if not isinstance(node, dict):
            continue
        yield pointer, node
        target = document.resolve(node, pointer)[1]
        todo += [part for _, part, _ in subschemas(node, pointer)] + [target] * (target != pointer)
