"""Values of header fields, which are text, as the types that their schemas speak of."""

from __future__ import annotations

import json
import re
from collections.abc import Set
from typing import Any

from contract.document.pointers import follow, of_reference

_INTEGER = re.compile(r"-?(?:0|[1-9][0-9]{0,300})")
_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]{0,300})(?:\.[0-9]{1,300})?(?:[eE][+-]?[0-9]{1,3})?")


def field_value(text: str, data: Any, pointer: str) -> Any:
    """
    Return *text* as the schema at *pointer* of *data* means it: a number, a boolean, a list, or the text itself.

    Source: OpenAPI 3.1, Header Object and Parameter Object, style `simple`; a schema under `content` means JSON.
    """
    if pointer.split("/")[-3:-2] == ["content"]:
        try:
            return json.loads(text)
        except (ValueError, RecursionError):
            return text
    return _typed(text.strip(" \t"), data, follow(data, pointer))


def _typed(text: str, data: Any, schema: Any) -> Any:
    schema = _resolved(data, schema)
    types = _types(schema)
    if "integer" in types and _INTEGER.fullmatch(text):
        return int(text)
    if "number" in types and _NUMBER.fullmatch(text):
        return float(text)
    if "boolean" in types and text in ("true", "false"):
        return text == "true"
    if "array" in types:
        items = schema.get("items", {})
        return [_typed(part.strip(" \t"), data, items) for part in text.split(",")] if text else []
    return text


def _resolved(data: Any, schema: Any) -> Any:
    while isinstance(schema, dict) and isinstance(schema.get("$ref"), str):
        schema = follow(data, of_reference(schema["$ref"]))
    return schema


def _types(schema: Any) -> Set[str]:
    types = schema.get("type", ()) if isinstance(schema, dict) else ()
    return {types} if isinstance(types, str) else set(types)
