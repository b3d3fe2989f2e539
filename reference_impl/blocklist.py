"""Passwords that are easily guessed."""

from __future__ import annotations


def why_common(password: str, *, email: str, service_name: str) -> str:
    """Return why *password* is easily guessed, "" where it is not known to be."""
    return ""
