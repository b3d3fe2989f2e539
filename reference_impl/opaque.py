"""Opaque secrets: refresh tokens, challenges, reset tokens. The store has only their hashes."""

from __future__ import annotations

import hashlib
import secrets

SIZE_BYTES = 32


def new() -> str:
    """Return a fresh secret of 256 bits in base64url."""
    return secrets.token_urlsafe(SIZE_BYTES)


def digest(secret: str) -> str:
    """
    Return what the store keeps of *secret*, which may be any text a caller sends.

    A plain hash does for 256 random bits: there is nothing to guess.
    """
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()
