"""Texts of every kind: what people type, what no codec likes, and how long either can be."""

from __future__ import annotations

import math
import string

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

SCRIPTS = (
    string.ascii_lowercase,
    string.ascii_uppercase,
    string.digits,
    string.punctuation,
    "äöüßéèñçøåłžşğ",
    "абвгдежзиклмнопрстуфхцчшщэюя",
    "αβγδεζηθικλμνξοπρστυφχψω",
    "אבגדהוזחטיכלמנסעפצקרשת",
    "あいうえおかきくけこさしすせそ",
    "天地玄黄宇宙洪荒日月盈昃",
    "".join(map(chr, range(0x1F40C, 0x1F43C))),
)
"""Characters that people choose passwords from; the last are of four bytes and two UTF-16 units each."""
MARKS = "\u0300\u0301\u0308\u030a\u0327"
ODD = ("\0", "\ud800", "\udfff", "\uffff", "\ufdd0", "\U0001fffe", "\u202e", "\u200b", "\ufeff", "\x7f", "\x1b", "\x85")
"""What storage and codecs dislike: NUL, half a surrogate pair, non-characters, marks of direction, controls."""


def alphabets() -> SearchStrategy[str]:
    """Return the characters of one or some scripts, a blank sometimes among them."""
    some = st.lists(st.sampled_from(SCRIPTS), min_size=1, max_size=4, unique=True).map("".join)
    return st.tuples(some, st.booleans()).map(lambda drawn: drawn[0] + " " * drawn[1])


def log_uniform(least: int, most: int) -> SearchStrategy[int]:
    """Return whole numbers from *least*, which is at least 1, to *most*: every power of two as often as the next."""
    exponents = st.floats(math.log2(least), math.log2(most))
    return exponents.map(lambda exponent: min(max(round(2**exponent), least), most))


def visible(least: int = 1, most: int = 60) -> SearchStrategy[str]:
    """Return texts that somebody could type: of some scripts, without controls."""
    return alphabets().flatmap(lambda alphabet: st.text(alphabet, min_size=least, max_size=most))


def with_odd_places() -> SearchStrategy[str]:
    """Return texts with something in them that storage or codecs dislike."""
    piece = st.text(string.ascii_letters + " ", max_size=6)
    return st.tuples(piece, st.lists(st.sampled_from(ODD), min_size=1, max_size=3), piece).map(
        lambda drawn: drawn[0] + "".join(drawn[1]) + drawn[2]
    )


def anything(most: int = 80) -> SearchStrategy[str]:
    """Return texts of any characters but half surrogate pairs."""
    return st.text(st.characters(codec="utf-8"), max_size=most)
