"""The words that a request says and an answer holds: what could be a secret, an address, or a value to pass on."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from contract.answers import Answer, Request
from contract.cookies import live_cookies

NO_WORDS = frozenset("accept accept-encoding content-length content-type host user-agent connection".split())
"""Headers of a request whose values are about the message, not about anybody."""

CARRIERS = re.compile(r"(?i)authorization|location|.*(token|csrf|xsrf|auth|session).*")
"""Headers of an answer that may hold a value to pass on."""

READ_BYTES = 1_000_000
_QUOTED = re.compile(r'"((?:[^"\\]|\\.)*)(?:"|\Z)', re.DOTALL)


@dataclass(frozen=True, slots=True)
class Word:
    """A text, and the name of the member, field, header, cookie or parameter that it stands at."""

    text: str
    name: str


@dataclass(frozen=True, slots=True)
class Held:
    """A text that an answer holds at `place`; `expression` is Python over `t`, for a part of what stands there."""

    text: str
    place: str
    expression: str = ""


def text_of_bytes(data: bytes) -> str:
    """Return *data* as text; bytes that are no UTF-8 become surrogates, which `bytes_of_text` undoes."""
    return data.decode("utf-8", "surrogateescape")


def bytes_of_text(text: str) -> bytes:
    """Return the bytes that `text_of_bytes` made *text* of; half a surrogate pair, out of JSON, like a character."""
    try:
        return text.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        halves = ("surrogateescape" if "\udc80" <= each <= "\udcff" else "surrogatepass" for each in text)
        return b"".join(each.encode("utf-8", how) for each, how in zip(text, halves, strict=True))


def header_text(value: str) -> str:
    """Return a header's value, which is decoded as latin-1, as text like that of bodies."""
    return text_of_bytes(value.encode("latin-1", "replace"))


def words_of(request: Request) -> Iterator[Word]:
    """Yield every word that *request* says, the escapes of its place undone."""
    parts = urlsplit(request.url)
    for segment in parts.path.split("/"):
        yield Word(unquote(segment), "path")
    for name, value in parse_qsl(parts.query, keep_blank_values=True):
        yield Word(value, name)
    for name, value in request.headers:
        yield from _header_words(name.lower(), header_text(value))
    yield from _body_words(request)
    if request.wire:
        yield Word(text_of_bytes(request.wire[:READ_BYTES]), "bytes")


def _header_words(name: str, value: str) -> Iterator[Word]:
    if name == "cookie":
        for pair in value.split(";"):
            cookie, _, text = pair.strip().partition("=")
            yield Word(text, cookie)
    elif name == "authorization":
        yield Word(value.partition(" ")[2] or value, "token")
    elif name not in NO_WORDS:
        yield Word(value, name)


def _body_words(request: Request) -> Iterator[Word]:
    text = text_of_bytes(request.body[:READ_BYTES])
    try:
        yield from (Word(leaf, name) for _, name, leaf in leaves(json.loads(text)))
    except (ValueError, RecursionError):
        if "form-urlencoded" in (request.header("content-type") or ""):
            yield from (Word(value, name) for name, value in parse_qsl(text, keep_blank_values=True))
        else:
            yield from _quoted_words(text)


def _quoted_words(text: str) -> Iterator[Word]:
    """Yield what stands in quotes in JSON that is broken, each under the name of the string before it."""
    name = ""
    for quoted in _QUOTED.finditer(text):
        try:
            word = json.loads(f'"{quoted[1]}"', strict=False)
        except ValueError:
            word = quoted[1]
        yield Word(word, name)
        name = word


def leaves(document: Any, pointer: str = "", name: str = "") -> Iterator[tuple[str, str, str]]:
    """Yield JSON Pointer, name of the nearest member, and value of every text and number in *document*."""
    if isinstance(document, dict):
        for key, value in document.items():
            yield from leaves(value, f"{pointer}/{key.replace('~', '~0').replace('/', '~1')}", key)
    elif isinstance(document, list):
        for number, value in enumerate(document):
            yield from leaves(value, f"{pointer}/{number}", name)
    elif isinstance(document, str):
        yield pointer, name, document
    elif isinstance(document, int | float) and not isinstance(document, bool):
        yield pointer, name, json.dumps(document)


def held_by(answer: Answer) -> Iterator[Held]:
    """Yield what *answer* holds that a later request could say."""
    if len(answer.body) <= READ_BYTES:
        for pointer, _, text in leaves(answer.json()):
            yield Held(text, pointer)
    for name, text in live_cookies(answer).items():
        yield Held(text, f"cookie:{name}")
        yield Held(unquote(text), f"cookie:{name}", "urllib.parse.unquote(t)")
    for name, value in answer.headers:
        if CARRIERS.fullmatch(name):
            yield Held(value, f"header:{name}")
            yield Held(value.rpartition(" ")[2], f"header:{name}", 't.rpartition(" ")[2]')
            yield Held(value.rstrip("/").rpartition("/")[2], f"header:{name}", 't.rstrip("/").rpartition("/")[2]')
