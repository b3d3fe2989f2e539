"""One-time codes, reckoned as the script does: of any secret, also of one that no target should give out."""

from __future__ import annotations

import base64
import hmac
from collections.abc import Iterable

from contract.targets.model import Profile

STEPS_AROUND = 12  # time steps before and after the present one in which a code is looked for


def code_at(secret: str, step: int, profile: Profile) -> str:
    """
    Return the code of *secret*, base32 with or without padding, at a time step counted from the Unix epoch.

    Raises:
        ValueError: *secret* is not base32.

    Source: RFC 6238 section 4.2; RFC 4226 section 5.3.
    """
    bare = secret.rstrip("=")
    key = base64.b32decode(bare + "=" * (-len(bare) % 8))
    digest = hmac.digest(key, max(step, 0).to_bytes(8, "big"), profile.code_algorithm.lower())
    at = digest[-1] & 15
    number = int.from_bytes(digest[at : at + 4], "big") & 0x7FFFFFFF
    return str(number % 10**profile.code_digits).zfill(profile.code_digits)


def step_of(code: str, secrets: Iterable[str], at_s: float, profile: Profile) -> tuple[str, int] | None:
    """Return which of *secrets* gave *code*, and at which time step near *at_s*; None where none did."""
    now = int(at_s) // profile.code_step_s
    steps = sorted(range(now - STEPS_AROUND, now + STEPS_AROUND + 1), key=lambda step: abs(step - now))
    for secret in secrets:
        try:
            found = next((step for step in steps if code_at(secret, step, profile) == code), None)
        except ValueError:
            continue
        if found is not None:
            return secret, found
    return None
