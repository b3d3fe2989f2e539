"""Members that the server owns, by the names that servers give them."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

NAMES = (
    "role", "roles", "admin", "isAdmin", "is_admin", "superuser", "is_superuser", "isStaff", "is_staff", "scope",
    "permissions", "groups", "authorities", "emailVerified", "email_verified", "verified", "isActive", "is_active",
    "mfaEnabled", "mfa_enabled", "twoFactor", "disabled", "id", "userId", "user_id", "_id", "sub", "createdAt",
    "failedLogins", "attempts", "loginAttempts", "balance", "tenant", "tenantId",
)  # fmt: skip
VALUES = ("admin", ["admin"], True, 1, "true", {"admin": True}, 0, "00000000-0000-4000-8000-000000000000", None)
HOLDERS = ("user", "profile", "account", "data", "attributes")


def owned() -> SearchStrategy[dict[str, Any]]:
    """Return places of a body and what to put there: names that servers own, flat or one level down."""
    flat = st.sampled_from(NAMES).map(lambda name: f"/{name}")
    place = flat | st.tuples(st.sampled_from(HOLDERS), st.sampled_from(NAMES)).map(
        lambda drawn: f"/{drawn[0]}/{drawn[1]}"
    )
    return st.dictionaries(place, st.sampled_from(VALUES), min_size=1, max_size=5)
