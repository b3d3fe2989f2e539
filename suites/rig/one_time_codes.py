"""
Codes of the second factor, also from secrets that are shorter than they should be.

A library would refuse those; but that a target's secret is short is a finding about the target, and its other rows can
still be judged.
"""

from __future__ import annotations

import base64
import binascii
import hmac

from contract.errors import NotTestable
from contract.secret import Secret
from contract.targets.model import Profile


def code_at(secret: Secret, profile: Profile, at_s: float, *, steps: int = 0) -> str:
    """
    Return the code of *secret* for the step at *at_s* (Unix time), moved by *steps*, made as the profile says.

    Raises:
        NotTestable: the secret is not base32.

    Source: RFC 6238 section 4.2; RFC 4226 section 5.3.
    """
    text = "".join(secret.reveal().upper().split()).replace("-", "").rstrip("=")
    try:
        key = base64.b32decode(text + "=" * (-len(text) % 8))
    except binascii.Error:
        raise NotTestable("the secret of the second factor is not base32 (RFC 4648 section 6)") from None
    step = int(at_s) // profile.code_step_s + steps
    mac = hmac.digest(key, step.to_bytes(8, "big"), profile.code_algorithm.lower())
    offset = mac[-1] & 0x0F
    number = int.from_bytes(mac[offset : offset + 4], "big") & 0x7FFF_FFFF
    return f"{number % 10**profile.code_digits:0{profile.code_digits}}"
