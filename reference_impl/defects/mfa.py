"""Planted defects: the second factor."""

from __future__ import annotations

import asyncio
import threading
from typing import Any

from reference_impl import defects
from reference_impl.defects import Defect, always

SHORT_BYTES = 14  # pyotp takes no fewer
WIDE_STEPS = 10


def _tokens_too(sound: Any) -> Any:
    from reference_impl import accounts, sessions  # noqa: PLC0415 - listing defects loads no server
    from reference_impl.operations import Answer  # noqa: PLC0415

    async def login_user(service: Any, request: Any) -> Any:
        answer = await sound(service, request)
        if "mfaRequired" not in answer.body:
            return answer
        now = service.clock.now()
        user = await service.store.read(accounts.by_email, request.body["email"])
        grant = await service.store.write(sessions.open_session, service.settings, user["user_id"], now)
        return Answer(200, {**answer.body, **await sessions.signed_in(service, user, grant, now)})

    return login_user


def _access_token_as_challenge(sound: Any) -> Any:
    from reference_impl import accounts, opaque, sessions  # noqa: PLC0415
    from reference_impl.operations import Answer  # noqa: PLC0415

    def rename(tx: Any, old: str, new: str) -> None:
        digests = opaque.digest(new), opaque.digest(old)
        tx.execute("UPDATE challenges SET token_hash = ? WHERE token_hash = ?", *digests)

    async def login_user(service: Any, request: Any) -> Any:
        answer = await sound(service, request)
        if "mfaRequired" not in answer.body:
            return answer
        now = service.clock.now()
        user = await service.store.read(accounts.by_email, request.body["email"])
        grant = await service.store.write(sessions.open_session, service.settings, user["user_id"], now)
        pair = await sessions.token_pair(service, grant, now)
        await service.store.write(rename, answer.body["sessionToken"], pair["accessToken"])
        return Answer(200, {**answer.body, "sessionToken": pair["accessToken"]})

    return login_user


def _check_first(sound: Any) -> Any:
    from reference_impl import problems  # noqa: PLC0415
    from reference_impl.mfa import enrolment, totp, verification  # noqa: PLC0415

    def was_spent(tx: Any, body: Any, now: float) -> bool:
        user = verification.user_of(tx, body, now)
        factor = enrolment.factor_of(tx, user["user_id"]) if user else None
        if factor is None or "code" not in body:
            return False
        return any(step <= factor["last_step"] for step in totp.matching_steps(factor["secret"], body["code"], now))

    async def verify_mfa(service: Any, request: Any) -> Any:
        spent = await service.store.read(was_spent, request.body, service.clock.now())
        await asyncio.sleep(defects.window_s)
        if spent:
            raise problems.invalid_credentials()
        return await sound(service, request)

    return verify_mfa


def _spend_anyway(_sound: Any) -> Any:
    def spend(tx: Any, user_id: str, step: int) -> bool:
        tx.execute("UPDATE second_factors SET last_step = ? WHERE user_id = ?", step, user_id)
        return True

    return spend


