"""What may be stored."""

from __future__ import annotations

from contract.answers import Answer
from contract.checks.fields import FieldSyntaxError, parse_list
from contract.checks.violation import shown, violation

_LIFETIMES = ("max-age", "s-maxage", "stale-while-revalidate", "stale-if-error")


def no_store(answer: Answer) -> Answer:
    """
    Return *answer* if it forbids storing: the directive itself, without an argument, whatever stands beside it.

    Source: RFC 9111 section 5.2.2.5; RFC 6749 section 5.1.
    """
    expected = "Cache-Control with the directive no-store"
    if ("no-store", None) not in _directives(answer, expected):
        raise violation(answer, "it may be stored", expected=expected, actual=_shown(answer))
    return answer


def not_cacheable(answer: Answer) -> Answer:
    """
    Return *answer* if it does not ask to be kept: no lifetime above zero, and not public.

    Weaker than `no_store`: a 429 and a 503 are not stored unless they ask for it (RFC 9111 section 3).

    Source: RFC 9111 sections 4.2.1 and 5.2.2; RFC 6585 section 4.
    """
    expected = "a Cache-Control without public and without a lifetime"
    directives = _directives(answer, expected)
    kept = any(name == "public" or (name in _LIFETIMES and argument != "0") for name, argument in directives)
    if kept and ("no-store", None) not in directives:
        raise violation(answer, "it asks to be kept", expected=expected, actual=_shown(answer))
    return answer


def _directives(answer: Answer, expected: str) -> list[tuple[str, str | None]]:
    try:
        directives = parse_list(answer.header_list("cache-control"))
    except FieldSyntaxError as fault:
        raise violation(
            answer, f"Cache-Control is no list of directives: {fault}", expected=expected, actual=_shown(answer)
        ) from None
    return [(name.lower(), argument) for name, argument in directives]


def _shown(answer: Answer) -> str:
    values = answer.header_list("cache-control")
    return f"Cache-Control: {shown(', '.join(values))}" if values else "no Cache-Control"
