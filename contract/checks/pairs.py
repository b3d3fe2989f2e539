"""Whether two answers can be told apart."""

from __future__ import annotations

import json
import re
from collections import Counter
from typing import Any

from contract.answers import Answer, header_values
from contract.checks.violation import shown, violation
from contract.errors import ContractViolation

SHOWN_MAX = 80  # characters of each of two values that differ

_REQUEST_ID = re.compile(r"(?i)(?:request|correlation|trace|transaction)-?id|trace-?parent|cf-ray")
# Fields whose values differ from answer to answer whatever was asked. ETag and Content-Length follow from the body,
# which is compared itself; the value of a cookie is random, its name and attributes are compared.
_VOLATILE = re.compile(
    r"(?i)date|age|expires|last-modified|etag|content-length|retry-after|keep-alive|server-timing|"
    r"x-(?:runtime|response-time|process-time)|(?:x-)?rate-?limit.*"
)
_COOKIE_VALUE = re.compile(r"=[^;]*")
_EXPIRES = re.compile(r"(?i)expires=[^;]*")
_COOKIE_VALUE = re.compile(r"=[^;]*")
_EXPIRES = re.compile(r"(?i)expires=[^;]*")
_UUID = r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}"
_TIME = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:?\d\d)?|\w{3}, \d\d \w{3} \d{4} \d\d:\d\d:\d\d GMT"
_VALUES = re.compile(rf"(?P<id>\b{_UUID}\b)|(?P<time>{_TIME})")
_MEMBERS = re.compile(
    r'(?i)("(?:\w*(?:request|trace|correlation)[_-]?id|\w*[cx]srf\w*|timestamp|time|date|\w*remaining\w*|retry[_-]?after)"\s*:\s*)'
    r'("(?:[^"\\]|\\.)*"|-?[0-9][0-9.eE+-]*)'
)


def alike(first: Answer, second: Answer, *, echoed: tuple[str, str] = ("", "")) -> tuple[Answer, Answer]:
    """
    Return both answers if nothing but dates, request identifiers, CSRF tokens and rate counters differs between them.

    Compared are the status, the names of the header fields and their order, their values, and the body byte by byte.
    The first difference is named.

    Args:
        echoed: What the two requests differ in and an answer may repeat, such as the two addresses of two logins.

    Source: OWASP ASVS 5.0, 6.3.8; CWE-204.
    """
    if not (first.status or second.status):
        raise violation(second, "nothing came back", expected="two answers to compare", actual=shown(second.fault))
    if first.status != second.status:
        raise _differ(second, "the status tells them apart", str(first.status), str(second.status))
    _alike_names([name.lower() for name, _ in first.headers], [name.lower() for name, _ in second.headers], second)
    for name in dict.fromkeys(name for name, _ in first.headers):
        one, other = _values(first, name, echoed[0]), _values(second, name, echoed[1])
        if one != other:
            one, other = _apart(one, other)
            label = shown(name)
            raise _differ(second, f"the value of {label} tells them apart", f"{label}: {one}", f"{label}: {other}")
    _alike_bodies(_body(first, echoed[0]), _body(second, echoed[1]), second)
    return first, second


def _differ(answer: Answer, fault: str, expected: str, actual: str) -> ContractViolation:
    return violation(answer, fault, expected=f"{expected}, as in the other answer", actual=actual)


def _alike_names(first: list[str], second: list[str], answer: Answer) -> None:
    lost, gained = Counter(first) - Counter(second), Counter(second) - Counter(first)
    if lost or gained:
        parts = [f"lacks {shown(name)}" for name in lost] + [f"has {shown(name)} besides" for name in gained]
        raise _differ(answer, "a header field tells them apart", "the same header fields", ", ".join(parts))
    for position, (one, other) in enumerate(zip(first, second, strict=True), 1):
        if one != other:
            raise _differ(
                answer,
                "the order of the header fields tells them apart",
                f"{shown(one)} as header field {position}",
                f"{shown(other)} as header field {position}",
            )


def _values(answer: Answer, name: str, echo: str) -> str:
    """Return the values of the field *name* as one list, without what may differ."""
    if _VOLATILE.fullmatch(name) or _REQUEST_ID.search(name):
        return ""
    values = header_values(answer.headers, name)
    if name.lower() == "set-cookie":
        values = [_EXPIRES.sub("expires=*", _COOKIE_VALUE.sub("=*", value, count=1)) for value in values]
    return ", ".join(_plain(value, [], echo) for value in values)


def _body(answer: Answer, echo: str) -> str:
    ids = [value for name, value in answer.headers if _REQUEST_ID.search(name) and value]
    return _plain(answer.body.decode("utf-8", "backslashreplace"), ids, echo)


def _plain(text: str, ids: list[str], echo: str) -> str:
    """Return *text* with everything that may differ replaced by a word for it."""
    for given in ids:
        text = text.replace(given, "<request id>")
    if echo:
        text = text.replace(echo, "<echo>").replace(json.dumps(echo)[1:-1], "<echo>")
    text = _MEMBERS.sub(r'\1"<varies>"', text)
    return _VALUES.sub(lambda found: f"<{found.lastgroup}>", text)


def _alike_bodies(first: str, second: str, answer: Answer) -> None:
    if first == second:
        return
    difference = _json_difference(first, second)
    if difference:
        pointer, one, other = difference
        where = f"the member {shown(pointer)}" if pointer else "the body"
        raise _differ(answer, f"{where} tells them apart", *_apart(one, other))
    fault = f"the body tells them apart from character {_parting(first, second)} on"
    raise _differ(answer, fault, *_apart(first, second))


def _json_difference(first: str, second: str) -> tuple[str, str, str] | None:
    """Return where two JSON texts first differ as values, and how; None if they are not JSON or equal as values."""
    try:
        one, other = json.loads(first), json.loads(second)
        return _value_difference("", one, other)
    except (ValueError, RecursionError):
        return None


def _value_difference(pointer: str, one: Any, other: Any) -> tuple[str, str, str] | None:
    if isinstance(one, dict) and isinstance(other, dict):
        for name in dict.fromkeys([*one, *other]):
            below = f"{pointer}/{name.replace('~', '~0').replace('/', '~1')}"
            if name not in other:
                return below, "present", "absent"
            if name not in one:
                return below, "absent", "present"
            if found := _value_difference(below, one[name], other[name]):
                return found
        return None
    if isinstance(one, list) and isinstance(other, list) and len(one) == len(other):
        pairs = enumerate(zip(one, other, strict=True))
        return next(filter(None, (_value_difference(f"{pointer}/{i}", *pair) for i, pair in pairs)), None)
    if one == other and type(one) is type(other):
        return None
    return pointer, json.dumps(one, ensure_ascii=False), json.dumps(other, ensure_ascii=False)


def _parting(one: str, other: str) -> int:
    """Return the place of the first character in which two texts differ."""
    pairs = enumerate(zip(one, other, strict=False))
    return next((i for i, (a, b) in pairs if a != b), min(len(one), len(other)))


def _apart(one: str, other: str) -> tuple[str, str]:
    """Return what of two texts to show: from their beginning, or from shortly before they part."""
    parting = _parting(one, other)
    begin = parting - 20 if parting > SHOWN_MAX - 20 else 0
    cut = [("…" if begin else "") + shown(text[begin:], SHOWN_MAX) or "nothing" for text in (one, other)]
    return cut[0], cut[1]
