"""The contract, read as data: which operation is at which path, who may call it, what it takes and gives."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from jsonschema_path import SchemaPath

CONTRACT = Path(__file__).parent.parent / "contract" / "openapi.yaml"
LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # the one in C takes a tenth of the time, where it was built
METHODS = ("get", "post", "put", "patch", "delete")


@dataclass(frozen=True, slots=True)
class Parameter:
    """A parameter of the path or the query; `schema` is where its schema stands in the document."""

    name: str
    place: str
    required: bool
    type: str
    schema: SchemaPath


@dataclass(frozen=True, slots=True)
class Operation:
    """
    One operation of the contract.

    `public` operations take no token; others want the role `role`, "" for any. `body_schema` is None where the
    operation takes no body.
    """

    id: str
    method: str
    path: str
    public: bool
    role: str
    parameters: tuple[Parameter, ...]
    body_schema: SchemaPath | None


def read_document(path: Path = CONTRACT) -> dict[str, Any]:
    """
    Return the contract's document, with patterns in the dialect of Python.

    JSON Schema's patterns are ECMA-262's, where `$` is the very end; Python's `$` also allows one newline after it.
    """
    document: dict[str, Any] = yaml.load(path.read_text(encoding="utf-8"), Loader=LOADER)  # noqa: S506 - a safe one
    _translate_patterns(document)
    return document


def base_path(document: dict[str, Any]) -> str:
    """Return the path below which the operations are, without a slash at its end."""
    url: str = document["servers"][0]["url"]
    return url.rstrip("/")


def read_operations(document: dict[str, Any]) -> list[Operation]:
    """Return every operation of *document*."""
    spec = SchemaPath.from_dict(document)
    found = []
    for path, item in document["paths"].items():
        for method in METHODS:
            if method in item:
                found.append(_operation(spec, document, path, method))
    return found


def _operation(spec: SchemaPath, document: dict[str, Any], path: str, method: str) -> Operation:
    item, place = document["paths"][path], spec / "paths" / path
    raw, here = item[method], place / method
    security = raw.get("security", document.get("security", []))
    roles = [role for scheme in security for role in scheme.get("bearerAuth", ())]
    declared = [(place / "parameters" / index) for index in range(len(item.get("parameters", ())))]
    declared += [(here / "parameters" / index) for index in range(len(raw.get("parameters", ())))]
    body = here / "requestBody" / "content" / "application/json" / "schema" if "requestBody" in raw else None
    return Operation(
        id=raw["operationId"],
        method=method.upper(),
        path=base_path(document) + path,
        public=not security,
        role=roles[0] if roles else "",
        parameters=tuple(_parameter(declaration) for declaration in declared),
        body_schema=body,
    )


def _parameter(declaration: SchemaPath) -> Parameter:
    with declaration.resolve() as resolved:
        contents: Any = resolved.contents
    return Parameter(
        name=contents["name"],
        place=contents["in"],
        required=contents.get("required", False),
        type=contents["schema"].get("type", "string"),
        schema=declaration / "schema",
    )


def _translate_patterns(node: Any) -> None:
    if isinstance(node, dict):
        pattern = node.get("pattern")
        if isinstance(pattern, str) and pattern.endswith("$") and not pattern.endswith("\\$"):
            node["pattern"] = pattern[:-1] + r"\Z"
        for value in node.values():
            _translate_patterns(value)
    elif isinstance(node, list):
        for value in node:
            _translate_patterns(value)
