"""Which origins are let in."""

from __future__ import annotations

from contract.answers import Answer
from contract.checks.fields import FieldSyntaxError, parse_list
from contract.checks.violation import shown, violation


def cors_grant(answer: Answer, origin: str, *, varies: bool = True) -> Answer:
    """
    Return *answer* if it grants access to *origin* and to no other.

    Args:
        origin: As the request's Origin said it, such as "https://app.example".

        varies: Whether other origins get another answer. Then `Vary: Origin` must keep a shared cache from mixing them.

    Source: Fetch Standard, `CORS protocol` and `CORS protocol and HTTP caches`.
    """
    granted = answer.header_list("access-control-allow-origin")
    if granted != [origin]:
        raise violation(
            answer,
            "the allowed origin is not let in",
            expected=f"Access-Control-Allow-Origin: {origin}",
            actual=_shown(granted),
        )
    if varies and not _varies_by_origin(answer):
        raise violation(
            answer,
            "a cache may give this grant to another origin",
            expected="Vary: Origin",
            actual=f"Vary: {shown(', '.join(answer.header_list('vary'))) or 'absent'}",
        )
    return answer


def no_cors_grant(answer: Answer) -> Answer:
    """
    Return *answer* if it grants nothing to the Origin of its own request: no echo, no wildcard, no `null`.

    A grant that names another origin is none for this one.

    Source: Fetch Standard, `CORS check`; CWE-942.
    """
    granted = answer.header_list("access-control-allow-origin")
    asked = answer.request.header("origin") or ""
    if any(value.strip(" \t") in ("*", "null", asked or "*") for value in granted):
        raise violation(
            answer,
            "a foreign origin is let in",
            expected=f"no Access-Control-Allow-Origin for {shown(asked) or 'a request without Origin'}",
            actual=_shown(granted),
        )
    return answer


def _varies_by_origin(answer: Answer) -> bool:
    try:
        return bool({"origin", "*"} & {name.lower() for name, _ in parse_list(answer.header_list("vary"))})
    except FieldSyntaxError:
        return False


def _shown(granted: list[str]) -> str:
    return f"Access-Control-Allow-Origin: {shown(', '.join(granted))}" if granted else "no Access-Control-Allow-Origin"
