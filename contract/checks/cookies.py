"""How cookies are guarded."""

from __future__ import annotations

from collections.abc import Collection
from urllib.parse import urlsplit

from contract.answers import Answer
from contract.checks.dates import parse_date
from contract.checks.violation import shown, violation
from contract.cookies import ON_ANY_CLOCK_PAST, is_deletion, set_cookies


def cookie_flags(answer: Answer, *, tls: bool | None = None, names: Collection[str] | None = None) -> Answer:
    """
    Return *answer* if its cookies are HttpOnly, SameSite (Lax or Strict) and, over TLS, Secure.

    Cookies that are taken away carry nothing and are not judged.

    Args:
        tls: Whether the target is reached over TLS; None to go by the URL.

        names: The cookies that carry session material; None for all of them.

    Source: OWASP ASVS 5.0, 3.3.1, 3.3.2 and 3.3.4; RFC 6265bis section 5.6.
    """
    over_tls = urlsplit(answer.request.url).scheme == "https" if tls is None else tls
    now = parse_date(answer.header("date") or "") or ON_ANY_CLOCK_PAST
    faults = []
    for cookie in set_cookies(answer):
        if is_deletion(cookie, now) or (names is not None and cookie.name not in names):
            continue
        missing = [] if "httponly" in cookie.attributes else ["HttpOnly"]
        if cookie.attributes.get("samesite", "").lower() not in ("lax", "strict"):
            missing.append("SameSite=Lax or Strict")
        if over_tls and "secure" not in cookie.attributes:
            missing.append("Secure")
        if missing:
            faults.append(f"cookie {shown(cookie.name)} lacks {', '.join(missing)}")
    if faults:
        wanted = "HttpOnly, SameSite=Lax or Strict" + (", Secure" if over_tls else "")
        raise violation(
            answer,
            "a session cookie is not guarded",
            expected=f"{wanted} on every session cookie",
            actual="; ".join(faults),
        )
    return answer
