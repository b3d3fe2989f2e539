"""MFA challenges: what a login hands out in place of tokens while the second factor is due."""

from __future__ import annotations

from typing import Any

from reference_impl import opaque
from reference_impl.settings import Settings
from reference_impl.store import Transaction


def open_challenge(tx: Transaction, settings: Settings, user_id: str, now: float) -> dict[str, Any]:
    """Store a new challenge for *user_id*; return the body of the login's answer."""
    token = opaque.new()
    tx.execute(
        "INSERT INTO challenges (token_hash, user_id, expires_at) VALUES (?, ?, ?)",
        opaque.digest(token),
        user_id,
        now + settings.challenge_lifetime_s,
    )
    return {"mfaRequired": True, "sessionToken": token, "expiresIn": settings.challenge_lifetime_s}
