"""Blanking the secrets of one text."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from contract.masking import places, shapes
from contract.masking.decoding import Span, readings
from contract.masking.values import ValueIndex
from contract.secret import MASK

_KNOWN = ValueIndex()


def mask_text(text: str) -> str:
    """Return *text* with three stars in the place of each secret; masking twice is masking once."""
    return blank(text, secret_spans(text))


def secret_spans(text: str, *, by_shape: bool = True) -> Iterator[Span]:
    """Yield the places of secrets in *text*; some overlap. `by_shape=False` is for places of random identifiers."""
    finders = (_KNOWN.spans, places.spans, shapes.spans) if by_shape else (_KNOWN.spans, places.spans)
    for reading, back in readings(text):
        for find in finders:
            yield from (back(span) for span in find(reading) if span[0] < span[1])


def blank(text: str, spans: Iterable[Span]) -> str:
    """Return *text* with three stars in the place of each of *spans*; those that touch become one."""
    parts: list[str] = []
    done, begun = 0, False
    for start, end in sorted(spans):
        if not begun or start > done:
            parts += [text[done:start], MASK]
            begun = True
        done = max(done, end)
    return "".join([*parts, text[done:]])
