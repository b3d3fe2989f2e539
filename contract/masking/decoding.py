"""
A text as it reads once its escapes are undone, with the place in the text that each character came from.

Whoever looks for a secret looks at every reading, and blanks the places in the text itself. So no list of spellings is
needed: a value that is percent-encoded in part, or JSON within JSON, reads as itself at some depth.
"""

from __future__ import annotations

import codecs
import html
import re
from bisect import bisect_right
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial

DEPTH = 3  # escapes within escapes within escapes
READINGS_MAX = 32  # of one text; a bound for texts that are made to have many

Span = tuple[int, int]
"""First character, and the one after the last."""

_HEX = "[0-9A-Fa-f]"
_PERCENT = rf"%[0-7]{_HEX}|(?:%[89A-Fa-f]{_HEX})+"
_SHORT = {"n": "\n", "t": "\t", "r": "\r", "b": "\b", "f": "\f", "v": "\v", "a": "\a", "0": "\0"}
_POINT = rf"\\u[Dd][89ABab]{_HEX}{{2}}\\u[Dd][C-Fc-f]{_HEX}{{2}}|\\u{_HEX}{{4}}|\\U{_HEX}{{8}}"
_LETTER = r"\\[^uUx]"


def _as_latin_1(error: UnicodeError) -> tuple[str, int]:
    assert isinstance(error, UnicodeDecodeError)
    return error.object[error.start : error.end].decode("latin-1"), error.end


codecs.register_error("authproof-latin-1", _as_latin_1)


def text_of(data: bytes) -> str:
    """Return *data* read as UTF-8, and as ISO-8859-1 where it is not that."""
    return data.decode("utf-8", "authproof-latin-1")


def _percent(found: str, *, plus: bool) -> str:
    if found == "+":
        return " " if plus else "+"
    return text_of(bytes.fromhex(found.replace("%", "")))


def _escape(found: str) -> str:
    """Return what one escape of JSON, Python or C stands for."""
    if found[1] in "uUx":
        points = [int(digits, 16) for digits in re.split(r"\\[uUx]", found)[1:]]
        if len(points) == 2:  # a pair of surrogates
            return chr(0x10000 + ((points[0] & 0x3FF) << 10) + (points[1] & 0x3FF))
        return chr(points[0]) if points[0] <= 0x10FFFF else found
    return _SHORT.get(found[1], found[1])


def _entity(found: str) -> str:
    """Return what one entity of HTML stands for; `html.unescape` reads some numbers as another code page's."""
    if found[1] != "#":
        return html.unescape(found)
    number = int(found[3:-1], 16) if found[2] in "xX" else int(found[2:-1])
    return chr(number) if number <= 0x10FFFF else found


_READERS: tuple[tuple[re.Pattern[str], Callable[[str], str]], ...] = (
    (re.compile(_PERCENT), partial(_percent, plus=False)),
    (re.compile(rf"{_PERCENT}|\+"), partial(_percent, plus=True)),
    (re.compile(rf"{_POINT}|\\x{_HEX}{{2}}|{_LETTER}", re.DOTALL), _escape),
    (re.compile(r"&(?:#[0-9]{1,7}|#[xX][0-9A-Fa-f]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});"), _entity),
    (re.compile(r"[\x80-\xff]+"), lambda found: text_of(found.encode("latin-1"))),  # UTF-8, in a header or in b"..."
)


@dataclass(frozen=True, slots=True)
class Reading:
    """
    One way to read a text.

    `starts` has the place of each piece in `text`; `pieces` has where it came from and whether it was an escape, which
    is blanked as a whole.
    """

    text: str
    starts: tuple[int, ...] = (0,)
    pieces: tuple[tuple[int, int, bool], ...] = ((0, 0, False),)

    def source(self, span: Span) -> Span:
        """Return the place in the text that was read from which *span* of this reading came."""
        first, last = span[0], span[1] - 1
        begin, end, escape = self.pieces[at := bisect_right(self.starts, first) - 1]
        start = begin if escape else begin + first - self.starts[at]
        begin, end, escape = self.pieces[at := bisect_right(self.starts, last) - 1]
        return start, end if escape else begin + last - self.starts[at] + 1


def readings(text: str) -> Iterator[tuple[str, Callable[[Span], Span]]]:
    """Yield *text* and each other reading of it, with what leads from a span of the reading to one of *text*."""
    seen = {text}
    level: list[tuple[str, Callable[[Span], Span]]] = [(text, lambda span: span)]
    for _ in range(DEPTH):
        yield from level
        deeper: list[tuple[str, Callable[[Span], Span]]] = []
        for read, back in level:
            for pattern, undo in _READERS:
                reading = _read(read, pattern, undo)
                if reading and reading.text not in seen and len(seen) < READINGS_MAX:
                    seen.add(reading.text)
                    deeper.append((reading.text, partial(_twice, reading, back)))
        level = deeper
    yield from level


def _twice(reading: Reading, back: Callable[[Span], Span], span: Span) -> Span:
    return back(reading.source(span))


def _read(text: str, pattern: re.Pattern[str], undo: Callable[[str], str]) -> Reading | None:
    """Return *text* with what *pattern* finds undone; None where it finds nothing."""
    starts: list[int] = []
    pieces: list[tuple[int, int, bool]] = []
    parts: list[str] = []
    length = done = 0
    for found in pattern.finditer(text):
        for part, place, escape in (
            (text[done : found.start()], (done, found.start()), False),
            (undo(found[0]), found.span(), True),
        ):
            if part:
                starts.append(length)
                pieces.append((*place, escape))
                parts.append(part)
                length += len(part)
        done = found.end()
    if not done:
        return None
    starts.append(length)
    pieces.append((done, len(text), False))
    parts.append(text[done:])
    return Reading("".join(parts), tuple(starts), tuple(pieces))
