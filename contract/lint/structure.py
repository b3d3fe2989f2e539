"""Rules about the document as a whole: that it is OpenAPI, and holds nothing that nobody uses."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Any

import jsonschema_rs

from contract.document import Document, child
from contract.document.operations import mapping, sequence
from contract.document.pointers import of_reference, parts
from contract.document.references import objects
from contract.lint.rule import Place, rule
from contract.lint.validity import narrowed

Component = tuple[str, str]
"""Kind and name: ("schemas", "User")."""

_DIALECT = "https://json-schema.org/draft/2020-12/schema"


@rule(
    "LINT-STRUCTURE",
    statement="The document is what the OpenAPI Specification allows, its schemas included.",
    source="OpenAPI 3.0.4 and 3.1.1, by the JSON Schemas that the OpenAPI Initiative publishes",
    cause="A misspelt or misplaced key; or 3.0 written as 3.1 or the reverse (nullable, exclusiveMinimum, examples).",
)
def structure(document: Document) -> Iterator[Place]:
    """A tool reads what is not OpenAPI differently from its author, or not at all."""
    for error in _validator(document.version[:3]).iter_errors(document.data):
        for fault in narrowed(error):
            pointer = child("", *fault.instance_path)
            unexpected = getattr(fault.kind, "unexpected", None)
            if isinstance(unexpected, list):
                for name in unexpected:
                    yield child(pointer, name), f"'{name}' is no member that may stand here."
            else:
                yield pointer, fault.message


@cache
def _validator(version: str) -> jsonschema_rs.Validator:
    """Return the validator of documents; that of 3.1 judges schemas by the whole of JSON Schema 2020-12."""
    from openapi_spec_validator.schemas import schema_v30, schema_v31  # noqa: PLC0415 - half a second, for lint alone

    if version == "3.0":
        return jsonschema_rs.Draft4Validator(dict(schema_v30), validate_formats=True, offline=True)
    published = dict(schema_v31)
    schema = {
        "$schema": _DIALECT,
        "$id": "urn:authproof:openapi-3.1",
        "$ref": published["$id"],
        "$defs": {"schema": {"$dynamicAnchor": "meta", "$ref": _DIALECT}},
    }
    registry = jsonschema_rs.Registry([(published["$id"], published)])
    return jsonschema_rs.Draft202012Validator(schema, registry=registry, validate_formats=True, offline=True)


@rule(
    "LINT-UNUSED-COMPONENT",
    "warning",
    statement="Every component is used.",
    source="this project's rule",
    cause="The operation that used it is gone, or refers to another one by mistake.",
)
def unused_component(document: Document) -> Iterator[Place]:
    """A reader takes what stands here for what is in force."""
    components = mapping(document.data, "components")
    kinds = [kind for kind in components if not kind.startswith("x-")]
    heirs = _heirs(document)
    used = _used({key: value for key, value in document.data.items() if key != "components"})
    for owner in (document.data, *(document.at(operation.pointer) for operation in document.all_operations)):
        for requirement in sequence(owner, "security"):
            used |= {("securitySchemes", name) for name in (requirement if isinstance(requirement, dict) else ())}
    todo = list(used)
    while todo:
        kind, name = todo.pop()
        new = (_used(mapping(components, kind).get(name)) | heirs.get((kind, name), set())) - used
        used |= new
        todo += new
    for kind in kinds:
        for name in mapping(components, kind):
            if (kind, name) not in used:
                yield child("/components", kind, name), f"nothing uses the component {kind}/{name}."


def _used(node: Any) -> set[Component]:
    """Return the components that *node* refers to by itself."""
    used = set()
    for each in objects(node):
        discriminator = each.get("discriminator")
        for reference in (each.get("$ref"), *mapping(discriminator, "mapping").values()):
            if isinstance(reference, str):
                kind, name, *_ = (*parts(of_reference(reference))[1:], "", "")
                used.add((kind, name) if reference.startswith("#") else ("schemas", reference))
    return used


def _heirs(document: Document) -> dict[Component, set[Component]]:
    """Return, for each schema with a discriminator, those built on it: values name them without a reference."""
    heirs: dict[Component, set[Component]] = {}
    for name, schema in mapping(mapping(document.data, "components"), "schemas").items():
        for part in sequence(schema, "allOf"):
            base, pointer = document.resolve(part)
            if pointer.startswith("/components/schemas/") and isinstance(base, dict) and "discriminator" in base:
                heirs.setdefault(("schemas", parts(pointer)[2]), set()).add(("schemas", name))
    return heirs
