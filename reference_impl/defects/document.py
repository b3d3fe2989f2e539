"""Changing what the server believes its contract says, for defects of several areas."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from reference_impl.defects import Replacement


def with_schema(name: str, members: Mapping[str, Any]) -> Replacement:
    """Return a replacement of `document:read_document` with *members* in the schema *name*, objects merged."""

    def replacement(sound: Any) -> Any:
        def read_document(*args: Any) -> Any:
            document = sound(*args)
            schema = document["components"]["schemas"][name]
            for key, value in members.items():
                schema[key] = {**schema[key], **value} if isinstance(value, dict) else value
            return document

        return read_document

    return replacement
