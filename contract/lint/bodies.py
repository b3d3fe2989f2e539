"""Rules about the bodies of requests and answers: that they have schemas, and that all errors have one."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

from contract.document import Document, ResponseSpec, child
from contract.document.operations import sequence
from contract.document.pointers import parts
from contract.lint.rule import Place, rule

_BODILESS = frozenset({"204", "205"})
_ERROR = re.compile(r"[45](\d\d|XX)")


def is_json(media_type: str) -> bool:
    """Whether *media_type* is JSON. Source: RFC 6839 section 3.1."""
    essence = media_type.partition(";")[0].strip().lower()
    return essence == "application/json" or essence.endswith("+json")


def media_of(schema: str) -> str:
    """Return the JSON Pointer of the Media Type Object whose schema has the pointer *schema*."""
    return schema.rpartition("/")[0]


@rule(
    "LINT-BODY-SCHEMA",
    statement="Every JSON body, and every 200 of a secured operation, has a schema that says something.",
    source="this project's rule: what has no schema cannot drift visibly",
    cause="The body was documented by an example alone, or as 'object'.",
)
def body_schema(document: Document) -> Iterator[Place]:
    """What has no schema is not compared with anything."""
    for operation in document.all_operations:
        bodies = [(operation.request_pointer, "the request", operation.request_media)]
        bodies += [(each.pointer, f"this {status}", each.media) for status, each in operation.responses.items()]
        for pointer, what, media in bodies:
            for name, schema in media.items():
                if is_json(name) and not (schema and document.at(schema) not in ({}, True)):
                    yield child(pointer, "content", name), f"{what} has no schema for {name}."
        for status, response in operation.responses.items():
            bodiless = status in _BODILESS or operation.method == "HEAD"
            if operation.secured and status.startswith("2") and not bodiless and not response.media:
                yield response.pointer, f"this {status} answers a signed-in user but documents no content."


@rule(
    "LINT-ERROR-SCHEMA",
    statement="The JSON bodies of all 4xx and 5xx have one base schema: the same $ref, or an allOf that holds it.",
    source="RFC 9457 section 3.2: extensions beside the members that all problems have",
    cause="Each error was described where it was thrown; so every client needs a parser for each.",
)
def error_schema(document: Document) -> Iterator[Place]:
    """A client reads every refusal by the same few members."""
    schemas = [
        schema for response in _errors(document) for name, schema in response.media.items() if schema and is_json(name)
    ]
    known: dict[str, frozenset[str]] = {}
    counts = Counter(base for schema in schemas for base in _bases(document, schema, known))
    components = [base for base in counts if base.startswith("/components/schemas/") and len(parts(base)) == 3]
    if not components and len(set(schemas)) < 2:
        return
    common = max(components, key=lambda base: counts[base], default="")
    wanted = f"is not built on '#{common}' as others are" if common else "shares no schema with other errors"
    for schema in schemas:
        if common not in known[schema]:
            yield schema, f"the schema of this error {wanted}."


@rule(
    "LINT-ERROR-MEDIA-TYPE",
    statement="The JSON bodies of all 4xx and 5xx have one media type.",
    source="RFC 9457 section 3",
    cause="Errors of the framework and errors of the service are written by different code.",
)
def error_media_type(document: Document) -> Iterator[Place]:
    """A client finds every refusal by the same media type."""
    counts = Counter(name for response in _errors(document) for name in filter(is_json, response.media))
    common = max(counts, key=lambda name: counts[name], default="")
    for response in _errors(document):
        names = list(filter(is_json, response.media))
        if names and common not in names:
            yield child(response.pointer, "content", names[0]), f"this error is {names[0]}, others are {common}."


def _errors(document: Document) -> Iterator[ResponseSpec]:
    for operation in document.all_operations:
        for status, response in operation.responses.items():
            if _ERROR.fullmatch(status):
                yield response


def _bases(document: Document, pointer: str, known: dict[str, frozenset[str]]) -> frozenset[str]:
    """
    Return the schemas that every value of the schema at *pointer* meets as a whole: itself, its `$ref`, its `allOf`,
    and what the alternatives of its `oneOf` or `anyOf` have in common.

    Args:
        known: What was found before; it is filled here.
    """
    if pointer in known:
        return known[pointer]
    known[pointer] = found = frozenset({pointer})  # what stands while a schema leads back to itself
    node = document.at(pointer)
    target = document.resolve(node, pointer)[1]
    if target != pointer:
        found |= _bases(document, target, known)
    for index in range(len(sequence(node, "allOf"))):
        found |= _bases(document, child(pointer, "allOf", index), known)
    for keyword in ("oneOf", "anyOf"):
        branches = [
            _bases(document, child(pointer, keyword, index), known) for index in range(len(sequence(node, keyword)))
        ]
        if branches:
            found |= frozenset.intersection(*branches)
    known[pointer] = found
    return found
