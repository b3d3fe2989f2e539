"""
Requests against the contract's schemas, by openapi-core.

openapi-core's whole-request validation builds a schema validator anew for each request (0.8 ms for a login on the
developer's machine); here its factory builds each once, at the start (0.05 ms). Routing, security and media types are
the server's own, so nothing else of it is needed on the way in. The way out is in `answers_checked`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from jsonschema.exceptions import ValidationError
from jsonschema_path import SchemaPath
from openapi_core.validation.schemas import oas31_schema_validators_factory
from openapi_core.validation.schemas.validators import SchemaValidator

from reference_impl import problems
from reference_impl.document import Operation
from reference_impl.operations import refused

MOST_ERRORS = 10
NAMEABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,39}\Z")
INTEGER = re.compile(r"-?(0|[1-9][0-9]{0,15})\Z")
SURROGATE = re.compile("[\ud800-\udfff]")

CODES = {
    "required": "required",
    "type": "type",
    "minLength": "too-short",
    "maxLength": "too-long",
    "format": "format",
    "pattern": "format",
    "enum": "not-allowed",
    "minProperties": "empty",
    "minimum": "out-of-range",
    "maximum": "out-of-range",
    "oneOf": "one-of",
}
"""Keyword of JSON Schema to the stable code that a client may branch on."""

DETAILS = {
    "required": "missing",
    "too-short": "shorter than {limit} characters",
    "too-long": "longer than {limit} characters",
    "type": "not of type {limit}",
    "format": "not in the form that the contract asks for",
    "not-allowed": "not one of the allowed values",
    "empty": "nothing to change",
    "out-of-range": "out of range",
    "one-of": "not exactly one of the alternatives",
    "unknown-member": "not a member that can be set",
}


class Validation:
    """The schema validators of every operation, built once."""

    def __init__(self, document: dict[str, Any], operations: list[Operation]) -> None:
        spec = SchemaPath.from_dict(document)
        self._bodies = {
            operation.id: oas31_schema_validators_factory.create(spec, operation.body_schema)
            for operation in operations
            if operation.body_schema is not None
        }
        self._parameters = {
            (operation.id, parameter.place, parameter.name): oas31_schema_validators_factory.create(
                spec, parameter.schema
            )
            for operation in operations
            for parameter in operation.parameters
        }

    def body(self, operation: Operation, value: Any) -> None:
        """Raise the 422 that names every member of *value* that is not what the contract says."""
        errors = [error for fault in _faults(self._bodies[operation.id], value) for error in _explained(fault)]
        errors += [
            {"pointer": pointer, "code": "not-text", "detail": detail} for pointer, detail in not_text(value, "")
        ]
        if errors:
            raise refused(operation.id, problems.invalid_members(errors[:MOST_ERRORS]))

    def path(self, operation: Operation, values: Mapping[str, str]) -> None:
        """Raise the 404 unless each of *values* can name something: what its schema refuses names nothing."""
        for name, value in values.items():
            if _faults(self._parameters[operation.id, "path", name], value):
                raise problems.Problem(404, "not-found")

    def query(self, operation: Operation, given: Mapping[str, list[str]]) -> dict[str, Any]:
        """Return the parameters of the query as the contract types them, or raise the 422 naming each faulty one."""
        found: dict[str, Any] = {}
        errors: list[dict[str, str]] = []
        for parameter in operation.parameters:
            pointer, values = f"query:{parameter.name}", given.get(parameter.name, [])
            if parameter.place != "query" or not values:
                continue
            text = values[0]
            found[parameter.name] = int(text) if parameter.type == "integer" and INTEGER.match(text) else text
            faults = _faults(self._parameters[operation.id, "query", parameter.name], found[parameter.name])
            errors += [{**error, "pointer": pointer} for fault in faults for error in _explained(fault)]
            if len(values) > 1:
                errors.append({"pointer": pointer, "code": "repeated", "detail": "given more than once"})
        if errors:
            raise problems.invalid_members(errors[:MOST_ERRORS])
        return found


def _faults(validator: SchemaValidator, value: Any) -> list[ValidationError]:
    return sorted(validator.validator.iter_errors(value), key=lambda fault: [str(part) for part in fault.absolute_path])


def _explained(fault: ValidationError) -> Iterator[dict[str, str]]:
    """Yield one error for each member that *fault* is about; never with a value that was sent."""
    where = _pointer(fault.absolute_path)
    if fault.validator == "additionalProperties":
        known = fault.schema.get("properties", {})
        for name in (name for name in fault.instance if name not in known):
            yield _error(where + "/" + name if NAMEABLE.match(name) else where, "unknown-member", None)
    elif fault.validator == "required":
        for name in (name for name in fault.validator_value if name not in fault.instance):
            yield _error(f"{where}/{name}", "required", None)
    elif fault.validator == "oneOf" and fault.context:
        for inner in fault.context:
            yield from _explained(inner)
    else:
        yield _error(where, CODES.get(str(fault.validator), "not-allowed"), fault.validator_value)


def _error(pointer: str, code: str, limit: Any) -> dict[str, str]:
    return {"pointer": pointer, "code": code, "detail": DETAILS[code].format(limit=limit)}


def _pointer(path: Any) -> str:
    return "".join("/" + str(part).replace("~", "~0").replace("/", "~1") for part in path)


def not_text(value: Any, pointer: str) -> Iterator[tuple[str, str]]:
    """
    Yield what no text can hold: unpaired surrogates anywhere, NUL in a name.

    A NUL in a password is hashed like any character, and one in an identifier or a token only makes it unknown.
    """
    if isinstance(value, str):
        if SURROGATE.search(value):
            yield pointer, "an unpaired surrogate is not a character"
        elif pointer == "/displayName" and "\0" in value:
            yield pointer, "a name has no NUL"
    elif isinstance(value, dict):
        for name, inner in value.items():
            if NAMEABLE.match(name):
                yield from not_text(inner, f"{pointer}/{name}")
