"""Guessing what an HMAC token was signed with, offline: nothing of it reaches the target."""

from __future__ import annotations

import base64
import binascii
import hmac
import itertools
import re
import string
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path
from urllib.parse import urlsplit

from contract.targets.model import Target
from suites.rig.forge import decoded

WORDS = Path(__file__).with_name("signing_secrets.txt")
SHORT = 3  # characters: every text up to here is tried, 48 000 of small letters, digits and a dash
SHORT_ALPHABET = string.ascii_lowercase + string.digits + "-"
ENDINGS = ("", "secret", "secretkey", "key", "jwt", "jwtsecret", "token", "tokensecret", "123", "1234", "dev", "test")
BETWEEN = ("", "-", "_")
LEAST_OF_NAMES = 3  # characters


def hmac_bits(token: str) -> int | None:
    """Return the size of the HMAC that *token* is signed by: 256, 384 or 512; None where it is no such JWT."""
    parts = token.split(".")
    if len(parts) != 3:
        return None
    try:
        algorithm = decoded(parts[0]).get("alg")
    except ValueError:
        return None
    return {"HS256": 256, "HS384": 384, "HS512": 512}.get(str(algorithm))


def guessed(token: str, target: Target) -> str | None:
    """
    Return what kind of secret *token* is signed with by HMAC, None where it is none that can be guessed.

    Each word counts as it stands, and decoded where it is hexadecimal or base64, as some frameworks read their setting.
    """
    bits = hmac_bits(token)
    if bits is None:
        return None
    signed, _, signature = token.rpartition(".")
    try:
        wanted = base64.urlsafe_b64decode(signature + "=" * (-len(signature) % 4))
    except binascii.Error:
        return None
    for what, key in candidates(target):
        if hmac.compare_digest(hmac.digest(key, signed.encode(), f"sha{bits}"), wanted):
            return what
    return None


def candidates(target: Target) -> Iterator[tuple[str, bytes]]:
    """Yield every key that is tried, each with what it is; the likely ones first."""
    yield "an empty text", b""
    for what, word in (*known(), *(("a form of the service's name", form) for form in forms_of(names_of(target)))):
        yield from ((what, key) for key in readings(word))
    for length in range(1, SHORT + 1):
        for short in itertools.product(SHORT_ALPHABET, repeat=length):
            yield "a text of three characters or fewer", "".join(short).encode()


@cache
def known() -> tuple[tuple[str, str], ...]:
    """Return the listed words, each with what it is."""
    found, what = [], ""
    for line in WORDS.read_text("utf-8").splitlines():
        if line.startswith("["):
            what = line.strip("[]")
        elif line and not line.startswith("# "):
            found.append((what, line))
    return tuple(found)


def readings(word: str) -> Iterator[bytes]:
    """Yield the keys that a setting *word* may stand for."""
    yield word.encode()
    if re.fullmatch(r"(?:[0-9A-Fa-f]{2}){8,}", word):
        yield bytes.fromhex(word)
    if len(word) >= 16:
        padded = word.replace("-", "+").replace("_", "/") + "=" * (-len(word) % 4)
        try:
            yield base64.b64decode(padded, validate=True)
        except binascii.Error:
            return


def names_of(target: Target) -> list[str]:
    """Return what the service is called: in the target file, and by the labels of its host."""
    host = urlsplit(target.base_url).hostname or ""
    labels = [host, *([] if re.fullmatch(r"[\d.]+|.*:.*", host) else host.split("."))]
    return [name for name in dict.fromkeys((target.name, *labels)) if len(name) >= LEAST_OF_NAMES]


def forms_of(names: Iterable[str]) -> Iterator[str]:
    """Yield secrets that are made from a name: alone, with an ending, and in the usual letter cases."""
    for name in names:
        bare = re.sub(r"[^A-Za-z0-9]+", "", name)
        for stem in dict.fromkeys((name, bare, re.sub(r"[^A-Za-z0-9]+", "_", name))):
            for ending, between in itertools.product(ENDINGS, BETWEEN):
                joined = f"{stem}{between}{ending}" if ending else stem
                yield from dict.fromkeys(
                    (joined, joined.lower(), joined.upper(), stem.capitalize() + joined[len(stem) :])
                )
