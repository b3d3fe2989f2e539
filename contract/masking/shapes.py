"""Masking by shape: JWTs, and long strings that only chance can have made."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterator
from itertools import pairwise

from contract.masking.decoding import Span

LONG = 32  # characters of base64url or hexadecimal: 128 bits or more
LEAST_BITS = 2.9  # of entropy in a character: 32 random hexadecimal ones have 3.6 on average

_JWT = re.compile(r"(?<![A-Za-z0-9_-])ey[A-J][A-Za-z0-9_-]{6,}(?:\.[A-Za-z0-9_-]*){1,4}|eyJ[A-Za-z0-9_-]{16,}")
_UUID = re.compile(r"(?<![0-9A-Fa-f])[0-9A-Fa-f]{8}-(?:[0-9A-Fa-f]{4}-){3}[0-9A-Fa-f]{12}(?![0-9A-Fa-f])")
_RUN = re.compile(r"[A-Za-z0-9+/_-]{32,}={0,2}")
_WORDS_BEFORE = re.compile(r"(?:(?:[a-z][a-z-]*|v[0-9]+|[0-9]{1,12})?/)+")
_WORDS_AFTER = re.compile(r"(?:/(?:[a-z][a-z-]*|v[0-9]+|[0-9]{1,12})?)+\Z")
_IMAGE = re.compile(r"data:image/[^,\s\"']{1,60},([^\s\"'<>]+)")  # the QR code of a seed
_IDENTIFIER = re.compile(r"(?i)(?:request|correlation|trace)[-_ ]?id[\"']?\s{0,4}[:=]?\s{0,4}[\"']?\Z")


def spans(text: str) -> Iterator[Span]:
    """Yield the places of JWTs, images and long random strings in *text*. A UUID or a request's id is neither."""
    tokens = [token.span() for token in _JWT.finditer(text)]
    yield from tokens
    yield from (image.span(1) for image in _IMAGE.finditer(text))
    for run in _RUN.finditer(text):
        if any(start <= run.start() < end for start, end in tokens):
            continue
        if _IDENTIFIER.search(text, max(0, run.start() - 30), run.start()):
            continue
        for piece in _between_uuids(run[0]):
            start, end = _without_words(run[0], *piece)
            if looks_random(run[0][start:end]):
                yield run.start() + start, run.start() + end


def looks_random(text: str) -> bool:
    """
    Whether *text*, of the alphabets of base64, base32 and hexadecimal, is one that only chance can have made.

    Where capitals, small letters and digits are all there, chance changes between them at every second step; words,
    paths and names of tests do at every fifth. What is missed is measured in `suites/selftest/test_masking_places.py`.
    """
    bare = text.rstrip("=")
    letters = "".join(each for each in bare if each.isalnum())
    if len(bare) < LONG or len(letters) < len(bare) * 0.75 or (letters.isalpha() and _one_case(letters)):
        return False
    changes = sum(_class_of(a) != _class_of(b) for a, b in pairwise(letters)) / len(letters)
    least = 0.35 if not _one_case(letters) else 0.2 if len(letters) < len(bare) else 0.06
    return changes >= least and _entropy(bare) >= LEAST_BITS


def _one_case(text: str) -> bool:
    return text in (text.lower(), text.upper())


def _without_words(text: str, start: int, end: int) -> Span:
    """Return the part of *text* from *start* to *end* without the words of a path before and after it."""
    before = _WORDS_BEFORE.match(text, start, end)
    start = before.end() if before else start
    after = _WORDS_AFTER.search(text, start, end)
    return start, after.start() if after else end


def _between_uuids(text: str) -> Iterator[Span]:
    at = 0
    for uuid in _UUID.finditer(text):
        yield at, uuid.start()
        at = uuid.end()
    yield at, len(text)


def _class_of(character: str) -> int:
    return 0 if character.islower() else 1 if character.isupper() else 2


def _entropy(text: str) -> float:
    """Return the bits for each character, by how often each is there."""
    return -sum(n / len(text) * math.log2(n / len(text)) for n in Counter(text).values())
