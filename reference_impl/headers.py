"""Fields that every answer carries, whoever made it, and the cross-origin grants."""

from __future__ import annotations

from collections.abc import Mapping

BASELINE = {
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}
HSTS = "max-age=31536000; includeSubDomains"  # a year, the least that ASVS 5.0 3.4.1 allows
PREFLIGHT_AGE_S = 600
EXPOSED = "Location, Retry-After, WWW-Authenticate, X-Request-ID"


def media_type(status: int) -> str:
    """Return how the content of an answer is declared: problem details where it refuses, else plain JSON."""
    return "application/problem+json" if status >= 400 else "application/json"


def baseline(request_id: str, *, tls: bool) -> dict[str, str]:
    """Return what every answer carries; HSTS over TLS only (RFC 6797 section 7.2)."""
    fields = {**BASELINE, "X-Request-ID": request_id}
    return {**fields, "Strict-Transport-Security": HSTS} if tls else fields


def cross_origin(
    request: Mapping[str, str], allowed: tuple[str, ...], *, preflight: bool, methods: str
) -> dict[str, str]:
    """
    Return the CORS fields of an answer: a grant for an origin on the list *allowed*, nothing for any other.

    Credentials are never allowed: tokens travel in a header that the page itself must set.

    Source: Fetch Standard, "CORS protocol".
    """
    if not allowed:
        return {}
    fields = {"Vary": "Origin"}
    origin = request.get("origin")
    if origin is None or origin not in allowed:
        return fields
    fields["Access-Control-Allow-Origin"] = origin
    if preflight:
        fields["Access-Control-Allow-Methods"] = methods
        fields["Access-Control-Allow-Headers"] = "Authorization, Content-Type, X-Request-ID"
        fields["Access-Control-Max-Age"] = str(PREFLIGHT_AGE_S)
    else:
        fields["Access-Control-Expose-Headers"] = EXPOSED
    return fields
