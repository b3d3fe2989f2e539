"""Rules about examples: every body has one, and each is what its schema says."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from contract.document import MISSING, Document, child
from contract.document.operations import mapping, sequence
from contract.document.schemas import reachable, roots
from contract.lint.bodies import is_json, media_of
from contract.lint.rule import Place, rule
from contract.lint.validity import Direction, narrowed, validator


@rule(
    "LINT-EXAMPLE-MISSING",
    statement="Every textual body of a request or answer has an example, its own or its schema's.",
    source="this project's rule: examples are what newcomers copy and what mock servers answer",
    cause="The answer was added to the code first, and to the document in haste.",
)
def example_missing(document: Document) -> Iterator[Place]:
    """A schema says what is allowed, an example what is meant."""
    for operation in document.all_operations:
        bodies = [(operation.request_pointer, operation.request_media)]
        bodies += [(response.pointer, response.media) for response in operation.responses.values()]
        for owner, media in bodies:
            for name, schema in media.items():
                pointer = child(owner, "content", name)
                resolved = document.resolve(document.at(schema), schema)[1] if schema else ""
                own = [*_examples(document, pointer), *_schema_examples(document, resolved)]
                if _is_textual(name) and not (own or mapping(document.at(pointer), "examples")):
                    yield pointer, f"{name} has no example."


@rule(
    "LINT-EXAMPLE-INVALID",
    statement="Every example, of bodies, parameters, headers and schemas, is valid by its schema, formats included.",
    source="OpenAPI 3.1.1 sections 4.8.14 and 4.8.19",
    cause="The schema was changed and the example was not.",
)
def example_invalid(document: Document) -> Iterator[Place]:
    """A reader who copies an example gets what it promises."""
    for example, schema, direction in dict.fromkeys(_judged(document)):
        value = document.at(example)
        try:
            errors = list(validator(document, schema, direction).iter_errors(value))
        except ValueError as error:
            reason = str(error).partition("\n")[0]
            if not reason.endswith(
                "does not exist"
            ):  # references were checked: OpenAPI 3.0's nullable moved the schema
                yield schema, f"the schema cannot be used: {reason}"
            continue
        for fault in (part for error in errors for part in narrowed(error)):
            yield child(example, *fault.instance_path), f"the example is not valid: {fault.message}"


def _judged(document: Document) -> Iterator[tuple[str, str, Direction]]:
    """Yield the JSON Pointers of each example's value and of the schema that it must meet, and which way it goes."""
    for operation in document.all_operations:
        yield from _bodies(document, operation.request_pointer, operation.request_media, "request")
        for parameter in operation.parameters:
            yield from _owned(document, parameter.pointer, parameter.schema, "request")
        for response in operation.responses.values():
            yield from _bodies(document, response.pointer, response.media, "response")
            for name, header in response.headers.items():
                given = mapping(document.at(response.pointer), "headers").get(name)
                pointer = document.resolve(given, child(response.pointer, "headers", name))[1]
                yield from _owned(document, pointer, header.schema, "response")
    for pointer, _ in reachable(document, *roots(document)):
        for example in _schema_examples(document, pointer):
            yield example, pointer, "either"


def _bodies(document: Document, owner: str, media: Any, direction: Direction) -> Iterator[tuple[str, str, Direction]]:
    for name, schema in media.items():
        for judged in _owned(document, child(owner, "content", name), schema, direction):
            if is_json(name) or not isinstance(document.at(judged[0]), str) or name.startswith("text/"):
                yield judged  # in any other media type a text is the body as it is sent, not its value


def _owned(document: Document, owner: str, schema: str, direction: Direction) -> Iterator[tuple[str, str, Direction]]:
    """Yield the examples of a Media Type, Parameter or Header Object, and those of the `content` it may have."""
    if schema:
        for holder in dict.fromkeys((owner, media_of(schema))):
            for example in _examples(document, holder):
                yield example, schema, direction


def _examples(document: Document, owner: str) -> Iterator[str]:
    node = document.at(owner)
    if isinstance(node, dict) and "example" in node:
        yield child(owner, "example")
    for name, given in mapping(node, "examples").items():
        pointer = child(document.resolve(given, child(owner, "examples", name))[1], "value")
        if document.at(pointer) is not MISSING:
            yield pointer


def _schema_examples(document: Document, schema: str) -> Iterator[str]:
    node = document.at(schema) if schema else None
    if isinstance(node, dict) and "example" in node:
        yield child(schema, "example")
    for index in range(len(sequence(node, "examples"))):
        yield child(schema, "examples", index)


def _is_textual(media_type: str) -> bool:
    essence = media_type.partition(";")[0].strip().lower()
    forms = {"application/x-www-form-urlencoded", "multipart/form-data", "application/xml"}
    return is_json(media_type) or essence.startswith("text/") or essence.endswith("+xml") or essence in forms
