"""Dates in header fields."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

_DAYS = "Mon Tue Wed Thu Fri Sat Sun".split()
_LONG_DAYS = "Monday Tuesday Wednesday Thursday Friday Saturday Sunday".split()
_MONTHS = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split()
_TIME = r"(?P<h>[01][0-9]|2[0-3]):(?P<m>[0-5][0-9]):(?P<s>[0-5][0-9]|60)"
_DAY, _LONG_DAY, _MONTH = ("|".join(names) for names in (_DAYS, _LONG_DAYS, _MONTHS))
_FORMS = tuple(
    re.compile(form)
    for form in (
        rf"(?P<name>{_DAY}), (?P<day>\d\d) (?P<month>{_MONTH}) (?P<year>\d{{4}}) {_TIME} GMT",
        rf"(?P<name>{_LONG_DAY}), (?P<day>\d\d)-(?P<month>{_MONTH})-(?P<year>\d\d) {_TIME} GMT",
        rf"(?P<name>{_DAY}) (?P<month>{_MONTH}) (?P<day>\d\d| \d) {_TIME} (?P<year>\d{{4}})",
    )
)
CENTURY_TURN = 70  # a two-digit year from 70 on is of the last century, as POSIX reads it; a check has no clock


def parse_date(text: str) -> datetime | None:
    """
    Return the time that *text* names, in UTC, or None where it is no HTTP date or names another day of the week.

    Accepted: the fixed form, and the two obsolete ones that every recipient must understand.

    Source: RFC 9110 section 5.6.7.
    """
    found = next(filter(None, (form.fullmatch(text) for form in _FORMS)), None)
    if not found:
        return None
    year = int(found["year"])
    if len(found["year"]) == 2:
        year += 1900 if year >= CENTURY_TURN else 2000
    try:
        day = datetime(year, _MONTHS.index(found["month"]) + 1, int(found["day"]), tzinfo=UTC)
        when = day + timedelta(hours=int(found["h"]), minutes=int(found["m"]), seconds=int(found["s"]))
    except (ValueError, OverflowError):
        return None
    return when if found["name"][:3] == _DAYS[day.weekday()] else None
