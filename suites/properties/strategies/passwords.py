"""Passwords around every boundary, and what resembles one without being it."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from suites.properties.strategies.texts import MARKS, SCRIPTS, alphabets, log_uniform

BOUNDARIES = (72, 128, 255, 256, 1024)
LONGEST_BYTES = 4096
LOOK_ALIKES = str.maketrans("aceopxy", "\u0430\u0441\u0435\u043e\u0440\u0445\u0443")
"""Latin letters and the Cyrillic ones that look the same."""


def lengths_in_bytes() -> SearchStrategy[int]:
    """Return lengths from 1 to 4096, often near where hashes and columns end."""
    near = st.sampled_from(BOUNDARIES).flatmap(lambda bound: st.integers(bound - 3, bound + 3))
    return near | log_uniform(1, LONGEST_BYTES)


def recipes() -> SearchStrategy[tuple[str, int]]:
    """Return an alphabet, and a number that says which of its characters come in which order."""
    return st.tuples(alphabets(), st.integers(0, 2**32))


def edits() -> SearchStrategy[Callable[[str], str]]:
    """Return what changes a password somewhere, in place, by cutting, or by adding."""
    place = st.integers(0, 2**16)

    def changed(at: int) -> Callable[[str], str]:
        def change(whole: str) -> str:
            here = at % len(whole)
            return whole[:here] + ("~" if whole[here] != "~" else "+") + whole[here + 1 :]

        return change

    def cut(at: int) -> Callable[[str], str]:
        return lambda whole: whole[: max(at % len(whole), 1)]

    def without(at: int) -> Callable[[str], str]:
        return lambda whole: whole[: at % len(whole)] + whole[at % len(whole) + 1 :]

    def longer(text: str) -> Callable[[str], str]:
        return lambda whole: whole + text

    last = st.integers(1, 3).map(lambda back: -back)
    return (
        (place | last).map(changed)
        | place.map(cut)
        | place.map(without)
        | st.text("abc0~", min_size=1, max_size=8).map(longer)
    )


def transformations() -> SearchStrategy[Callable[[str], str]]:
    """Return what makes a password that looks the same, or nearly, and is another."""
    blanks = st.text(" \t\n\u00a0\u2003", min_size=1, max_size=3)
    return st.one_of(
        st.sampled_from([str.swapcase, str.upper, str.lower, str.strip, str.casefold, _look_alike, _one_blank_less]),
        blanks.map(lambda text: lambda whole: whole + text),
        blanks.map(lambda text: lambda whole: text + whole),
        st.text("abc", min_size=1, max_size=3).map(lambda text: lambda whole: f"{whole}\0{text}"),
        st.just(lambda whole: f"\u200b{whole}"),
        st.just(lambda whole: f"{whole}\ufeff"),
    )


def _look_alike(whole: str) -> str:
    return whole.translate(LOOK_ALIKES)


def _one_blank_less(whole: str) -> str:
    return whole.replace(" ", "", 1)


def composed() -> SearchStrategy[str]:
    """Return texts rich in marks, of which the composed and the decomposed Unicode form differ."""
    letter = st.sampled_from("aeiounyc" + SCRIPTS[4])
    pairs = st.tuples(letter, st.sampled_from(MARKS)).map("".join)
    texts = st.lists(pairs | letter, min_size=4, max_size=14).map("".join)
    return texts.filter(lambda text: unicodedata.normalize("NFC", text) != unicodedata.normalize("NFD", text))
