"""
Whether opaque tokens look drawn by chance: what can be told from a few hundred of one kind, in the order of issue.

Every test here holds for any tokens that are drawn independently from one distribution, whatever that is, but for
`bits`, which holds where each position is drawn evenly. `ERROR` bounds how often sound tokens are accused, all tests of
one sample together. What is not found: a generator whose output only looks like chance (a hash of a counter).
"""

from __future__ import annotations

import math
import re
import uuid
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

ERROR = 1e-6  # at most one sound sample in a million is accused
LEAST_BITS = 128  # OWASP ASVS 5.0, 7.2.3; RFC 6749 section 10.10
ENOUGH = 50  # tokens: of fewer, nothing is said about order or bits

ALPHABETS = (
    "0123456789",
    "0123456789abcdef",
    "0123456789ABCDEF",
    "0123456789abcdefghijklmnopqrstuvwxyz",
    "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ",
    "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz",
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_",
)
"""Of what tokens are written in, the smallest first; the order of the characters is that of their values."""
TIME_BASED = frozenset({1, 2, 6, 7})  # versions of UUIDs: RFC 9562 section 5
SEPARATORS = re.compile(r"[.:|~$]")
BEHIND = "\0"  # stands where a token has no character, and others do


@dataclass(frozen=True, slots=True)
class Doubt:
    """What is wrong with the tokens; `advice` where it is no more than less than was asked for."""

    what: str
    expected: str
    actual: str
    advice: bool = False


def doubt(tokens: Sequence[str]) -> Doubt | None:
    """
    Return what is wrong with *tokens*, which are in the order of issue; None where nothing is.

    A token in several parts, such as a value with a time and a signature behind it, is judged by its best part.
    """
    if len(set(tokens)) < len(tokens):
        again = len(tokens) - len(set(tokens))
        return Doubt("a token was given twice", f"{len(tokens)} different tokens", f"{again} repeated")
    split = [SEPARATORS.split(token) for token in tokens]
    counts = {len(parts) for parts in split}
    if len(counts) > 1:
        return of_one_part(tokens)
    doubts = [of_one_part(part) for part in zip(*split, strict=True)]
    return min(doubts, key=lambda each: 0 if each is None else 1 if each.advice else 2)


def of_one_part(tokens: Sequence[str]) -> Doubt | None:
    """Return what is wrong with tokens that have no parts."""
    versions = Counter(version_of(token) for token in tokens)
    version, count = versions.most_common(1)[0]
    if version in TIME_BASED and count == len(tokens):
        return Doubt("a token is a UUID made from the time", "random tokens", f"UUIDs of version {version}")
    if len(tokens) < ENOUGH:
        return None
    if moving := moving_part(tokens):
        return Doubt("a part of the token moves along from one to the next", "random tokens", moving)
    found = bits(tokens)
    if found < LEAST_BITS:
        return Doubt(
            "a token is too short to be unguessable",
            f"{LEAST_BITS} bits or more by length and alphabet",
            f"{math.floor(found)} bits" + (" (a random UUID)" if version == 4 else ""),
            advice=version == 4,
        )
    return None


def version_of(token: str) -> int | None:
    """Return the version of the UUID that *token* is, with or without hyphens; None where it is none."""
    try:
        return uuid.UUID(token).version
    except ValueError:
        return None


def columns(tokens: Sequence[str]) -> Iterator[tuple[str, ...]]:
    """Yield what stands in each position of the tokens, where they differ."""
    length = max(map(len, tokens))
    for column in zip(*(token.ljust(length, BEHIND) for token in tokens), strict=True):
        if len(set(column)) > 1:
            yield column


def alphabet_of(varied: Sequence[Sequence[str]]) -> str:
    """Return the smallest usual alphabet that has all of the characters in *varied*; else those characters."""
    used = {character for column in varied for character in column} - {BEHIND}
    return next((each for each in ALPHABETS if used <= set(each)), "".join(sorted(used)))


def bits(tokens: Sequence[str]) -> float:
    """
    Return the most bits that a token can have, position by position.

    A position that shows few different characters in so many tokens is not drawn from all of the alphabet: its size is
    the largest from which so few would come with a probability above the error, and at most the alphabet's.
    """
    varied = list(columns(tokens))
    allowed = ERROR / (2 * max(len(varied), 1))
    size = len(alphabet_of(varied))
    return sum(math.log2(largest(len(set(column)), len(tokens), size, allowed)) for column in varied)


def largest(distinct: int, drawn: int, size: int, allowed: float) -> int:
    """
    Return the largest alphabet of at most *size* that shows only *distinct* characters in *drawn* draws as often as
    *allowed*.

    By the union bound: some *distinct* of k characters hold all draws with a probability of at most
    C(k, distinct) (distinct/k)^drawn.
    """
    fitting = distinct
    for k in range(distinct + 1, max(size, distinct) + 1):
        if math.log(math.comb(k, distinct)) + drawn * math.log(distinct / k) < math.log(allowed):
            break
        fitting = k
    return fitting


def moving_part(tokens: Sequence[str]) -> str | None:
    """
    Return how a part of the tokens follows their order, None where none does.

    A time or a counter moves slowly in its leading positions: there each character stands in one unbroken run. Or it
    moves so fast that each token is above the one before, read from some position on. Both are next to impossible where
    the order of the tokens says nothing: of all arrangements of a column's characters those in unbroken runs are
    m! Π n!/N!, and more than N/2 + t rises among N tokens are as rare as exp(-2 t²/N) (Hoeffding; the number of rises
    of a random permutation is that of a sum of N even chances, rounded down).
    """
    varied = list(columns(tokens))
    if not varied:
        return None
    allowed = math.log(ERROR / (2 * 5 * len(varied)))
    for place, column in enumerate(varied):
        if unbroken(column) and log_of_unbroken(column) < allowed:
            return f"the same {len(set(column))} characters one after the other in the varying position {place + 1}"
    most = len(tokens) / 2 + math.sqrt(-allowed * len(tokens) / 2)
    for order in (None, alphabet_of(varied)):
        ranks = [[rank(each, order) for each in column] for column in varied]
        for start in range(len(varied)):
            read = list(zip(*ranks[start:], strict=True))
            rises = sum(one < other for one, other in pairwise(read))
            falls = sum(one > other for one, other in pairwise(read))
            if max(rises, falls) > most:
                way = "above" if rises > falls else "below"
                return f"{max(rises, falls)} of {len(tokens) - 1} tokens {way} the one before"
    return None


def rank(character: str, order: str | None) -> int:
    """Return the place of *character* in *order*, or among all characters where there is none."""
    return ord(character) if order is None else order.find(character)


def unbroken(column: Sequence[str]) -> bool:
    """Whether each character of *column* stands in one run."""
    return sum(one != other for one, other in pairwise(column)) == len(set(column)) - 1


def log_of_unbroken(column: Sequence[str]) -> float:
    """Return the logarithm of how probable it is that all characters of a shuffled *column* stand in one run each."""
    counts = Counter(column).values()
    return math.lgamma(len(counts) + 1) + sum(math.lgamma(n + 1) for n in counts) - math.lgamma(len(column) + 1)
