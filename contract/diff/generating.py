"""Values of a schema, drawn by Hypothesis, with a liking for its bounds; not every value is valid."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

from hypothesis import strategies
from hypothesis.strategies import SearchStrategy

from contract.diff.schemas.shape import Budget, Shape, shape
from contract.document import Document, child

MAX_DEPTH = 4
MAX_SIZE = 3_000  # characters of a text that is drawn to its upper bound
SOME = 8  # more characters, items or members than must be

Values = SearchStrategy[Any]

_CHARACTERS = strategies.characters(min_codepoint=32, max_codepoint=126)
_FORMATS: dict[str, Values] = {
    "uuid": strategies.uuids().map(str),
    "date": strategies.dates().map(str),
    "date-time": strategies.datetimes().map(lambda moment: f"{moment:%Y-%m-%dT%H:%M:%S}Z"),
    "email": strategies.from_regex(r"\A[a-z]{1,8}@[a-z]{1,8}\.example\Z"),
    "uri": strategies.from_regex(r"\Ahttps://[a-z]{1,8}\.example/[a-z]{0,8}\Z"),
    "uri-reference": strategies.from_regex(r"\A/[a-z]{0,8}\Z"),
    "ipv4": strategies.ip_addresses(v=4).map(str),
    "ipv6": strategies.ip_addresses(v=6).map(str),
}


def values_of(document: Document, starts: tuple[str, ...], budget: Budget, *, depth: int = 0) -> Values:
    """Return values of the schema that is read from *starts*."""
    return _values(document, shape(document, starts, budget), budget, depth, chosen=False)


def _values(document: Document, schema: Shape, budget: Budget, depth: int, *, chosen: bool) -> Values:
    """Return values of *schema*; *chosen*: one of its alternatives is among its parts already."""
    alternatives = [] if chosen else list(_alternatives(schema))
    if alternatives:
        shapes = [shape(document, (*schema.starts, each), budget) for each in alternatives]
        return strategies.one_of([_values(document, each, budget, depth, chosen=True) for each in shapes])
    listed = [value for value in schema.values("enum") if isinstance(value, list) and value]
    if listed:
        return strategies.sampled_from(listed[0])
    if schema.has("const"):
        return strategies.just(schema.first("const"))
    names = sorted(schema.types() or _implied(schema))
    if "number" in names:
        names.remove("integer")
    return strategies.one_of([_of_type(name, document, schema, budget, depth) for name in names])


def _alternatives(schema: Shape) -> Iterator[str]:
    for keyword in ("oneOf", "anyOf"):
        for pointer, node in schema.parts:
            if isinstance(node.get(keyword), list):
                yield from (child(pointer, keyword, index) for index in range(len(node[keyword])))


def _implied(schema: Shape) -> set[str]:
    """Return the types that a schema without `type` speaks of, or a few."""
    if schema.has("properties") or schema.has("required"):
        return {"object"}
    return {"array"} if schema.has("items") else {"null", "boolean", "integer", "string", "object"}


def _of_type(name: str, document: Document, schema: Shape, budget: Budget, depth: int) -> Values:
    if name == "object":
        return _objects(document, schema, budget, depth)
    if name == "array":
        least, most = _sizes(schema, "minItems", "maxItems")
        items = (
            strategies.nothing() if depth >= MAX_DEPTH else values_of(document, _items(schema), budget, depth=depth + 1)
        )
        top = [strategies.lists(items, min_size=most, max_size=most)] if least < most <= 2 * SOME else []
        return strategies.one_of([strategies.lists(items, min_size=least, max_size=min(most, least + 2)), *top])
    if name == "string":
        return _texts(schema)
    if name in {"number", "integer"}:
        return _numbers(schema, whole=name == "integer")
    return strategies.booleans() if name == "boolean" else strategies.none()


def _texts(schema: Shape) -> Values:
    pattern, format = schema.first("pattern"), schema.first("format")
    if isinstance(pattern, str) and format != "email":  # patterns of addresses are long, and slow to draw from
        return strategies.from_regex(pattern)
    if isinstance(format, str) and format in _FORMATS:
        return _FORMATS[format]
    least, most = _sizes(schema, "minLength", "maxLength")

    def sized(low: int, high: int) -> Values:
        return strategies.text(_CHARACTERS, min_size=low, max_size=high)

    top = [sized(most, most)] if least < most <= MAX_SIZE else []
    return strategies.one_of([sized(least, least), sized(least, min(most, least + SOME)), *top])


def _numbers(schema: Shape, *, whole: bool) -> Values:
    low, high = (
        next((value for word in words for value in schema.values(word) if _is_number(value)), None)
        for words in (("minimum", "exclusiveMinimum"), ("maximum", "exclusiveMaximum"))
    )
    if whole:
        low, high = (None if low is None else math.ceil(low)), (None if high is None else math.floor(high))
        some: Values = strategies.integers(low, high)
    else:
        some = strategies.floats(low, high, allow_nan=False, allow_infinity=False)
    return strategies.one_of([some, *(strategies.just(bound) for bound in (low, high) if bound is not None)])


def _objects(document: Document, schema: Shape, budget: Budget, depth: int) -> Values:
    members, required = schema.members(), schema.required()
    if depth >= MAX_DEPTH and required:
        return strategies.nothing()
    drawn = {
        name: values_of(document, members[name], budget, depth=depth + 1)
        if name in members
        else strategies.text(max_size=4)
        for name in dict.fromkeys([*required, *(members if depth < MAX_DEPTH else ())])
    }
    if not schema.has("additionalProperties"):
        drawn["aFurtherMember"] = strategies.just("x")
    least = {name: each for name, each in drawn.items() if name in required}
    return strategies.fixed_dictionaries(
        least, optional={name: each for name, each in drawn.items() if name not in required}
    )


def _items(schema: Shape) -> tuple[str, ...]:
    return schema.below("items") or (child(schema.starts[0], "items"),)


def _sizes(schema: Shape, least: str, most: str) -> tuple[int, int]:
    low = max([0, *(int(value) for value in schema.values(least) if _is_number(value))])
    high = min([value for value in schema.values(most) if _is_number(value)], default=math.inf)
    return low, int(min(high, low + 10 * MAX_SIZE))


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
