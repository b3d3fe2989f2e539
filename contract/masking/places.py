"""Masking by place: what stands under a secret's name in JSON, in a form, in a query, in a cookie, in a header."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterator
from functools import lru_cache

from contract.masking.decoding import Span

SECRET_NAMES = frozenset(
    "password passwd pwd passphrase pass secret token apikey accesskey secretkey privatekey credential credentials "
    "authorization proxyauthorization cookie setcookie csrf xsrf jwt bearer code otp totp pin passcode onetimecode "
    "backupcode backupcodes recoverycode recoverycodes scratchcodes seed sessiontoken session sessionid sid qrcode "
    "nonce state refresh access magiclink signature assertion".split()
)
"""Names of members, fields, cookies and headers, in lower case without separators."""

_ENDINGS = (
    "password passwd passphrase secret token tokens apikey accesskey secretkey privatekey credential csrf xsrf otp "
    "totp passcode onetimecode backupcode backupcodes recoverycode recoverycodes sessionid sessionkey".split()
)
_WORDY = frozenset("code state pass pin session access refresh signature nonce credentials bearer".split())
"""Names that stand for other things too: a value that reads as words, a status or an error's number is left."""

_WORD = re.compile(r"[A-Za-z]+(?:[-_. ][A-Za-z]+)*|[1-5][0-9]{2}|E[0-9]{1,5}|[A-Z]{1,12}[-_][0-9]{1,5}")
_LITERALS = ("true", "false", "null", "None", "True", "False")

_NAME = r"\"(?:[^\"\\]|\\.){0,80}+\"|'(?:[^'\\]|\\.){0,80}+'"
_MEMBER = re.compile(rf"({_NAME})\s{{0,40}}:\s{{0,40}}", re.DOTALL)
_STRING = r"\"(?:[^\"\\]|\\.)*+\"?|'(?:[^'\\]|\\.)*+'?"  # one that is cut off ends with the text
_VALUE = re.compile(rf"{_STRING}|[^\s,\[\]{{}}\"']+", re.DOTALL)
_TOKEN = re.compile(rf"{_STRING}|[\[\]{{}}]|[^\s,:\[\]{{}}\"']+", re.DOTALL)
_COLON = re.compile(r"\s{0,40}:")
_FIELD = re.compile(r"(?<![^\s?&;#,({\"'])([A-Za-z][\w.\[\]-]{0,60}+)=([^\s&;#,\"'<>)}\]]+)")
_HEADER_LINE = re.compile(
    r"(?i)\b((?:proxy-)?authorization|set-cookie|cookie|x-[a-z-]{0,30}(?:token|key|secret|csrf)|api-?key)"
    r"(?:[\"']\s{0,10},\s{0,10}[\"']|[\"']?\s{0,10}[:=]\s{0,10}[\"']?)([^\r\n\"']+)"
)
_SCHEME_NAMES = "bearer|basic|digest|dpop|negotiate"
_SENTENCE = re.compile(rf"(?i)(?!(?:{_SCHEME_NAMES})\s)[A-Za-z]+(?:[-,.:; ]+[A-Za-z]+)*[,.; ]*")
_SCHEME = re.compile(r"(?i)\b(bearer|basic|dpop)\s+([A-Za-z0-9._~+/-]{6,}=*)")
_NAMED_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9-]{0,20}\s+(?=\S)")


@lru_cache(maxsize=4096)
def is_secret_name(name: str) -> bool:
    """Whether what stands under *name* is a secret, whatever its letter case and separators."""
    plain = re.sub(r"[^a-z0-9]", "", name.lower())
    return plain in SECRET_NAMES or plain.endswith(tuple(_ENDINGS))


def spans(text: str) -> Iterator[Span]:
    """Yield the places of values in *text* that stand where secrets do."""
    covered = 0
    for member in _MEMBER.finditer(text):
        name = member[1][1:-1]
        if member.start() >= covered and is_secret_name(name):
            values, covered = _member_values(text, member.end(), name)
            yield from values
    for field in _FIELD.finditer(text):
        if is_secret_name(field[1]) and not _harmless(field[1], field[2]):
            yield field.span(2)
    for line in _HEADER_LINE.finditer(text):
        start, end = line.span(2)
        if not _SENTENCE.fullmatch(line[2]):
            yield from ((start + a, start + b) for a, b in header_spans(line[1], text[start:end]))
    for scheme in _SCHEME.finditer(text):
        if _is_credential(scheme[1].lower(), scheme[2]):
            yield scheme.span(2)


def header_spans(name: str, value: str) -> Iterator[Span]:
    """Yield the places of secrets in the *value* of a header, by the header's *name*."""
    plain = name.lower()
    if plain == "set-cookie":
        pair = value.partition(";")[0]
        yield pair.find("=") + 1, len(pair)
    elif plain == "cookie":
        at = 0
        for pair in value.split(";"):
            yield at + pair.find("=") + 1, at + len(pair)
            at += len(pair) + 1
    elif plain in ("authorization", "proxy-authorization"):
        scheme = _NAMED_SCHEME.match(value)
        yield scheme.end() if scheme else 0, len(value)
    elif is_secret_name(name):
        yield 0, len(value)


def _member_values(text: str, at: int, name: str) -> tuple[list[Span], int]:
    """
    Return the places of the strings and numbers that are the value of member *name*, and where the value ends.

    A list under one secret's name says what is wrong with it; a list of secrets has a name in the plural.
    """
    if text.startswith(("{", "["), at):
        return _values_within(text, at) if text[at] == "{" or name.lower().endswith("s") else ([], at)
    value = _VALUE.match(text, at)
    if not value or value[0] in _LITERALS:
        return [], at
    start, end = _content(value)
    return ([] if _harmless(name, text[start:end]) else [(start, end)]), value.end()


def _values_within(text: str, at: int) -> tuple[list[Span], int]:
    """Return the places of all values in the list or object that begins at *at*, and where it ends."""
    found: list[Span] = []
    depth = 0
    for token in _TOKEN.finditer(text, at):
        if token[0] in ("[", "{"):
            depth += 1
        elif token[0] in ("]", "}"):
            depth -= 1
            if not depth:
                return found, token.end()
        elif token[0] not in _LITERALS and not _COLON.match(text, token.end()):
            found.append(_content(token))
    return found, len(text)


def _content(token: re.Match[str]) -> Span:
    """Return the place of what is between the quotes of a string, and of any other token as it is."""
    if token[0][0] not in "\"'":
        return token.span()
    closed = len(token[0]) > 1 and token[0][-1] == token[0][0]
    return token.start() + 1, token.end() - closed


def _harmless(name: str, value: str) -> bool:
    return not value or (re.sub(r"[^a-z]", "", name.lower()) in _WORDY and bool(_WORD.fullmatch(value)))


def _is_credential(scheme: str, value: str) -> bool:
    """Whether *value* after a scheme's name is a credential, and not the next word of a sentence or a parameter."""
    if scheme != "basic":
        return any(c.isdigit() for c in value) and not value.endswith("=")
    try:
        return b":" in base64.b64decode(value, validate=True)
    except binascii.Error:
        return False