def _wide(_sound: Any) -> Any:
    import pyotp  # noqa: PLC0415

    def matching_steps(secret: str, code: str, now: float) -> list[int]:
        present = int(now // 30)
        steps = range(present - WIDE_STEPS, present + WIDE_STEPS + 1)
        return [step for step in steps if pyotp.TOTP(secret).generate_otp(step) == code]

    return matching_steps


_answering = threading.local()
"""The challenge that this thread answers: code that counts for each challenge."""


def _noting_the_challenge(sound: Any) -> Any:
    def complete(tx: Any, service: Any, body: Any) -> Any:
        _answering.challenge = body["sessionToken"]
        try:
            return sound(tx, service, body)
        finally:
            _answering.challenge = None

    return complete


def _for_each_challenge(sound: Any) -> Any:
    def reserve(tx: Any, limit: Any, identifier: str, *more: Any) -> Any:
        challenge = getattr(_answering, "challenge", None)
        return sound(tx, limit, challenge or identifier, *more)

    return reserve


def _never_expires(_sound: Any) -> Any:
    from reference_impl import opaque  # noqa: PLC0415

    def user_id_of(tx: Any, token: str, _now: float) -> Any:
        row = tx.row("SELECT user_id FROM challenges WHERE token_hash = ? AND spent_at IS NULL", opaque.digest(token))
        return row and row["user_id"]

    return user_id_of


def _anybodys_code(_sound: Any) -> Any:
    from reference_impl.mfa import backup_codes, totp  # noqa: PLC0415

    def right_code(tx: Any, user: Any, body: Any, now: float) -> bool:
        if "backupCode" in body:
            return backup_codes.accept(tx, user["user_id"], body["backupCode"])
        factors = tx.rows("SELECT user_id, secret, last_step FROM second_factors")
        return any(totp.accept(tx, factor, body["code"], now) for factor in factors)

    return right_code


def _short(_sound: Any) -> Any:
    import base64  # noqa: PLC0415
    import secrets  # noqa: PLC0415

    return lambda: base64.b32encode(secrets.token_bytes(SHORT_BYTES)).decode().rstrip("=")


def _on_at_once(sound: Any) -> Any:
    from reference_impl.mfa import enrolment, totp  # noqa: PLC0415

    def begin(tx: Any, user_id: str) -> Any:
        factor = enrolment.factor_of(tx, user_id)
        if factor is not None and factor["last_step"] == totp.NEVER:
            enrolment.switch(tx, user_id, on=False)  # not confirmed yet, so it can be begun anew
        made = sound(tx, user_id)
        if made is not None:
            enrolment.switch(tx, user_id, on=True)
        return made

    return begin


def _confirmed_though_on(sound: Any) -> Any:
    from reference_impl.mfa import enrolment  # noqa: PLC0415

    def confirm(tx: Any, service: Any, user: Any, code: str) -> bool:
        was_set_up = enrolment.factor_of(tx, user["user_id"]) is not None
        enrolment.switch(tx, user["user_id"], on=False)
        right: bool = sound(tx, service, user, code)
        enrolment.switch(tx, user["user_id"], on=was_set_up)
        return right

    return confirm


def _without_proof(_sound: Any) -> Any:
    from reference_impl.mfa import enrolment  # noqa: PLC0415
    from reference_impl.operations import Answer  # noqa: PLC0415

    async def disable_mfa(service: Any, request: Any) -> Any:
        await service.store.write(enrolment.end, request.user["user_id"])
        return Answer(204)

    return disable_mfa


_secrets: dict[str, list[str]] = {}
"""Every secret that a user ever set up."""


def _keeping_secrets(sound: Any) -> Any:
    def begin(tx: Any, user_id: str) -> Any:
        made = sound(tx, user_id)
        if made is not None:
            _secrets.setdefault(user_id, []).append(made.secret)
        return made

    return begin


def _any_secret(sound: Any) -> Any:
    def accept(tx: Any, factor: Any, code: str, now: float) -> bool:
        secrets = [factor["secret"], *_secrets.get(factor["user_id"], [])]
        return any(sound(tx, {**factor, "secret": secret}, code, now) for secret in secrets)

    return accept


DEFECTS = (
    Defect(
        "MFA-01",
        "tokens are handed out beside the challenge",
        red=("MFA-01",),
        seams={"login:login_user": _tokens_too},
    ),
    Defect(
        "MFA-02",
        "the challenge is an ordinary access token",
        red=("MFA-02", "TOK-16"),
        seams={"login:login_user": _access_token_as_challenge},
    ),
    Defect(
        "MFA-03",
        "any six digits are accepted",
        red=("MFA-03", "MFA-04", "MFA-05", "MFA-06", "MFA-07", "MFA-09", "MFA-11", "MFA-13"),
        seams={"mfa.totp:accept": always(True)},
    ),
    Defect(
        "MFA-04",
        "the last accepted time step is not recorded",
        red=("MFA-04", "MFA-05"),
        seams={"mfa.totp:spend": always(True)},
    ),
    Defect(
        "MFA-05",
        "whether a code was used is looked at first and recorded later",
        red=("MFA-05",),
        seams={"mfa.verification:verify_mfa": _check_first, "mfa.totp:spend": _spend_anyway},
    ),
    Defect(
        "MFA-06",
        "codes of ten time steps either way are accepted",
        red=("MFA-06",),
        seams={"mfa.totp:matching_steps": _wide},
    ),
    Defect(
        "MFA-07",
        "wrong codes are counted for each challenge",
        red=("MFA-07", "MFA-14"),
        seams={"mfa.verification:complete": _noting_the_challenge, "throttle:reserve": _for_each_challenge},
    ),
    Defect(
        "MFA-08",
        "challenges never expire",
        red=("MFA-08",),
        seams={"challenges:user_id_of": _never_expires},
    ),
    Defect(
        "MFA-09",
        "a right code of any account completes any challenge",
        red=("MFA-09",),
        seams={"mfa.verification:right_code": _anybodys_code},
    ),
    Defect(
        "MFA-10",
        "secrets have 112 bits",
        red=("MFA-10",),
        seams={"mfa.totp:new_secret": _short},
    ),
    Defect(
        "MFA-11",
        "the second factor is on as soon as it is set up",
        red=("MFA-11",),
        seams={"mfa.enrolment:begin": _on_at_once, "mfa.enrolment:confirm": _confirmed_though_on},
    ),
    Defect(
        "MFA-12",
        "turning the second factor off takes the access token alone",
        red=("MFA-12",),
        seams={"mfa.enrolment:disable_mfa": _without_proof},
    ),
    Defect(
        "MFA-13",
        "codes of every secret that the user ever had are accepted",
        red=("MFA-13",),
        seams={"mfa.enrolment:begin": _keeping_secrets, "mfa.totp:accept": _any_secret},
    ),
)
