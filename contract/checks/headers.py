"""Fields that every answer should carry, and the methods a refusal lists."""

from __future__ import annotations

import re
from collections.abc import Collection
from urllib.parse import urlsplit

from contract.answers import Answer
from contract.checks.fields import QUOTED, TOKEN, FieldSyntaxError, parse_list, unquote
from contract.checks.violation import shown, violation

YEAR_S = 31_536_000  # OWASP ASVS 5.0, 3.4.1

# The policies of the Referrer Policy standard that keep path and query of a URL from other sites (ASVS 5.0, 3.4.5).
REFERRER_POLICIES = frozenset(
    "no-referrer same-origin origin strict-origin origin-when-cross-origin strict-origin-when-cross-origin".split()
)
_LEAKY_POLICIES = frozenset({"unsafe-url", "no-referrer-when-downgrade"})
_HSTS_DIRECTIVE = re.compile(rf"[ \t]*({TOKEN})(?:[ \t]*=[ \t]*({TOKEN}|{QUOTED}))?[ \t]*\Z")


def security_headers(answer: Answer) -> Answer:
    """
    Return *answer* if it forbids sniffing and framing and says what a referrer may tell. All that is missing is named.

    Source: OWASP ASVS 5.0, 3.4.4 to 3.4.6; Fetch Standard, `X-Content-Type-Options`; CSP Level 3, `frame-ancestors`;
    Referrer Policy, section 8.1.
    """
    missing = []
    if not _forbids_sniffing(answer.header_list("x-content-type-options")):
        missing.append("X-Content-Type-Options: nosniff")
    if not _forbids_framing(answer.header_list("content-security-policy")):
        missing.append("Content-Security-Policy with frame-ancestors, not for all")
    if not _guards_referrer(answer.header_list("referrer-policy")):
        missing.append("Referrer-Policy that keeps paths from other sites")
    if missing:
        names = ("X-Content-Type-Options", "Content-Security-Policy", "Referrer-Policy")
        raise violation(
            answer,
            "security headers are missing",
            expected="; ".join(missing),
            actual="; ".join(f"{name}: {shown(', '.join(answer.header_list(name))) or 'absent'}" for name in names),
        )
    return answer


def hsts(answer: Answer, *, at_least_s: int = YEAR_S) -> Answer:
    """
    Return *answer* if HTTPS carries a sound Strict-Transport-Security, or HTTP carries none.

    Sound: one field, no directive twice, max-age of at least *at_least_s*, includeSubDomains.

    Source: RFC 6797 sections 6.1, 7.1 and 7.2; OWASP ASVS 5.0, 3.4.1.
    """
    values = answer.header_list("strict-transport-security")
    actual = f"Strict-Transport-Security: {shown(', '.join(values))}" if values else "no Strict-Transport-Security"
    if urlsplit(answer.request.url).scheme != "https":
        if values:
            raise violation(
                answer,
                "a promise about TLS over plain HTTP",
                expected="no Strict-Transport-Security over plain HTTP",
                actual=actual,
            )
        return answer
    directives = _hsts_directives(values[0]) if len(values) == 1 else None
    max_age = (directives or {}).get("max-age", "")
    if (
        directives is None
        or "includesubdomains" not in directives
        or not (max_age.isascii() and max_age.isdigit())
        or int(max_age[:18]) < at_least_s
    ):
        raise violation(
            answer,
            "browsers are not told to keep to TLS",
            expected=f"one Strict-Transport-Security with max-age of at least {at_least_s} and includeSubDomains",
            actual=actual,
        )
    return answer


def allow(answer: Answer, documented: Collection[str], *, besides: Collection[str] = ()) -> Answer:
    """
    Return *answer* if its Allow lists the *documented* methods; HEAD, OPTIONS and *besides* may be there too.

    Source: RFC 9110 sections 10.2.1 and 15.5.6.
    """
    values = answer.header_list("allow")
    expected = f"Allow: {', '.join(sorted(documented))}"
    actual = f"Allow: {shown(', '.join(values))}" if values else "no Allow"
    if not values:
        raise violation(answer, "it does not say which methods there are", expected=expected, actual=actual)
    try:
        members = parse_list(values)
    except FieldSyntaxError as fault:
        raise violation(answer, f"Allow is no list of methods: {fault}", expected=expected, actual=actual) from None
    listed = {name for name, _ in members}
    missing, surplus = set(documented) - listed, listed - {*documented, *besides, "HEAD", "OPTIONS"}
    if answer.status == 405 and answer.request.method in listed:
        surplus.add(answer.request.method)
    if missing or surplus:
        faults = [f"lacks {', '.join(sorted(missing))}"] * bool(missing)
        faults += [f"lists {', '.join(sorted(surplus))}"] * bool(surplus)
        raise violation(answer, f"Allow {' and '.join(faults)}", expected=expected, actual=actual)
    return answer


def _forbids_sniffing(values: list[str]) -> bool:
    """Browsers look at the first member alone."""
    return ", ".join(values).split(",")[0].strip(" \t").lower() == "nosniff"


def _forbids_framing(values: list[str]) -> bool:
    """Every policy is in force, so one that limits framing is enough; an empty list of ancestors allows none."""
    for policy in ",".join(values).split(","):
        for directive in policy.split(";"):
            name, *sources = directive.split() or [""]
            if name.lower() == "frame-ancestors":
                if not {"*", "http:", "https:"} & set(sources):
                    return True
                break
    return False


def _guards_referrer(values: list[str]) -> bool:
    """The last policy that a browser knows is the one in force."""
    known = [word for word in (part.strip(" \t").lower() for part in ",".join(values).split(",")) if _is_policy(word)]
    return bool(known) and known[-1] in REFERRER_POLICIES


def _is_policy(word: str) -> bool:
    return word in REFERRER_POLICIES or word in _LEAKY_POLICIES


def _hsts_directives(value: str) -> dict[str, str] | None:
    directives: dict[str, str] = {}
    for part in value.split(";"):
        found = _HSTS_DIRECTIVE.match(part)
        if not found:
            if part.strip(" \t"):
                return None
            continue
        name = found[1].lower()
        if name in directives:
            return None
        directives[name] = unquote(found[2] or "")
    return directives
