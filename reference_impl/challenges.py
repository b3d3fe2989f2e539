"""MFA challenges: what a login hands out in place of tokens while the second factor is due."""

from __future__ import annotations

from typing import Any

from reference_impl import opaque
from reference_impl.settings import Settings
from reference_impl.store import Transaction


def open_challenge(tx: Transaction, settings: Settings, user_id: str, now: float) -> dict[str, Any]:
    """Store a new challenge for *user_id*; return the body of the login's answer."""
    tx.execute("DELETE FROM challenges WHERE user_id = ? AND expires_at <= ?", user_id, now)
    token = opaque.new()
    tx.execute(
        "INSERT INTO challenges (token_hash, user_id, expires_at) VALUES (?, ?, ?)",
        opaque.digest(token),
        user_id,
        now + settings.challenge_lifetime_s,
    )
    return {"mfaRequired": True, "sessionToken": token, "expiresIn": settings.challenge_lifetime_s}


def user_id_of(tx: Transaction, token: str, now: float) -> str | None:
    """Return whose challenge *token* is; None where it is unknown, spent or expired."""
    row = tx.row(
        "SELECT user_id FROM challenges WHERE token_hash = ? AND spent_at IS NULL AND expires_at > ?",
        opaque.digest(token),
        now,
    )
    return None if row is None else str(row["user_id"])


def complete(tx: Transaction, token: str, now: float) -> bool:
    """Spend the challenge *token*; False where that was done meanwhile. The conditional update decides."""
    changed = tx.execute(
        "UPDATE challenges SET spent_at = ? WHERE token_hash = ? AND spent_at IS NULL", now, opaque.digest(token)
    )
    return changed == 1


def close_all(tx: Transaction, user_id: str) -> None:
    """Forget every challenge of *user_id*: what it was given for is no longer so."""
    tx.execute("DELETE FROM challenges WHERE user_id = ?", user_id)
