"""When to come back."""

from __future__ import annotations

from contract.answers import Answer
from contract.checks.dates import parse_date
from contract.checks.violation import shown, violation

DATE_ROUNDING_S = 1  # dates have whole seconds


def retry_after(answer: Answer, *, at_most_s: int, at_least_s: int = 0) -> Answer:
    """
    Return *answer* if its one Retry-After names a wait between *at_least_s* and *at_most_s* seconds.

    A number of seconds counts as it stands, a date from the Date of the same answer.

    Source: RFC 9110 section 10.2.3; RFC 6585 section 4.
    """
    values = answer.header_list("retry-after")
    expected = f"one Retry-After of {at_least_s} to {at_most_s} s, as a whole number or a date"
    actual = f"Retry-After: {shown(', '.join(values))}" if values else "no Retry-After"
    if len(values) != 1:
        raise violation(answer, "it does not say once when to come back", expected=expected, actual=actual)
    value = values[0].strip(" \t")
    if value.isascii() and value.isdigit():
        # More digits than a sane wait has would cost time to convert.
        wait_s = int(value) if len(value) <= 18 else at_most_s + 1
        rounding_s = 0
    else:
        until, now = parse_date(value), parse_date((answer.header("date") or "").strip(" \t"))
        if not until:
            raise violation(answer, "Retry-After is neither whole seconds nor a date", expected=expected, actual=actual)
        if not now:
            raise violation(
                answer,
                "Retry-After is a date, and there is no valid Date to count from",
                expected="a valid Date beside a Retry-After that is a date",
                actual=f"Date: {shown(answer.header('date') or 'absent')}",
            )
        wait_s = int((until - now).total_seconds())
        rounding_s = DATE_ROUNDING_S
        actual = f"{actual}, {wait_s} s after Date"
    if not at_least_s - rounding_s <= wait_s <= at_most_s + rounding_s:
        fault = "the wait is longer than it can be" if wait_s > at_most_s else "the wait is shorter than it can be"
        raise violation(answer, fault, expected=expected, actual=actual)
    return answer
