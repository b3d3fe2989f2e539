"""How one text is made from another: a Python expression over `t`, which the script evaluates as it stands."""

from __future__ import annotations

import json
import re
import unicodedata
import urllib.parse
from functools import cache

EXPRESSIONS = (
    "t.upper()",
    "t.lower()",
    "t.capitalize()",
    "t.title()",
    "t.swapcase()",
    't.partition("@")[0].upper() + "@" + t.partition("@")[2]',
    't.partition("@")[0] + "@" + t.partition("@")[2].upper()',
    't.partition("@")[0]',
    're.sub(r"[^A-Za-z0-9]+", "_", t)',
    "t[::-1]",
    'unicodedata.normalize("NFC", t)',
    'unicodedata.normalize("NFD", t)',
    'unicodedata.normalize("NFKC", t)',
    'unicodedata.normalize("NFKD", t)',
)
NAMES = {"re": re, "unicodedata": unicodedata, "urllib": urllib}
SHORTEST = 6  # of what an expression gives: shorter texts agree by chance
VARIED = 4  # different letters and digits of a text that could be a secret: "xxxxxxxx" is none
SHARED = 0.6  # of a text that a changed one must have in common with it


@cache
def made_from(text: str) -> tuple[tuple[str, str], ...]:
    """Return each expression with what it makes of *text*, where that is another text of some length."""
    every = ((expression, eval(expression, NAMES, {"t": text})) for expression in EXPRESSIONS)
    return tuple((expression, made) for expression, made in every if made != text and len(made) >= SHORTEST)


def as_expression(wanted: str, text: str) -> str | None:
    """Return an expression that makes *wanted* of *text*: one of the usual ones, or *text* with a piece exchanged."""
    for expression, made in made_from(text):
        if made == wanted:
            return expression
    if wanted != text and wanted.casefold() == text.casefold():
        return "t.swapcase()"
    return spliced(wanted, text)


def spliced(wanted: str, text: str) -> str | None:
    """Return the expression for *wanted* as *text* with one piece of it exchanged, put in or left out, else None."""
    half = SHORTEST // 2
    if wanted[:half] != text[:half] and wanted[-half:] != text[-half:]:
        return None
    shorter = min(len(wanted), len(text))
    begin = next((i for i in range(shorter) if wanted[i] != text[i]), shorter)
    end = next((i for i in range(shorter - begin) if wanted[-1 - i] != text[-1 - i]), shorter - begin)
    if wanted == text or begin + end < max(SHORTEST, SHARED * len(text)):
        return None
    new = wanted[begin : len(wanted) - end]
    if not end and not new:
        return f"t[:{begin - len(text)}]"
    pieces = [f"t[:{begin}]" if begin else "", json.dumps(new) if new else "", f"t[-{end}:]" if end else ""]
    return " + ".join(piece for piece in pieces if piece)


def shape_of(text: str) -> str:
    """
    Return *text* with every ASCII letter and digit replaced by its class: `a`, `A` or `0`.

    >>> shape_of("Mary 3fa!")
    'Aaaa 0aa!'
    """
    return re.sub("[0-9]", "0", re.sub("[A-Z]", "A", re.sub("[a-z]", "a", text)))


def can_be_shaped(text: str) -> bool:
    """Whether *text* has enough letters and digits, and different ones, that others can stand in their places."""
    varied = [character for character in text if character.isascii() and character.isalnum()]
    return len(varied) >= SHORTEST and len(set(varied)) >= VARIED
