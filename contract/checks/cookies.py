"""How cookies are guarded."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from urllib.parse import urlsplit

from contract.answers import Answer
from contract.checks.dates import parse_date
from contract.checks.violation import shown, violation


@dataclass(frozen=True, slots=True)
class SetCookie:
    """One cookie as set; names of attributes are in lower case. The value stays out of the repr."""

    name: str
    empty: bool
    attributes: dict[str, str]

    @property
    def deletes(self) -> bool:
        """Whether the cookie takes itself away and so carries nothing."""
        age = self.attributes.get("max-age", "")
        expires = parse_date(self.attributes.get("expires", "").replace("-", " "))
        return self.empty or age.startswith("-") or age == "0" or bool(expires and expires.year <= 1970)


def parse_set_cookie(value: str) -> SetCookie:
    """Return what *value* sets, as a browser reads it. Source: RFC 6265 section 5.2."""
    pair, *parts = value.split(";")
    name, equals, content = pair.partition("=")
    attributes = {}
    for part in parts:
        key, _, argument = part.partition("=")
        attributes[key.strip(" \t").lower()] = argument.strip(" \t")
    # A pair without "=" is a value without a name.
    return SetCookie(name.strip(" \t") if equals else "", not (content if equals else name).strip(' \t"'), attributes)


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
    faults = []
    for cookie in map(parse_set_cookie, answer.header_list("set-cookie")):
        if cookie.deletes or (names is not None and cookie.name not in names):
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
