"""Tokens that were never given out: made of one that was, or of anything."""

from __future__ import annotations

import string

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

BASE64URL = string.ascii_letters + string.digits + "-_"
LONGEST = 4000
PRINTABLE = st.characters(min_codepoint=33, max_codepoint=126)


def with_one_character_changed(token: str, alphabet: str = BASE64URL) -> SearchStrategy[str]:
    """
    Return *token* with a character replaced, anywhere but at the very end.

    In base64 some bits of the last character may say nothing, and a token without them is the same token.
    """
    places = [at for at, character in enumerate(token[:-1]) if character in alphabet]

    def changed(choice: tuple[int, str]) -> str:
        at, other = choice
        other = other if other != token[at] else ("A" if token[at] != "A" else "B")
        return token[:at] + other + token[at + 1 :]

    return st.tuples(st.sampled_from(places), st.sampled_from(alphabet)).map(changed)


def cut_and_spliced(token: str) -> SearchStrategy[str]:
    """Return *token* without a piece, with a piece doubled, or with its two halves the other way round."""
    inner = st.integers(1, len(token) - 2)

    def made(choice: tuple[int, int, str]) -> str:
        first, second, how = choice
        low, high = min(first, second), max(first, second) + 1
        if how == "cut":
            return token[:low] + token[high:]
        if how == "doubled":
            return token[:high] + token[low:]
        return token[high:] + token[:high] if token[high:] + token[:high] != token else token[1:]

    return st.tuples(inner, inner, st.sampled_from(["cut", "doubled", "turned"])).map(made)


def token_texts(token: str) -> SearchStrategy[str]:
    """Return texts that are not *token* ("" where there is none): near it, of its shape, or of no shape at all."""
    anything = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=60)
    of_the_shape = st.text(BASE64URL, min_size=1, max_size=LONGEST)
    dotted = st.lists(st.text(BASE64URL, max_size=40), min_size=2, max_size=5).map(".".join)
    others = anything | of_the_shape | dotted | st.text(PRINTABLE, max_size=200)
    if len(token) > 3:
        others = with_one_character_changed(token) | cut_and_spliced(token) | others
    return others.filter(lambda text: text != token)
