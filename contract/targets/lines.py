"""On which line of a TOML file a key stands: for messages, since tomllib says it for faults of syntax only."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping

KeyPath = tuple[str | int, ...]
"""Keys from the top of the file down; a number is the place of a table in an array of tables, from 0."""

_BARE = r"[A-Za-z0-9_-]+"
_KEY = rf"(?:{_BARE}|\"(?:[^\"\\]|\\.)*\"|'[^']*')"
_KEYS = rf"{_KEY}(?:\s*\.\s*{_KEY})*"
_HEADER = re.compile(rf"\s*(\[\[?)\s*({_KEYS})\s*\]")
_ASSIGNMENT = re.compile(rf"\s*({_KEYS})\s*=")
_LONG_TEXT = re.compile(r'"""|\'\'\'')


def key_lines(text: str) -> Mapping[KeyPath, int]:
    """Return the line, from 1, of each key and each table that *text* writes outside an inline table."""
    lines: dict[KeyPath, int] = {}
    table: KeyPath = ()
    counts: dict[KeyPath, int] = {}
    for number, line in _lines_outside_long_texts(text):
        if header := _HEADER.match(line):
            table = _within_arrays(_split(header[2]), counts, opens_item=header[1] == "[[")
            lines.setdefault(table, number)
        elif assignment := _ASSIGNMENT.match(line):
            lines.setdefault(table + _split(assignment[1]), number)
    return lines


def line_of(lines: Mapping[KeyPath, int], path: KeyPath) -> int | None:
    """Return the line where *path* begins, or what holds it; None where the file says neither."""
    for length in range(len(path), 0, -1):
        begins = [number for known, number in lines.items() if known[:length] == path[:length]]
        if begins:
            return min(begins)
    return None


def _lines_outside_long_texts(text: str) -> Iterator[tuple[int, str]]:
    """Yield the numbered lines of *text*, without those that a text in three quotes goes on over."""
    closing = ""
    for number, line in enumerate(text.split("\n"), 1):
        if not closing:
            yield number, line
        for quotes in _LONG_TEXT.findall(line):
            closing = "" if quotes == closing else closing or quotes


def _split(dotted: str) -> tuple[str, ...]:
    """Return the parts of a dotted key, unquoted as TOML does it; () where it is no key after all."""
    try:
        value: object = tomllib.loads(f"{dotted} = 0")
    except tomllib.TOMLDecodeError:
        return ()
    parts = []
    while isinstance(value, dict):
        name, value = next(iter(value.items()))
        parts.append(name)
    return tuple(parts)


def _within_arrays(names: tuple[str, ...], counts: dict[KeyPath, int], *, opens_item: bool) -> KeyPath:
    """Return *names* with a number after each one that is an array of tables, counting the item that a header opens."""
    path: KeyPath = ()
    for name in names:
        path += (name,)
        if opens_item and len([part for part in path if isinstance(part, str)]) == len(names):
            counts[path] = counts.get(path, 0) + 1
        if path in counts:
            path += (counts[path] - 1,)
    return path
