"""Planted defects: abuse protection and enumeration."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from reference_impl.defects import Defect


def _unlimited_logins(sound: Any) -> Any:
    def reserve(tx: Any, limit: Any, identifier: str, now: float) -> Any:
        return sound(
            tx, replace(limit, failures=0, consecutive=0) if limit.scope == "login" else limit, identifier, now
        )

    return reserve


DEFECTS = (
    Defect(
        "ABUSE-01",
        "logins are not throttled",
        red=("ABUSE-01", "ABUSE-05", "ABUSE-07", "ABUSE-10"),
        seams={"throttle:reserve": _unlimited_logins},
    ),
)
