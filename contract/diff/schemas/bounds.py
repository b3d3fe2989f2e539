"""Lengths, counts and numbers: which way their bounds moved."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import TypeGuard

from contract.diff.change import Found
from contract.diff.schemas.pair import Pair
from contract.diff.schemas.shape import Shape
from contract.diff.sensitive import is_lifetime

_SIZES = ("minLength", "maxLength", "minItems", "maxItems", "minProperties", "maxProperties")


def bounds(pair: Pair) -> Iterator[Found]:
    """Yield every bound that moved."""
    for keyword in _SIZES:
        upper = keyword.startswith("max")
        old, new = (_size(shape, keyword, upper=upper) for shape in (pair.old, pair.new))
        if old != new:
            yield _moved(pair, keyword, old, new, tighter=(new < old) is upper)
    for keyword in ("minimum", "maximum"):
        old_limit, new_limit = (_limit(shape, keyword) for shape in (pair.old, pair.new))
        if old_limit != new_limit:
            exclusive = f"exclusive{keyword.capitalize()}"
            named = next(
                (word for word in (keyword, exclusive) if pair.old.first(word) != pair.new.first(word)), keyword
            )
            yield _moved(pair, named, old_limit[0], new_limit[0], tighter=new_limit > old_limit)
    yield from _multiples(pair)
    old_unique, new_unique = pair.old.flag("uniqueItems"), pair.new.flag("uniqueItems")
    if old_unique != new_unique:
        message = f"the items of {pair.what} {'must all differ' if new_unique else 'may be alike'}."
        yield pair.found(_rule(pair, "uniqueItems", tighter=new_unique, gone=False), message, "uniqueItems")


def _moved(pair: Pair, keyword: str, old: float, new: float, *, tighter: bool) -> Found:
    was, now = ("none" if abs(value) == math.inf else f"{abs(value):g}" if _whole(value) else str(value)
                for value in (old, new))  # fmt: skip
    if keyword in ("minLength", "minItems", "minProperties"):
        was, now = (value if value != "0" else "none" for value in (was, now))
    message = f"{pair.what}: {keyword} is {now}, was {was}."
    return pair.found(_rule(pair, keyword, tighter=tighter, gone=abs(new) == math.inf), message, keyword)


def _rule(pair: Pair, keyword: str, *, tighter: bool, gone: bool) -> str:
    if pair.asks and pair.is_password and keyword == "minLength":
        return "DIFF-PASSWORD-LONGER" if tighter else "DIFF-PASSWORD-SHORTER"
    if pair.asks and pair.is_password and keyword == "maxLength" and tighter:
        return "DIFF-PASSWORD-CAPPED"
    if pair.asks and gone and keyword in ("maxLength", "maxItems", "maxProperties"):
        return "DIFF-REQUEST-UNBOUNDED"
    if not pair.asks and pair.is_secret and keyword == "minLength":
        return "DIFF-SECRET-LONGER" if tighter else "DIFF-SECRET-SHORTER"
    if not pair.asks and not tighter and keyword in ("maximum", "exclusiveMaximum") and is_lifetime(pair.name):
        return "DIFF-LIFETIME-LONGER"
    return f"DIFF-{pair.direction.upper()}-BOUND-{'TIGHTENED' if tighter else 'LOOSENED'}"


def _size(shape: Shape, keyword: str, *, upper: bool) -> float:
    given = [value for value in shape.values(keyword) if _is_number(value)]
    return min(given, default=math.inf) if upper else max(given, default=0)


def _limit(shape: Shape, keyword: str) -> tuple[float, bool]:
    """Return the bound and whether it is exclusive; the greater one is the tighter one: a maximum is negated."""
    sign = 1 if keyword == "minimum" else -1
    exclusive = f"exclusive{keyword.capitalize()}"
    limits = []
    for _, node in shape.parts:
        given, other = node.get(keyword), node.get(exclusive)
        if _is_number(given):
            limits.append((sign * given, other is True))
        if _is_number(other):
            limits.append((sign * other, True))
    return max(limits, default=(-math.inf, False))


def _multiples(pair: Pair) -> Iterator[Found]:
    old, new = ({value for value in shape.values("multipleOf") if _is_number(value)} for shape in (pair.old, pair.new))
    if old == new:
        return
    if old and new:
        yield pair.undecided("multipleOf")
        return
    rule = _rule(pair, "multipleOf", tighter=bool(new), gone=False)
    yield pair.found(rule, f"{pair.what} {'must' if new else 'need not'} be a multiple now.", "multipleOf")


def _is_number(value: object) -> TypeGuard[float]:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _whole(value: float) -> bool:
    return isinstance(value, int) or float(value).is_integer()
