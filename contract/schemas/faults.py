"""What a schema has against a value, in words."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import jsonschema_rs

from contract.checks.violation import shown
from contract.document import MISSING, child
from contract.schemas.compiled import Schema, Schemas
from contract.schemas.violations import Violation

VALUE_SHOWN_MAX = 60  # characters of a value
KEYWORD_SHOWN_MAX = 120  # characters of what the document says

_SeveralMatch = jsonschema_rs.ValidationErrorKind.OneOfMultipleValid
_TYPES: dict[type, str] = {
    dict: "an object",
    list: "an array",
    str: "a string",
    bool: "a boolean",
    int: "an integer",
    type(None): "null",
}
_TELLING = {"enum", "const", "format", "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"}


def faults(schemas: Schemas, schema: Schema, value: Any) -> Iterator[Violation]:
    """Yield what is wrong with *value*; where no alternative matches, what is wrong with it as the nearest of them."""
    return _told(schemas, schema, list(schema.open.iter_errors(value)))


def type_name(value: Any) -> str:
    """Return the JSON type of *value* with its article."""
    return _TYPES.get(type(value), "a number")


def _told(schemas: Schemas, schema: Schema, errors: list[Any]) -> Iterator[Violation]:
    # Of a value of another type, nothing but its type is worth saying.
    of_another_type = [error.instance_path for error in errors if error.kind.name == "type"]
    for error in errors:
        if error.kind.name == "type" or error.instance_path not in of_another_type:
            yield from _one(schemas, schema, error)


def _one(schemas: Schemas, schema: Schema, error: Any) -> Iterator[Violation]:
    kind, location = error.kind, error.absolute_keyword_location
    place, document = child("", *error.instance_path), schemas.origin(location, schema.pointer)
    alternatives = getattr(kind, "context", None)
    if kind.name == "required":
        missing = child(place, kind.property)
        yield Violation("DRIFT-FIELD-MISSING", missing, f"a member {shown(kind.property)}", "absent", document)
    elif kind.name in ("additionalProperties", "unevaluatedProperties"):
        for name in kind.unexpected:
            yield Violation(
                "DRIFT-FIELD-UNDOCUMENTED",
                child(place, name),
                f"{kind.name}: false",
                "a member that the document does not name",
                document,
            )
    elif alternatives is not None and not isinstance(kind, _SeveralMatch):
        yield from _nearest(schemas, schema, error, alternatives)
    elif kind.name in ("not", "oneOf", "anyOf"):
        actual = "more than one of them matches" if isinstance(kind, _SeveralMatch) else "it matches"
        yield Violation("DRIFT-FIELD-COMBINATION", place, _expected(schemas, error), actual, document)
    else:
        rule = "DRIFT-FIELD-TYPE" if kind.name == "type" else "DRIFT-FIELD-VALUE"
        yield Violation(rule, place, _expected(schemas, error), _actual(kind.name, error.instance), document)


def _nearest(schemas: Schemas, schema: Schema, error: Any, alternatives: list[Any]) -> Iterator[Violation]:
    """Yield what is wrong with the alternative that least is wrong with; one of another type altogether comes last."""

    def distance(errors: list[Any]) -> tuple[bool, int]:
        of_another_type = any(one.kind.name == "type" and one.instance_path == error.instance_path for one in errors)
        return of_another_type, len(errors)

    yield from _told(schemas, schema, min(alternatives, key=distance))


def _expected(schemas: Schemas, error: Any) -> str:
    said = schemas.keyword(error.absolute_keyword_location)
    text = "as documented" if said is MISSING else json.dumps(said, ensure_ascii=False)
    return f"{error.kind.name}: {shown(text, KEYWORD_SHOWN_MAX)}"


def _actual(keyword: str, value: Any) -> str:
    """Describe *value* without giving a secret away: what is random or free text is told by its length."""
    if keyword in _TELLING and not isinstance(value, dict | list):
        return shown(json.dumps(value, ensure_ascii=False, default=str), VALUE_SHOWN_MAX)
    what = type_name(value)
    if keyword == "type" or not isinstance(value, str | list | dict):
        return what
    unit = "characters" if isinstance(value, str) else "items" if isinstance(value, list) else "members"
    return f"{what} of {len(value)} {unit}"
