"""
Whether a secret stands in a text after all: the proof of masking, which shares no code with it.

Masking undoes the escapes of a text; this spells the secret in every escape instead, once and twice over.
"""

from __future__ import annotations

import base64
import html
import json
import re
from collections.abc import Iterable
from urllib.parse import quote, quote_plus

_BASE64 = re.compile(r"[A-Za-z0-9+/_-]{8,}")


def contains_secret(text: str, secrets: Iterable[str]) -> bool:
    """
    Return whether one of *secrets* stands in *text*: raw, percent-encoded, as a field of a form, escaped as in JSON,
    Python or HTML, or in one of these within another or within base64, wherever the base64 began.
    """
    inside = [text, *(decoded for run in _BASE64.findall(text) for decoded in _decodings(run))]
    return any(spelling in each for secret in secrets for spelling in spellings(secret) for each in inside)


def spellings(secret: str) -> set[str]:
    """Return *secret* as it stands in other texts, base64 left out."""
    return {twice for once in _once(secret) for twice in _once(once)}


def _once(text: str) -> set[str]:
    data = text.encode("utf-8", "replace")
    percent = quote(data, safe="")
    escaped = json.dumps(text)[1:-1]
    units = [pair.hex() for pair in _pairs(text.encode("utf-16-be", "replace"))]
    return {
        text,
        percent,
        re.sub(r"%..", lambda found: found[0].lower(), percent),
        quote(data, safe="!'()*/:;,@&=$?#[]"),
        quote(data, safe="+!$'()*,;=:@"),
        quote_plus(data),
        "".join(f"%{byte:02x}" for byte in data),
        "".join(f"%{byte:02X}" for byte in data),
        json.dumps(text, ensure_ascii=False)[1:-1],
        escaped,
        escaped.replace("/", "\\/"),
        "".join(f"\\u{unit}" for unit in units),
        "".join(f"\\u{unit.upper()}" for unit in units),
        repr(text)[1:-1],
        ascii(text)[1:-1],
        repr(data)[2:-1],
        data.decode("latin-1"),
        html.escape(text),
        "".join(f"&#{ord(each)};" for each in text),
    }


def _pairs(data: bytes) -> Iterable[bytes]:
    return (data[at : at + 2] for at in range(0, len(data), 2))


def _decodings(run: str) -> Iterable[str]:
    """Yield what *run* may be base64 of, for each place where the base64 may have begun."""
    plain = run.translate(str.maketrans("-_", "+/"))
    for offset in range(4):
        part = plain[offset:]
        part = part[: len(part) - 1] if len(part) % 4 == 1 else part
        data = base64.b64decode(part + "=" * (-len(part) % 4))
        yield data.decode("utf-8", "replace")
        yield data.decode("latin-1")
