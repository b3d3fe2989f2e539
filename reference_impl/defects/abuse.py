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


def _window_only(sound: Any) -> Any:
    return lambda settings: replace(sound(settings), consecutive=0)


def _never_too_many(_sound: Any) -> Any:
    def count(*_args: Any, **_more: Any) -> None:
        return

    return count


def _uncounted_mails(sound: Any) -> Any:
    def tally(tx: Any, scope: str, source: str, window_s: float, now: float) -> Any:
        return {"count": 0, "ends_at": now} if scope == "reset-mail" else sound(tx, scope, source, window_s, now)

    return tally


DEFECTS = (
    Defect(
        "ABUSE-01",
        "logins are not throttled",
        red=("ABUSE-01", "ABUSE-05", "ABUSE-07", "ABUSE-10"),
        seams={"throttle:reserve": _unlimited_logins},
    ),
    Defect(
        "ABUSE-07",
        "only the failures of the window are counted, never those in a row",
        red=("ABUSE-07",),
        seams={"throttle:login_limit": _window_only},
    ),
    Defect(
        "ABUSE-11",
        "reset requests are unlimited: one mail for each",
        red=("ABUSE-11",),
        seams={"throttle:count": _never_too_many, "throttle:tally": _uncounted_mails},
    ),
)
