"""Members that no schema names, and members that are for requests only."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from contract.answers import at
from contract.document import child
from contract.schemas.compiled import Schema, Schemas
from contract.schemas.violations import Violation

_NAMING = frozenset({"properties", "patternProperties"})
_EVALUATING = _NAMING | {"additionalProperties", "unevaluatedProperties"}
_NAMES_SCHEMAS = _NAMING | {"dependentSchemas"}


def surplus(schemas: Schemas, schema: Schema, value: Any) -> Iterator[Violation]:
    """
    Yield the members of *value* that are undocumented, and those that are for requests only.

    A member is documented if any schema that applies to its object names it, by name, by pattern, or by saying what
    further members are; of alternatives, those that match apply, and all of them where none does. An object for which
    nothing names a member is free-form.
    """
    named: dict[str, set[str]] = {}
    naming: dict[str, str] = {}
    for unit, keyword in _applied(schema, value):
        place = unit["instanceLocation"]
        notes = unit.get("annotations") or unit.get("droppedAnnotations")
        if keyword in _NAMING:
            naming.setdefault(place, unit["schemaLocation"])
        if keyword in _EVALUATING and isinstance(notes, list):
            named.setdefault(place, set()).update(notes)
        if isinstance(notes, dict) and notes.get("writeOnly") is True:
            yield Violation(
                "DRIFT-FIELD-WRITE-ONLY",
                place,
                "a member for requests only",
                "it is in the response",
                schemas.origin(unit["schemaLocation"], schema.pointer),
            )
    for place, location in naming.items():
        members = at(value, place)
        for name in members if isinstance(members, dict) else ():
            if name not in named.get(place, ()):
                yield Violation(
                    "DRIFT-FIELD-UNDOCUMENTED",
                    child(place, name),
                    "only members that the document names",
                    "a member that it does not name",
                    schemas.origin(location, schema.pointer),
                )


def _applied(schema: Schema, value: Any) -> Iterator[tuple[Any, str]]:
    """Yield every unit of the evaluation that applies to *value*, with its keyword, "" for a whole schema."""
    todo = [(schema.open.evaluate(value).hierarchical(), "")]
    while todo:
        unit, keyword = todo.pop()
        yield unit, keyword
        below = unit.get("details", [])
        if keyword == "not" or (keyword == "if" and not unit["valid"]):
            continue
        if keyword in ("oneOf", "anyOf"):
            below = [one for one in below if one["valid"]] or below
        # Below a keyword that names schemas, and below a list of alternatives, stand schemas and not keywords.
        schemas_below = keyword in _NAMES_SCHEMAS or keyword in ("oneOf", "anyOf", "allOf", "prefixItems")
        todo.extend((one, "" if schemas_below else one["evaluationPath"].rpartition("/")[2]) for one in reversed(below))
