"""The grammar that header fields share: tokens, quoted strings, lists, parameters."""

from __future__ import annotations

import re
from collections.abc import Iterable

TOKEN = r"[!#$%&'*+\-.^_`|~0-9A-Za-z]+"
QUOTED = r'"(?:[\t \x21\x23-\x5b\x5d-\x7e\x80-\xff]|\\[\t \x21-\x7e\x80-\xff])*"'

_GAP = re.compile(r"[ \t,]*")
_END = re.compile(r"[ \t]*(?:,|\Z)")
_MEMBER = re.compile(rf"({TOKEN})(?:=({TOKEN}|{QUOTED}))?")
_MEDIA_TYPE = re.compile(rf"({TOKEN}/{TOKEN})((?:[ \t]*+;[ \t]*+(?:{TOKEN}=(?:{TOKEN}|{QUOTED}))?)*)[ \t]*\Z")
_PARAMETER = re.compile(rf";[ \t]*({TOKEN})=({TOKEN}|{QUOTED})")


class FieldSyntaxError(ValueError):
    """A header field does not follow its grammar; the message says where."""


def unquote(text: str) -> str:
    """Return the value of a token or quoted string. Source: RFC 9110 section 5.6.4."""
    return re.sub(r"\\(.)", r"\1", text[1:-1]) if text.startswith('"') else text


def quote(text: str) -> str:
    """Return *text* as a quoted string. Source: RFC 9110 section 5.6.4."""
    return '"' + re.sub(r'(["\\])', r"\\\1", text) + '"'


def parse_list(values: Iterable[str]) -> list[tuple[str, str | None]]:
    """
    Return the members of a list of tokens, each with an argument or None: Cache-Control, Allow, Vary.

    Names keep their letter case. Several fields are one list, and empty members are skipped.

    Raises:
        FieldSyntaxError: the value is no such list.

    Source: RFC 9110 sections 5.3 and 5.6.1; RFC 9111 section 5.2.
    """
    text, members = ", ".join(values), []
    position = gap(text, 0)
    while position < len(text):
        member = _MEMBER.match(text, position)
        if not member:
            raise FieldSyntaxError(f"no token at character {position}")
        argument = member[2]
        members.append((member[1], None if argument is None else unquote(argument)))
        position = end_of_member(text, member.end())
    return members


def parse_media_type(value: str) -> tuple[str, dict[str, str]]:
    """
    Return the media type in lower case and its parameters, names in lower case.

    Raises:
        FieldSyntaxError: *value* is no media type.

    Source: RFC 9110 section 8.3.1.
    """
    match = _MEDIA_TYPE.match(value.strip(" \t"))
    if not match:
        raise FieldSyntaxError("not of the form type/subtype; name=value")
    parameters = {name.lower(): unquote(text) for name, text in _PARAMETER.findall(match[2])}
    return match[1].lower(), parameters


def gap(text: str, position: int) -> int:
    """Return where the next member of a list starts: blanks and empty members are skipped."""
    found = _GAP.match(text, position)
    return found.end() if found else position


def end_of_member(text: str, position: int) -> int:
    """Return where the member after the one that ends at *position* starts; a comma or the end must follow."""
    if not _END.match(text, position):
        raise FieldSyntaxError(f"a comma is missing at character {position}")
    return gap(text, position)
