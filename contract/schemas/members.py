"""Members that no schema names, and members that are for requests only."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from contract.answers import at
from contract.document import child
from contract.schemas.compiled import Schema, Schemas
from contract.schemas.violations import Violation

_NAMING = frozenset({"properties", "patternProperties"})
_OF_FURTHER_MEMBERS = frozenset({"additionalProperties", "unevaluatedProperties"})
_HAVE_SCHEMAS = _NAMING | {"dependentSchemas", "allOf", "anyOf", "oneOf", "prefixItems"}


def surplus(schemas: Schemas, schema: Schema, value: Any) -> Iterator[Violation]:
    """
    Yield the members of *value* that are undocumented, and those that are for requests only.

    A member is documented if any schema that applies to its object names it, by name, by pattern, or by saying what
    further members are; of alternatives, those that match apply, and all of them where none does. An object for which
    nothing names a member is free-form.
    """
    named: dict[str, set[str]] = {}
    naming: dict[str, str] = {}
    settled: set[str] = set()
    for unit, keyword in _applied(schema, value):
        place = unit["instanceLocation"]
        notes = unit.get("annotations") or unit.get("droppedAnnotations")
        if keyword in _NAMING:
            naming.setdefault(place, unit["schemaLocation"])
            named.setdefault(place, set()).update(notes or ())
        elif keyword in _OF_FURTHER_MEMBERS:
            settled.add(place)  # whatever it says of them, they are documented, or refused already
        elif isinstance(notes, dict) and notes.get("writeOnly") is True:
            yield Violation(
                "DRIFT-FIELD-WRITE-ONLY",
                place,
                "a member for requests only",
                "it is in the response",
                schemas.origin(unit["schemaLocation"], schema.pointer),
            )
    for place in [place for place in naming if place not in settled]:
        members = at(value, place)
        for name in members if isinstance(members, dict) else ():
            if name not in named[place]:
                yield Violation(
                    "DRIFT-FIELD-UNDOCUMENTED",
                    child(place, name),
                    "only members that the document names",
                    "a member that it does not name",
                    schemas.origin(naming[place], schema.pointer),
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
        # Below a keyword that names schemas or lists them stand schemas, and below one that has a single schema this
        # schema, with the same path; all else below is keywords.
        schemas_below = keyword in _HAVE_SCHEMAS
        for one in reversed(below):
            path = one["evaluationPath"]
            is_schema = schemas_below or path == unit["evaluationPath"]
            todo.append((one, "" if is_schema else path.rpartition("/")[2]))
