"""Set-Cookie fields, read as a browser reads them, and the cookies that an identity keeps."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from contract.answers import Answer
from contract.secret import Secret

ON_ANY_CLOCK_PAST = datetime(2000, 1, 1, tzinfo=UTC)  # the present of an answer that does not say its own


@dataclass(frozen=True, slots=True)
class SetCookie:
    """One Set-Cookie field: `value` as sent, quotes included; `attributes` by their names in lower case."""

    name: str
    value: str
    attributes: Mapping[str, str]


def set_cookies(answer: Answer) -> tuple[SetCookie, ...]:
    """
    Return every cookie that *answer* sets or deletes, in order; what has no name is left out.

    Source: RFC 6265 section 5.2.
    """
    read = (_parse(field) for field in answer.header_list("set-cookie"))
    return tuple(cookie for cookie in read if cookie.name)


def live_cookies(answer: Answer) -> dict[str, str]:
    """Return name and value of the cookies that *answer* sets and does not delete; the last of a name counts."""
    return {name: value for name, value in _changes(answer).items() if value is not None}


def deleted_cookies(answer: Answer) -> frozenset[str]:
    """Return the names of the cookies that *answer* takes away."""
    return frozenset(name for name, value in _changes(answer).items() if value is None)


def kept(cookies: Mapping[str, Secret], answer: Answer) -> dict[str, Secret]:
    """
    Return what is left of *cookies* after *answer*: set ones added, deleted ones gone.

    Cookies are told apart by name alone: one identity talks to one API, so domain and path make no difference.
    """
    after = dict(cookies)
    for name, value in _changes(answer).items():
        if value is None:
            after.pop(name, None)
        else:
            after[name] = Secret(value)
    return after


def is_deletion(cookie: SetCookie, now: datetime) -> bool:
    """
    Whether *cookie* removes what it names: Max-Age of zero or less, else Expires in the past, else no value at all.

    A browser would keep an empty cookie, but it no longer says anything.
    """
    max_age = cookie.attributes.get("max-age", "")
    if max_age.removeprefix("-").isdecimal():
        return max_age.startswith("-") or not max_age.strip("0")
    expires = _date(cookie.attributes.get("expires", ""))
    if expires is not None and expires <= now:
        return True
    return cookie.value.strip('"') == ""


def _changes(answer: Answer) -> dict[str, str | None]:
    """Return what *answer* makes of each cookie it names: its new value, or None where it deletes it."""
    now = _date(answer.header("date") or "") or ON_ANY_CLOCK_PAST
    return {cookie.name: None if is_deletion(cookie, now) else cookie.value for cookie in set_cookies(answer)}


def _parse(field: str) -> SetCookie:
    pair, *rest = field.split(";")
    name, equals, value = pair.partition("=")
    attributes = {}
    for attribute in rest:
        key, _, said = attribute.partition("=")
        attributes[key.strip().lower()] = said.strip()
    return SetCookie(name.strip() if equals else "", value.strip(), attributes)


def _date(text: str) -> datetime | None:
    """Read the date formats that servers send; None where it is none."""
    try:
        when = parsedate_to_datetime(text)
    except ValueError:
        return None
    return when if when.tzinfo else when.replace(tzinfo=UTC)
