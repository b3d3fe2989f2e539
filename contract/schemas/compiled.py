"""Compiled schemas of one document: whether a value is valid, and whether nothing in it is undocumented."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, unquote

import jsonschema_rs

from contract.document import MISSING, Document
from contract.document.pointers import follow
from contract.errors import BindingError
from contract.schemas.dialect import close, judged

_OPEN, _CLOSED = "urn:authproof:document", "urn:authproof:document:closed"


@dataclass(frozen=True, slots=True)
class Schema:
    """One schema at `pointer` of the document, compiled as it stands and closed."""

    pointer: str
    open: jsonschema_rs.Draft202012Validator
    closed: jsonschema_rs.Draft202012Validator

    def is_faultless(self, value: Any) -> bool:
        """Tell whether *value* is valid and nothing in it undocumented or for requests only; False may mean unsure."""
        return self.open.is_valid(value) and self.closed.is_valid(value)


class Schemas:
    """
    The schemas of one document's responses, each compiled when it is first asked for.

    Raises:
        BindingError: from `at`, where a schema is none.
    """

    def __init__(self, document: Document) -> None:
        self._document = document
        self.data = judged(document, closed=False)
        self._registries: tuple[Any, Any] | None = None
        self._compiled: dict[str, Schema] = {}

    def at(self, pointer: str) -> Schema:
        """Return the schema that the JSON Pointer names."""
        if pointer not in self._compiled:
            self._compiled[pointer] = self._compile(pointer)
        return self._compiled[pointer]

    def origin(self, location: str | None, fallback: str) -> str:
        """Return the place in the document for the *location* of a keyword; its nearest ancestor if it was moved."""
        pointer = _pointer(location) if location else fallback
        while self._document.at(pointer) is MISSING:
            pointer = pointer.rpartition("/")[0]
        return pointer

    def keyword(self, location: str | None) -> Any:
        """Return the value of the keyword at *location*, MISSING where it is not in the document."""
        return follow(self.data, _pointer(location)) if location else MISSING

    def _compile(self, pointer: str) -> Schema:
        try:
            if self._registries is None:
                closed_data = judged(self._document, closed=True)
                self._registries = (
                    jsonschema_rs.Registry([(_OPEN, self.data)]),
                    jsonschema_rs.Registry([(_CLOSED, closed_data)]),
                )
            validators = []
            for base, registry in zip((_OPEN, _CLOSED), self._registries, strict=True):
                schema: dict[str, Any] = {"$ref": f"{base}#{quote(pointer, safe='/~')}"}
                if base == _CLOSED:
                    close(schema)
                validators.append(
                    jsonschema_rs.Draft202012Validator(schema, registry=registry, validate_formats=True, offline=True)
                )
        except (jsonschema_rs.ValidationError, jsonschema_rs.ReferencingError) as error:
            place = f"{self._document.source}:{self._document.line(pointer)}"
            reason = str(error).partition("\n")[0]
            raise BindingError(f"{place}: no JSON Schema: {reason}; 'python -m contract lint' says where.") from None
        return Schema(pointer, *validators)


def readable(value: Any) -> Any:
    """Return *value* with half surrogate pairs replaced, which no schema can be asked about, and decimals as floats."""
    return json.loads(json.dumps(value, ensure_ascii=False, default=float).encode("utf-8", "replace"))


def _pointer(location: str) -> str:
    return unquote(location.partition("#")[2])
