"""The published schema of results, and whether a document or an event satisfies it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema_rs

SCHEMA_FILE = Path(__file__).with_name("results.schema.json")


def document_problem(document: object) -> str:
    """Say in one line why *document* is no `results.json`, or return ""."""
    return _problem(_validator(""), document)


def event_problem(event: object) -> str:
    """Say in one line why *event* is no event of a run, or return ""."""
    if not isinstance(event, dict):
        return "is no JSON object"
    name = event.get("event")
    if not isinstance(name, str) or f"{name}_event" not in _schema()["$defs"]:
        return "is no event of this version"
    return _problem(_validator(f"{name}_event"), event)


def _problem(validator: jsonschema_rs.Draft202012Validator, value: object) -> str:
    try:
        validator.validate(value)
    except jsonschema_rs.ValidationError as fault:
        place = "".join(f"/{part}" for part in fault.instance_path)
        return f"{place or 'the whole'}: {fault.message[:200]}"
    except ValueError as fault:  # a value that JSON cannot hold, such as a number past every bound
        return str(fault)[:200]
    return ""


@cache
def _schema() -> Mapping[str, Any]:
    document: dict[str, Any] = json.loads(SCHEMA_FILE.read_text("utf-8"))
    return document


@cache
def _validator(definition: str) -> jsonschema_rs.Draft202012Validator:
    if not definition:
        return jsonschema_rs.Draft202012Validator(dict(_schema()), validate_formats=True)
    part = {"$ref": f"#/$defs/{definition}", "$defs": _schema()["$defs"]}
    return jsonschema_rs.Draft202012Validator(part, validate_formats=True)
