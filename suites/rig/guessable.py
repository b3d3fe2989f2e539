"""
Passwords that are easily guessed although they are long enough.

Published lists of common passwords hold few of fifteen characters or more. What people make of a short one to reach a
minimum is another matter: they write it twice, add digits or signs, or walk on along the keyboard.

Source: OWASP ASVS 5.0, 6.2.4 and 6.2.11; NIST SP 800-63B-4 section 3.1.1.2.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable

WORDS = tuple(
    """
    password passw0rd iloveyou princess dragon monkey sunshine football baseball basketball welcome shadow master
    superman batman spiderman letmein trustno1 starwars whatever jennifer jessica michelle michael jordan hunter ashley
    nicole daniel andrew joshua matthew thomas charlie robert anthony william jonathan alexander elizabeth samantha
    amanda chocolate cookie pepper ginger buttercup flower butterfly angel lovely sweetheart freedom liverpool chelsea
    arsenal barcelona soccer hockey tigger pokemon naruto minecraft mercedes ferrari porsche mustang corvette harley
    yamaha computer internet samsung google facebook linkedin youtube admin administrator secret changeme
    default login qwerty asdfgh zxcvbn qazwsx summer winter spring autumn monday friday december november september
    august london berlin america canada france germany mexico banana orange purple yellow silver golden diamond crystal
    thunder phoenix falcon eagle tiger lion panther wolf killer warrior ninja matrix merlin gandalf scooter snoopy
    mickey donald garfield
    """.split()
)
"""Each of them is in the list of 20,000 common passwords that Django ships."""

LONG = tuple(
    """
    qwerty123456789 123456789qwerty qazwsxedcrfvtgb 1qaz2wsx3edc4rfv 12345678987654321 123456789987654321
    1234567890987654321 12345678900987654321 q1w2e3r4t5y6u7i8o9p0
    """.split()
)
"""Of fifteen characters or more, and both in the list that Django ships and in that of zxcvbn."""

DIGITS = "1234567890" * 10
DERIVED: dict[str, Callable[[str, int], str]] = {
    "repeated": lambda word, least: word * -(-least // len(word)),
    "with digits after it": lambda word, least: (word + DIGITS)[: max(least, len(word) + 3)],
    "with signs after it": lambda word, least: word.ljust(max(least, len(word) + 1), "!"),
    "with something of every class": lambda word, least: f"{word.capitalize()}1!" * -(-least // (len(word) + 2)),
}
"""What people make of a word to reach *least* characters."""


def listed(least: int) -> list[str]:
    """Return passwords of *least* characters or more that lists of common ones hold as they stand."""
    return [each for each in (*LONG, *WORDS) if len(each) >= least]


def derived(least: int, words: Iterable[str] = WORDS) -> list[str]:
    """Return what people make of *words*, each of *least* characters or more."""
    return [make(word, least) for word in words for make in DERIVED.values()]


def derived_sample(chance: random.Random, least: int, size: int) -> list[str]:
    """Return *size* of those, chosen by *chance*."""
    return chance.sample(derived(least), size)


def of_names(least: int, names: Iterable[str]) -> list[str]:
    """Return passwords of *least* characters or more that are one of *names*, or made of it."""
    found = [name for name in names if len(name) >= least]
    return list(dict.fromkeys([*found, *derived(least, names)]))
