"""What was changed in a token that the target's control port signed, against one of the target's own."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterable
from typing import Any

from suites.rig.forge import decoded

TIMES = frozenset("exp iat nbf auth_time".split())  # claims in seconds since the Unix epoch: RFC 7519 section 4.1


def told_by(token: str) -> tuple[dict[str, Any], Any] | None:
    """Return header and claims of a JWT, whatever JSON the claims are; None where *token* is none."""
    parts = token.split(".")
    if len(parts) != 3:
        return None
    try:
        return decoded(parts[0]), json.loads(base64.urlsafe_b64decode(parts[1] + "=" * (-len(parts[1]) % 4)))
    except ValueError:
        return None


def nearest(token: str, others: Iterable[str]) -> str | None:
    """Return the JWT of *others*, the latest if several are, that says most of what *token* says."""
    told = told_by(token)
    claims = told[1] if told and isinstance(told[1], dict) else {}
    best, most = None, -1
    for other in others:
        theirs = told_by(other)
        if theirs is not None and isinstance(theirs[1], dict):
            alike = sum(theirs[1].get(name) == value for name, value in claims.items())
            best, most = (other, alike) if alike >= most else (best, most)
    return best


def changes(token: str, own: str, key: str) -> dict[str, Any]:
    """
    Return how *token*, signed by the key of that name, differs from *own*.

    `header` and `claims` have what is other or new, `without` the names of claims that are left out, `later` the
    seconds by which times are moved. Claims that are no object stand in `claims` as they are.
    """
    (header, claims), (own_header, own_claims) = told_by(token) or ({}, {}), told_by(own) or ({}, {})
    found: dict[str, Any] = {"key": key, "header": _other(header, own_header)}
    if not isinstance(claims, dict):
        return {**found, "claims": claims}
    other = _other(claims, own_claims)
    moved = {name for name in TIMES & other.keys() if _is_number(other[name]) and _is_number(own_claims.get(name))}
    return {
        **found,
        "claims": {name: value for name, value in other.items() if name not in moved},
        "later": {name: other[name] - own_claims[name] for name in sorted(moved)},
        "without": sorted(own_claims.keys() - claims.keys()),
    }


def _other(theirs: dict[str, Any], own: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in theirs.items() if name not in own or own[name] != value}


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
