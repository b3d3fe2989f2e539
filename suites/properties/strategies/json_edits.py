"""JSON that is not what was asked for: broken bytes, wrong types, odd values."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

BROKEN_WORDS = (
    b"NaN",
    b"Infinity",
    b"-Infinity",
    b"01",
    b"1.",
    b".5",
    b"'x'",
    b"/* x */",
    b"// x\n",
    b"tru",
    b"\\",
    b"\x00",
)
Edit = Callable[[bytes], bytes]


def byte_edits() -> SearchStrategy[Edit]:
    """Return what cuts, drops, doubles, flips or inserts bytes of a body."""
    place = st.integers(0, 2**16)

    def cut(at: int) -> Edit:
        return lambda body: body[: at % (len(body) + 1)]

    def dropped(at: int) -> Edit:
        return lambda body: body[: at % len(body)] + body[at % len(body) + 1 :]

    def flipped(choice: tuple[int, int]) -> Edit:
        at, bit = choice
        return lambda body: (
            body[: at % len(body)] + bytes([body[at % len(body)] ^ (1 << bit)]) + body[at % len(body) + 1 :]
        )

    def inserted(choice: tuple[int, bytes]) -> Edit:
        at, extra = choice
        return lambda body: body[: at % (len(body) + 1)] + extra + body[at % (len(body) + 1) :]

    def wrapped(value: Any) -> Edit:
        return lambda _: json.dumps(value).encode()

    extra = st.sampled_from(BROKEN_WORDS) | st.binary(min_size=1, max_size=4)
    return st.one_of(
        place.map(cut),
        place.map(dropped),
        st.tuples(place, st.integers(0, 7)).map(flipped),
        st.tuples(place, extra).map(inserted),
        no_objects().map(wrapped),
    )


def is_one_object(body: bytes) -> bool:
    """Whether *body* is JSON whose top level is an object, or begins with the mark that parsers may ignore."""
    if body.startswith(b"\xef\xbb\xbf"):
        return True
    try:
        return isinstance(json.loads(body.decode("utf-8"), parse_constant=_refused), dict)
    except (ValueError, RecursionError):
        return False


def _refused(constant: str) -> None:
    raise ValueError(constant)


def no_objects() -> SearchStrategy[Any]:
    """Return JSON values that are no objects."""
    return st.one_of(st.none(), st.booleans(), numbers(), st.text(max_size=10), st.lists(scalars(), max_size=3))


def numbers() -> SearchStrategy[Any]:
    """Return numbers, small, huge and with a fraction."""
    return st.integers(-5, 5) | st.integers(-(10**30), 10**30) | st.floats(allow_nan=False, allow_infinity=False)


def scalars() -> SearchStrategy[Any]:
    """Return JSON values that hold no others."""
    return st.none() | st.booleans() | numbers() | st.text(st.characters(codec="utf-8"), max_size=12)


def values() -> SearchStrategy[Any]:
    """Return JSON values of every kind, nested a little."""
    inner = st.text(st.sampled_from("abc$_."), max_size=6)
    return st.recursive(
        scalars(),
        lambda deeper: st.lists(deeper, max_size=3) | st.dictionaries(inner, deeper, max_size=3),
        max_leaves=6,
    )


def no_texts() -> SearchStrategy[Any]:
    """Return JSON values that are no texts, and not null."""
    return values().filter(lambda value: value is not None and not isinstance(value, str))
