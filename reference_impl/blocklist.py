"""
Passwords that are easily guessed although they are long enough.

Published lists of common passwords hold few of fifteen characters or more; what people make of a short common one to
reach a minimum is another matter: they double it, pad it, or walk on along the keyboard. So a password is refused when
only padding is left of it without one listed word, as often as that occurs. A phrase that merely contains a common word
stays good, and so does a long number that no rule makes.

Source: NIST SP 800-63B-4 section 3.1.1.2; OWASP ASVS 5.0, 6.2.4, 6.2.11, 6.2.12.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection
from functools import cache
from itertools import pairwise
from pathlib import Path

WORDS_FILE = Path(__file__).with_name("common_passwords.txt")
SHORTEST_WORD, LONGEST_WORD = 3, 20
LONGEST_PADDING = 14  # digits and signs beyond that are a password by themselves
SHORTEST_WALK = 3
WALKS = (
    *("`1234567890-=", "qwertyuiop[]\\", "asdfghjkl;'", "zxcvbnm,./", "qwertyuiopasdfghjklzxcvbnmq"),
    *("1qaz", "2wsx", "3edc", "4rfv", "5tgb", "6yhn", "7ujm", "8ik,", "9ol.", "0p;/"),
    *("qwertzuiop", "azertyuiop", "abcdefghijklmnopqrstuvwxyz", "01"),
)
"""Neighbours on keyboards and in the alphabet, walked forwards or back."""
AS_LETTERS = str.maketrans("@4310$5!7+", "aaeiossitt")
AS_DIGITS = str.maketrans("!@#$%^&*()", "1234567890")  # the same keys without shift


def why_common(password: str, *, email: str, service_name: str) -> str:
    """Return why *password* is easily guessed, "" where it is not known to be."""
    folded = unicodedata.normalize("NFKC", password).casefold()
    own = own_words(email, service_name)
    for text in {folded, folded.translate(AS_LETTERS), folded.translate(AS_DIGITS)}:
        if _only_padding(text, own):
            return "made of the address or of the service's name"
        if _is_walk(text) or any(_only_padding(text, {word}) for word in _listed_in(text)):
            return "a common password, or one repeated, padded or continued along the keyboard"
    return ""


def own_words(email: str, service_name: str) -> set[str]:
    """Return what a password must not be made of: the service's name, the address, its parts and their words."""
    local, _, domain = email.casefold().partition("@")
    whole = {service_name.casefold(), email.casefold(), local, domain}
    words = {word for part in whole for word in re.split(r"[^a-z0-9]+", part)}
    stripped = {re.sub(r"[^a-z]", "", part) for part in whole | words}
    return {word for word in whole | words | stripped if len(word) >= SHORTEST_WORD}


def _only_padding(text: str, words: Collection[str]) -> bool:
    """Return whether some of *words* are in *text*, and nothing but padding around them, or one of them cut short."""
    longest_first = sorted(words, key=len, reverse=True)
    *pieces, tail = re.split("|".join(map(re.escape, longest_first)), text)
    if not pieces:
        return False
    adds_nothing = _is_padding if any(map(str.isalpha, text)) else _is_walk
    cut_short = any(word.startswith(tail) for word in words)
    return all(not piece or adds_nothing(piece) for piece in pieces) and (cut_short or adds_nothing(tail))


def _is_padding(piece: str) -> bool:
    """Return whether *piece* adds nothing to a word: digits, signs, one letter repeated, or a walk."""
    letters = {character for character in piece if character.isalpha()}
    return (len(piece) <= LONGEST_PADDING and len(letters) <= 1) or _is_walk(piece)


def _is_walk(text: str) -> bool:
    """Return whether *text* is walks along WALKS, or repetitions of one key, of SHORTEST_WALK keys at least."""
    runs = [1]
    for step in pairwise(text):
        if step in _steps():
            runs[-1] += 1
        else:
            runs.append(1)
    return len(text) >= SHORTEST_WALK and all(run >= SHORTEST_WALK for run in runs[:-1])


@cache
def _steps() -> frozenset[tuple[str, str]]:
    forwards = {step for walk in WALKS for step in pairwise(walk)}
    return frozenset(forwards | {(b, a) for a, b in forwards} | {(key, key) for walk in WALKS for key in walk})


def _listed_in(text: str) -> frozenset[str]:
    """Return every listed word that is somewhere in *text*."""
    sizes = range(SHORTEST_WORD, min(LONGEST_WORD, len(text)) + 1)
    return _listed() & {text[start : start + size] for size in sizes for start in range(len(text) - size + 1)}


@cache
def _listed() -> frozenset[str]:
    return frozenset(WORDS_FILE.read_text(encoding="ascii").split())
