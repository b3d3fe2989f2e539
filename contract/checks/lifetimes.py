"""Whether an issued token ends when the answer says, and soon enough."""

from __future__ import annotations

import base64
import json
import math
from typing import Any, TypeGuard

from contract.answers import Answer
from contract.checks.violation import shown, violation

ROUNDING_S = 1  # the answer and the token may each round their seconds


def expires_as_announced(answer: Answer, token: str, announced_s: Any, *, at_most_s: int) -> Answer:
    """
    Return *answer*, which issued *token*, if the lifetime it announces is true and at most *at_most_s*.

    *announced_s* is what it announces, in seconds, of whatever type. A JWT must have an expiry, and so far behind its
    time of issue if it names that. Other tokens tell nothing.

    Source: RFC 6749 section 5.1; RFC 6750 section 5.3; RFC 7519 section 4.1.4; RFC 9068 section 2.2.
    """
    if not _is_time(announced_s) or announced_s <= 0:
        raise violation(
            answer,
            "it announces no lifetime of its access token that makes sense",
            expected="a number above 0",
            actual=shown(repr(announced_s)),
        )
    if announced_s > at_most_s:
        raise violation(
            answer,
            "its access token lives for too long",
            expected=f"at most {at_most_s} s",
            actual=f"{announced_s} s",
        )
    claims = _claims(token)
    if claims is None:
        return answer
    expires, issued = claims.get("exp"), claims.get("iat")
    if not _is_time(expires):
        raise violation(
            answer,
            "its access token has no end",
            expected=f"exp, {announced_s} s after the time of issue",
            actual=f"an exp that is {type(expires).__name__}" if "exp" in claims else "no exp",
        )
    if _is_time(issued) and abs(expires - issued - announced_s) > ROUNDING_S:
        raise violation(
            answer,
            "its access token ends at another time than the answer says",
            expected=f"exp {announced_s} s after iat, as announced",
            actual=f"{expires - issued} s after iat",
        )
    return answer


def _is_time(value: Any) -> TypeGuard[float]:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def _claims(token: str) -> dict[str, Any] | None:
    """Return the claims of a signed JWT, None where *token* is none that can be read."""
    parts = token.split(".")
    if len(parts) != 3:
        return None
    try:
        claims = json.loads(base64.urlsafe_b64decode(parts[1] + "=" * (-len(parts[1]) % 4)))
    except ValueError:
        return None
    return claims if isinstance(claims, dict) else None
