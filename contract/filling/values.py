"""A value for a schema of the document, as somebody would fill it in; it is valid, or there is none."""

from __future__ import annotations

import contextlib
import math
import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from contract.diff.schemas.shape import Budget, Shape, shape
from contract.document import Document, child
from contract.errors import BindingError
from contract.filling.chance import Chance
from contract.filling.hints import ways, why_not
from contract.lint.validity import validator

DEEPEST = 5
MOST_TRIED = 40  # values for one member
DRAWN = 8  # texts drawn from one pattern
UNBOUNDED = 1_000_000


class Unfillable(Exception):
    """Nothing can be made up for the schema at `pointer`; the text says why."""

    def __init__(self, pointer: str, why: str) -> None:
        self.pointer = pointer
        super().__init__(why)


@dataclass(frozen=True, slots=True)
class Described:
    """A member by its name, and the JSON Pointers of the schemas in *document* that all describe it."""

    document: Document = field(repr=False)
    starts: tuple[str, ...]
    name: str


def made_up(member: Described, chance: Chance, depth: int = 0) -> Any:
    """
    Return a value for *member* that its schemas accept; the same for the same *chance*.

    Raises:
        Unfillable: none was found.
    """
    document, pointer = member.document, member.starts[0]
    schema = shape(document, member.starts, Budget(document.source))
    if why := why_not(member.name, schema.first("format")) if not _is_listed(schema) else "":
        raise Unfillable(pointer, why)
    tried = 0
    deeper: Unfillable | None = None
    try:
        valid = [validator(document, start, "request") for start in member.starts]
        for value in islice(_values(member, schema, chance, depth), MOST_TRIED):
            tried += 1
            if all(each.is_valid(value) for each in valid):
                return value
    except Unfillable as inner:
        deeper = inner
    except (ValueError, RecursionError, BindingError) as fault:
        raise Unfillable(pointer, f"its schema cannot be used: {str(fault).partition(chr(10))[0][:120]}") from None
    raise deeper or Unfillable(pointer, f"none of {tried} values that were tried is valid")


def _is_listed(schema: Shape) -> bool:
    return schema.has("enum") or schema.has("const") or schema.types() == frozenset({"boolean"})


def _values(member: Described, schema: Shape, chance: Chance, depth: int) -> Iterator[Any]:
    """Yield values to try, the likeliest first; null last."""
    if schema.has("const"):
        yield schema.first("const")
    for listed in schema.values("enum"):
        if isinstance(listed, list):
            wanted = [each for each in listed if each not in (None, "")] or listed
            yield from chance.alike().random_elements(wanted, length=len(wanted), unique=True)
    yield from _alternatives(member, schema, chance, depth)
    for name in _types(schema):
        if name == "string":
            yield from _texts(member.name, schema, chance)
        elif name in ("integer", "number"):
            yield from _numbers(member.name, schema, chance, whole=name == "integer")
        elif name == "boolean":
            yield from (True, False)
        elif depth < DEEPEST:
            yield from (_arrays if name == "array" else _objects)(member, schema, chance, depth)
    yield from (schema.first(keyword) for keyword in ("default", "example") if schema.has(keyword))
    yield None


def _alternatives(member: Described, schema: Shape, chance: Chance, depth: int) -> Iterator[Any]:
    """Yield a value of each alternative that has one, null aside."""
    for start, node in schema.parts:
        for keyword in ("oneOf", "anyOf"):
            for number, each in enumerate(node.get(keyword) or ()):
                if depth >= DEEPEST or (isinstance(each, dict) and each.get("type") == "null"):
                    continue
                with contextlib.suppress(Unfillable):
                    inner = Described(member.document, (child(start, keyword, number),), member.name)
                    yield made_up(inner, chance, depth + 1)


def _types(schema: Shape) -> list[str]:
    """Return the types to try, null aside; what a schema without `type` speaks of, or a text."""
    given = schema.types()
    if given is None:
        if schema.has("properties") or schema.has("required"):
            return ["object"]
        return ["array"] if schema.has("items") else ["string", "boolean", "integer"]
    order = ("string", "integer", "number", "boolean", "object", "array")
    return [name for name in order if name in given]


