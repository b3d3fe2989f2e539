"""Completing a login with a code or a backup code."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from reference_impl import accounts, challenges, problems, sessions, throttle
from reference_impl.mfa import backup_codes, enrolment, totp
from reference_impl.operations import Answer, Request, operation
from reference_impl.service import Service
from reference_impl.store import Row, Transaction


@operation("verifyMfa")
async def verify_mfa(service: Service, request: Request) -> Answer:
    """Exchange a challenge and a code for a session."""
    await service.keys.all()  # now, so that nothing is spent where tokens could not be signed
    completed = await service.store.write(complete, service, request.body)
    if completed is None:
        raise problems.invalid_credentials()
    user, grant = completed
    return Answer(200, await sessions.signed_in(service, user, grant, service.clock.now()))


def complete(tx: Transaction, service: Service, body: Mapping[str, Any]) -> tuple[Row, sessions.Grant] | None:
    """
    Open a session where challenge and code are right; one transaction, so that a failing store spends nothing.

    None where either is wrong; which of them is not told. A guess is counted before the code is looked at, for the
    account and over all its challenges.

    Raises:
        Problem: 429, for right and wrong codes alike.
    """
    now, settings = service.clock.now(), service.settings
    user = user_of(tx, body, now)
    if user is None:
        return None
    slot = throttle.reserve(tx, throttle.code_limit(settings), user["identifier"], now)
    if not enrolment.lock(tx, user["user_id"], enabled=True) or not right_code(tx, user, body, now):
        throttle.fail(tx, slot, now)
        return None
    throttle.clear(tx, slot, now)
    if not challenges.complete(tx, body["sessionToken"], now):
        return None
    return user, sessions.open_session(tx, settings, user["user_id"], now)


def user_of(tx: Transaction, body: Mapping[str, Any], now: float) -> Row | None:
    """Return the user who passed the password step of the challenge; nothing else in *body* says who it is."""
    user_id = challenges.user_id_of(tx, body["sessionToken"], now)
    user = accounts.by_id(tx, user_id) if user_id else None
    return None if user is None or user["disabled"] else user


def right_code(tx: Transaction, user: Row, body: Mapping[str, Any], now: float) -> bool:
    """Return whether *body* holds a live code or backup code of *user*, and spend it."""
    if "backupCode" in body:
        return backup_codes.accept(tx, user["user_id"], body["backupCode"])
    factor = enrolment.factor_of(tx, user["user_id"])
    return factor is not None and totp.accept(tx, factor, body["code"], now)
