"""Addresses: valid ones of every build, and other spellings of one that is taken."""

from __future__ import annotations

import string
from collections.abc import Callable

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

ATOM = string.ascii_letters + string.digits + "!#$%&'*+/=?^_`{|}~-"
PLAIN = string.ascii_letters + string.digits + "._-+"
LONGEST_LOCAL = 64
"""Source of both: RFC 5321 sections 4.1.2 and 4.5.3.1.1."""


def builds(*, strict: bool) -> SearchStrategy[Callable[[str], str]]:
    """
    Return what makes an address that is valid out of a fresh one: its local part in another build.

    *strict*: in any build of the RFC; else of letters, digits and what every form takes.
    """
    atoms = st.text(ATOM if strict else PLAIN.replace(".", ""), min_size=1, max_size=12)
    dotted = st.lists(atoms, min_size=1, max_size=3).map(".".join)
    tags = st.text(string.ascii_lowercase + string.digits, min_size=1, max_size=10)

    def before(text: str) -> Callable[[str], str]:
        return lambda fresh: f"{text}.{fresh}"[-LONGEST_LOCAL - len(fresh.partition("@")[2]) - 1 :].lstrip(".")

    def tagged(text: str) -> Callable[[str], str]:
        return lambda fresh: fresh.replace("@", f"+{text}@")

    def padded(length: int) -> Callable[[str], str]:
        return lambda fresh: "a" * max(length - fresh.index("@"), 0) + fresh

    return dotted.map(before) | tags.map(tagged) | st.integers(1, LONGEST_LOCAL).map(padded)


def respellings() -> SearchStrategy[Callable[[str], str]]:
    """Return what writes an address otherwise, so that some targets take it for the same: letter case, blanks."""

    def flipped(places: frozenset[int]) -> Callable[[str], str]:
        def flip(address: str) -> str:
            other = "".join(each.swapcase() if at in places else each for at, each in enumerate(address))
            return other if other != address else address.upper()

        return flip

    def among(blanks: tuple[str, str]) -> Callable[[str], str]:
        return lambda address: f"{blanks[0]}{address}{blanks[1]}"

    blank = st.sampled_from(["", " ", "  ", "\t", "\u00a0"])
    around = st.tuples(blank, blank).filter(any).map(among)
    return st.frozensets(st.integers(0, 40), min_size=1, max_size=12).map(flipped) | around