def _texts(name: str, schema: Shape, chance: Chance) -> Iterator[str]:
    yield from ways(name, schema.first("format"), chance)
    for pattern in schema.values("pattern"):
        yield from _drawn(str(pattern), chance)
    least = max([0, *(int(each) for each in schema.values("minLength") if _is_number(each))])
    most = min([int(each) for each in schema.values("maxLength") if _is_number(each)], default=least + 60)
    words = chance.apart()
    text = words.word()
    while len(text) < least:
        text += f" {words.word()}"
    text = text[:most].strip()
    yield from (text.ljust(least, "x"), f"{chance.number}".rjust(least, "1")[-most or None :])


def _drawn(pattern: str, chance: Chance) -> Iterator[str]:
    """Yield texts that match *pattern* as a whole, which Hypothesis draws; none where Python cannot read it."""
    from hypothesis import HealthCheck, Phase, given, seed, settings  # noqa: PLC0415 - takes time to load
    from hypothesis.errors import HypothesisException  # noqa: PLC0415
    from hypothesis.strategies import characters, from_regex  # noqa: PLC0415

    found: list[str] = []
    try:
        texts = from_regex(
            re.compile(pattern), fullmatch=True, alphabet=characters(min_codepoint=32, max_codepoint=126)
        )

        @seed(zlib.crc32(chance.own.encode("utf-8", "replace")))
        @settings(
            max_examples=DRAWN,
            database=None,
            deadline=None,
            phases=(Phase.generate,),
            suppress_health_check=list(HealthCheck),
            print_blob=False,
        )
        @given(texts)
        def draw(text: str) -> None:
            found.append(text)

        draw()
    except (re.error, HypothesisException, ValueError, OverflowError):
        return
    yield from reversed(found)  # the first is the simplest, and the same for everybody


def _numbers(name: str, schema: Shape, chance: Chance, *, whole: bool) -> Iterator[int | float]:
    def bound(keyword: str, beyond: str, step: int) -> list[float]:
        plain = [each for each in schema.values(keyword) if _is_number(each)]
        return plain + [each + step for each in schema.values(beyond) if _is_number(each)]

    low = max(bound("minimum", "exclusiveMinimum", 1), default=None)
    high = min(bound("maximum", "exclusiveMaximum", -1), default=None)
    at_least = math.ceil(low if low is not None else min(1, high if high is not None else 1))
    at_most = math.floor(high if high is not None else max(at_least + 100, 1))
    if re.search("age$", name.lower()):
        yield chance.alike().random_int(20, 80)
    if re.search("year", name.lower()):
        yield chance.alike().random_int(1950, 2000)
    steps = [each for each in schema.values("multipleOf") if _is_number(each) and each > 0]
    if steps:
        yield math.ceil(at_least / steps[0]) * steps[0]
    if at_least <= at_most:
        yield chance.alike().random_int(at_least, min(at_most, at_least + UNBOUNDED))
    if not whole and low is not None and high is not None:
        yield (low + high) / 2


def _arrays(member: Described, schema: Shape, chance: Chance, depth: int) -> Iterator[list[Any]]:
    least = max([0, *(int(each) for each in schema.values("minItems") if _is_number(each))])
    items = Described(member.document, schema.below("items"), member.name.removesuffix("s"))
    try:
        count = max(1, min(least, MOST_TRIED))
        yield [
            made_up(items, chance.within(str(number)), depth + 1) if items.starts else f"{number}"
            for number in range(count)
        ]
    except Unfillable:
        if least:
            raise
    yield []


def _objects(member: Described, schema: Shape, chance: Chance, depth: int) -> Iterator[dict[str, Any]]:
    members = schema.members()
    yield {
        name: made_up(Described(member.document, members[name], name), chance.within(name), depth + 1)
        for name in schema.required()
        if name in members
    }


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
