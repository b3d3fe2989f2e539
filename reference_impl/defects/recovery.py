"""Planted defects: backup codes, the throttle of codes, and what is left of a second factor that was changed."""

from __future__ import annotations

from typing import Any

from reference_impl.defects import Defect, always


def _kept(_sound: Any) -> Any:
    from reference_impl.mfa import backup_codes  # noqa: PLC0415 - listing defects loads no server

    def accept(tx: Any, user_id: str, code: str) -> bool:
        digest = backup_codes.digest(code)
        sql = "SELECT user_id FROM backup_codes WHERE user_id = ? AND code_hash = ?"
        return tx.row(sql, user_id, digest) is not None

    return accept


def _anybodys(_sound: Any) -> Any:
    from reference_impl.mfa import backup_codes  # noqa: PLC0415

    def accept(tx: Any, _user_id: str, code: str) -> bool:
        changed: int = tx.execute("DELETE FROM backup_codes WHERE code_hash = ?", backup_codes.digest(code))
        return changed == 1

    return accept


def _uncounted(sound: Any) -> Any:
    from reference_impl import challenges, sessions  # noqa: PLC0415
    from reference_impl.mfa import verification  # noqa: PLC0415

    def complete(tx: Any, service: Any, body: Any) -> Any:
        if "backupCode" not in body:
            return sound(tx, service, body)
        now = service.clock.now()
        user = verification.user_of(tx, body, now)
        if user is None or not verification.right_code(tx, user, body, now):
            return None
        challenges.complete(tx, body["sessionToken"], now)
        return user, sessions.open_session(tx, service.settings, user["user_id"], now)

    return complete


def _cleared_by_the_password(sound: Any) -> Any:
    from reference_impl import throttle  # noqa: PLC0415

    def complete(tx: Any, service: Any, slot: Any, user: Any) -> Any:
        throttle.forget(tx, throttle.code_limit(service.settings), user["identifier"])
        return sound(tx, service, slot, user)

    return complete


def _replaced_at_once(sound: Any) -> Any:
    from reference_impl.mfa import enrolment  # noqa: PLC0415

    def begin(tx: Any, user_id: str) -> Any:
        was_on = enrolment.lock(tx, user_id, enabled=True)
        enrolment.switch(tx, user_id, on=False)
        made = sound(tx, user_id)
        enrolment.switch(tx, user_id, on=was_on)
        return made

    return begin


DEFECTS = (
    Defect(
        "MFA-07b",
        "the right password sets the count of wrong codes back",
        red=("MFA-07", "MFA-14"),
        seams={"login:complete": _cleared_by_the_password},
    ),
    Defect(
        "MFA-08b",
        "a challenge that completed a login is not spent",
        red=("MFA-08",),
        seams={"challenges:complete": always(True)},
    ),
    Defect(
        "MFA-12b",
        "a set-up replaces the secret in force at once",
        red=("MFA-12",),
        seams={"mfa.enrolment:begin": _replaced_at_once},
    ),
    Defect(
        "MFA-13b",
        "backup codes outlive the second factor that they came with",
        red=("MFA-13",),
        seams={"mfa.backup_codes:forget": always(None)},
    ),
    Defect(
        "MFA-14",
        "a used backup code is not removed",
        red=("MFA-14",),
        seams={"mfa.backup_codes:accept": _kept},
    ),
    Defect(
        "MFA-14b",
        "backup codes are looked up without their account",
        red=("MFA-14",),
        seams={"mfa.backup_codes:accept": _anybodys},
    ),
    Defect(
        "MFA-14c",
        "wrong backup codes are not counted",
        red=("MFA-14",),
        seams={"mfa.verification:complete": _uncounted},
    ),
)
