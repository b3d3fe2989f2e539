"""Judging the values that a document itself holds by its schemas."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import lru_cache
from typing import Any, Literal
from urllib.parse import quote

import jsonschema_rs

from contract.document import Document
from contract.document.operations import mapping
from contract.document.pointers import follow
from contract.document.schemas import reachable, roots
from contract.schemas.dialect import modernise

Direction = Literal["request", "response", "either"]
"""Which way a value goes: a request need not hold what is readOnly, a response what is writeOnly, "either" neither."""

_OPTIONAL = {"request": ("readOnly",), "response": ("writeOnly",), "either": ("readOnly", "writeOnly")}
_DOCUMENT = "urn:authproof:document"
_TOP_LEVEL = frozenset("openapi info servers paths webhooks components security tags externalDocs".split())


@lru_cache(maxsize=4096)
def validator(document: Document, pointer: str, direction: Direction) -> jsonschema_rs.Validator:
    """
    Return the validator of the schema at *pointer*; formats are checked, nothing is fetched.

    Raises:
        ValueError: the schema cannot be used; the first line of the text says why.
    """
    schema = {"$ref": f"{_DOCUMENT}#{quote(pointer, safe='/~')}"}
    registry = _registry(document, direction)
    return jsonschema_rs.Draft202012Validator(schema, registry=registry, validate_formats=True, offline=True)


@lru_cache(maxsize=16)
def _registry(document: Document, direction: Direction) -> jsonschema_rs.Registry:
    """Return a copy of the document whose schemas are JSON Schema 2020-12 and require what *direction* says."""
    top = {key: value for key, value in document.data.items() if key in _TOP_LEVEL or key.startswith("x-")}
    data = json.loads(json.dumps(top))  # also makes several nodes of one that a YAML alias repeats
    for node in [follow(data, pointer) for pointer, _ in reachable(document, *roots(document))]:
        optional = _OPTIONAL[direction]
        if isinstance(node.get("required"), list):
            node["required"] = [name for name in node["required"] if not is_optional(document, node, name, optional)]
        if document.version.startswith("3.0"):
            modernise(node)
    return jsonschema_rs.Registry([(_DOCUMENT, data)])


def is_optional(document: Document, schema: Any, name: Any, optional: tuple[str, ...]) -> bool:
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
