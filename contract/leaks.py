"""Which secrets stand in a long text, a log above all: raw, or as URLs, forms, JSON, Python and base64 write them."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from urllib.parse import quote, quote_plus

LEAST = 12  # characters of what is looked for anywhere; a code of six digits is anybody's number
CONNECTION = re.compile(r"\b[a-z][a-z0-9+.-]{1,20}://[^\s/:@\"']{1,80}:([^\s/@\"']{1,200})@")
NAMED = re.compile(
    r"(?i)\b(?:otp|totp|code|backup_?code|rescue|pin|passcode|password)[\"']?\s?[=:]\s?[\"']?([A-Za-z0-9-]{4,11})\b"
)


@dataclass(frozen=True, slots=True)
class Leak:
    """One secret in a text: its value, and where it stands."""

    secret: str
    at: int


def leaks(text: str, secrets: Iterable[str]) -> Iterator[Leak]:
    """
    Yield the first place of each of *secrets* in *text*.

    Short ones, such as codes, count only behind a name that says what they are.
    """
    every = frozenset(secrets)
    heads: dict[str, list[tuple[str, str]]] = {}
    for secret in every:
        for form in forms(secret) if len(secret) >= LEAST else ():
            heads.setdefault(form[:LEAST], []).append((form, secret))
    found: set[str] = set()
    for at in [at for at in range(len(text) - LEAST + 1) if text[at : at + LEAST] in heads]:
        for form, secret in heads[text[at : at + LEAST]]:
            if secret not in found and text.startswith(form, at):
                found.add(secret)
                yield Leak(secret, at)
    for match in NAMED.finditer(text):
        if match[1] in every and match[1] not in found and any(each.isdigit() for each in match[1]):
            found.add(match[1])
            yield Leak(match[1], match.start(1))


def connection_strings(text: str) -> Iterator[Leak]:
    """Yield the passwords of addresses such as postgresql://user:password@host in *text*; masked ones are none."""
    for match in CONNECTION.finditer(text):
        if any(each.isalnum() for each in match[1]):
            yield Leak(match[1], match.start(1))


def forms(secret: str) -> frozenset[str]:
    """Return how *secret*, of LEAST characters or more, may stand in a text."""
    data = secret.encode("utf-8", "replace")
    found = {
        secret,
        quote(data, safe=""),
        quote_plus(data),
        json.dumps(secret)[1:-1],
        json.dumps(secret, ensure_ascii=False)[1:-1],
        repr(secret)[1:-1],
    }
    for before in range(3):  # base64 of a longer text: without the characters that share bits with a neighbour
        coded = base64.b64encode(bytes(before) + data).decode().rstrip("=")
        core = coded[-(-before * 8 // 6) : (before + len(data)) * 8 // 6]
        found |= {core, core.translate(str.maketrans("+/", "-_"))}
    return frozenset(form for form in found if len(form) >= LEAST)
