"""Masking by value: every secret of this process, wherever it stands in a text and inside base64."""

from __future__ import annotations

import base64
import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from threading import Lock

from contract.masking.decoding import Span, readings
from contract.masking.places import SECRET_NAMES
from contract.secret import Secret

SHORTEST = 6  # characters; a shorter value, such as a PIN or "user", is masked by its place only
WORD_MAX = 15  # a value up to here that reads as a word or a number is masked where it stands alone
BASE64_DEPTH = 1  # base64 whose text holds base64 is read; a secret in plain base64 needs no reading at all
CUT_SHOWN = 12  # characters of a secret that an ellipsis cuts: fewer tell nothing
CUT_MAX = 1024  # characters of a value that a message shows before it cuts it

_RUN = re.compile(r"[A-Za-z0-9+/_-]{8,}={0,2}")
_ELLIPSIS = re.compile(r"…|\.\.\.")
_BEFORE = re.compile(r"(?:[A-Za-z0-9]|[0-9]\.)\Z")
_AFTER = re.compile(r"[A-Za-z0-9]|\.[0-9]")
_BASE64 = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/-_")


@dataclass(frozen=True, slots=True)
class _Form:
    """One spelling of a secret. `alone`: only where no letter or digit is beside it. `base64`: with all of the run."""

    text: str
    alone: bool = False
    base64: bool = False


_Bucket = dict[int, dict[str, _Form]]
"""Forms that begin alike, by length and text: many accounts have passwords that begin alike."""


@dataclass
class ValueIndex:
    """The spellings of the secrets made so far, by their first characters; it grows as secrets are made."""

    _buckets: dict[str, _Bucket] = field(default_factory=dict)
    _seen: int = 0
    _lock: Lock = field(default_factory=Lock)

    def spans(self, text: str, *, depth: int = BASE64_DEPTH) -> Iterator[Span]:
        """Yield the place of every known secret in *text*."""
        with self._lock:
            self._grow()
        buckets = self._buckets
        if not buckets:
            return
        for at in [at for at in range(len(text) - SHORTEST + 1) if text[at : at + SHORTEST] in buckets]:
            bucket = buckets[text[at : at + SHORTEST]]
            for length in list(bucket):
                form = bucket[length].get(text[at : at + length])
                if form and form.base64:
                    yield _whole_run(text, at, at + length)
                elif form and not (form.alone and _has_neighbour(text, at, at + length)):
                    yield at, at + length
            yield from _cut(bucket, text, at)
        if depth:
            for run in _RUN.finditer(text):
                inner = _decoded(run[0])
                if inner and any(True for _ in self.inner_spans(inner, depth - 1)):
                    yield run.span()

    def inner_spans(self, text: str, depth: int) -> Iterator[Span]:
        """Yield the places of secrets in a text that was itself in base64, whatever its escapes."""
        for reading, back in readings(text):
            for span in self.spans(reading, depth=depth):
                yield back(span)

    def _grow(self) -> None:
        for value in Secret.known_after(self._seen):
            self._seen += 1
            for form in _forms(value):
                bucket = self._buckets.setdefault(form.text[:SHORTEST], {})
                bucket.setdefault(len(form.text), {})[form.text] = form


def _forms(value: str) -> Iterable[_Form]:
    """Return the spellings to look for: composed and decomposed, and the middle of each base64 text that holds it."""
    if len(value) < SHORTEST or value.lower() in SECRET_NAMES:
        return ()
    alone = len(value) <= WORD_MAX and (len(value) < 8 or value.isalpha() or value.isdigit())
    texts = {value, *(unicodedata.normalize(form, value) for form in ("NFC", "NFD"))}
    forms = {_Form(text, alone=alone) for text in texts if len(text) >= SHORTEST}
    for text in texts:
        charsets = ("utf-8", "latin-1") if max(text) <= "\xff" else ("utf-8",)
        for charset in charsets:
            forms |= {_Form(core, base64=True) for core in _base64_cores(text.encode(charset, "replace"))}
    return forms


def _base64_cores(data: bytes) -> Iterator[str]:
    """
    Yield what every base64 text that holds *data* has in common, for each of the three places where it may begin.

    A character of base64 is six bits; those that share bits with a neighbour of *data* are left out.
    """
    for before in range(3):
        coded = base64.b64encode(bytes(before) + data).decode().rstrip("=")
        core = coded[-(-before * 8 // 6) : (before + len(data)) * 8 // 6]
        if len(core) >= SHORTEST:
            yield core
            yield core.translate(str.maketrans("+/", "-_"))


def _cut(bucket: _Bucket, text: str, at: int) -> Iterator[Span]:
    """Yield the place of the beginning of a secret that an ellipsis follows: a message may show a value cut."""
    ellipsis = _ELLIPSIS.search(text, at + CUT_SHOWN, at + CUT_MAX)
    if ellipsis:
        start = text[at : ellipsis.start()]
        if any(
            form.startswith(start)
            for length, forms in list(bucket.items())
            if length > len(start)
            for form in list(forms)
        ):
            yield at, ellipsis.start()


def _has_neighbour(text: str, start: int, end: int) -> bool:
    """Whether a letter or digit is right before *start* or at *end*, or a number goes on there after its point."""
    return bool(_BEFORE.search(text[max(0, start - 2) : start]) or _AFTER.match(text, end))


def _whole_run(text: str, start: int, end: int) -> Span:
    while start and text[start - 1] in _BASE64:
        start -= 1
    while end < len(text) and text[end] in _BASE64:
        end += 1
    return start, end


@lru_cache(maxsize=4096)
def _decoded(run: str) -> str:
    """Return the text that *run* is base64 of; "" where it is none, or where *run* is a word."""
    if run.islower() or run.isupper() or run.isdigit():
        return ""
    bare = run.rstrip("=").translate(str.maketrans("-_", "+/"))
    try:
        text = base64.b64decode(bare + "=" * (-len(bare) % 4), validate=True).decode()
    except ValueError:
        return ""
    return text if text.isprintable() or "\n" in text else ""
