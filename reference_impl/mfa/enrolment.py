"""Turning the second factor on, in two steps, and off, with the password."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

import segno

from reference_impl import challenges, problems, proof, throttle
from reference_impl.mfa import backup_codes, totp
from reference_impl.operations import Answer, Request, operation
from reference_impl.service import Service
from reference_impl.store import Row, Transaction

QR_SCALE = 4


@dataclass(frozen=True, slots=True)
class Enrolment:
    """What set-up hands out, once."""

    secret: str
    codes: list[str]


@operation("setupMfa")
async def setup_mfa(service: Service, request: Request) -> Answer:
    """Make a secret and backup codes; logins do not ask for them before they are confirmed."""
    user = request.user
    made = await service.store.write(begin, user["user_id"])
    if made is None:
        raise already_on()
    uri = totp.provisioning_uri(made.secret, user["email"], service.settings.service_name)
    return Answer(
        200,
        {
            "secret": made.secret,
            "otpauthUri": uri,
            "qrCode": await asyncio.to_thread(qr_code, uri),
            "backupCodes": made.codes,
        },
    )


def begin(tx: Transaction, user_id: str) -> Enrolment | None:
    """Store a fresh secret and backup codes in place of unconfirmed ones; None where the second factor is on."""
    if not lock(tx, user_id, enabled=False):
        return None
    secret = totp.new_secret()
    tx.execute(
        "INSERT INTO second_factors (user_id, secret, last_step) VALUES (?, ?, ?) "
        "ON CONFLICT (user_id) DO UPDATE SET secret = excluded.secret, last_step = excluded.last_step",
        user_id,
        secret,
        totp.NEVER,
    )
    return Enrolment(secret, backup_codes.replace(tx, user_id))


@operation("verifyMfaSetup")
async def verify_mfa_setup(service: Service, request: Request) -> Answer:
    """Turn the second factor on, with a first code as the proof that the authenticator has the secret."""
    if not await service.store.write(confirm, service, request.user, request.body["code"]):
        raise problems.Problem(403, "proof-refused")
    return Answer(204)


def confirm(tx: Transaction, service: Service, user: Row, code: str) -> bool:
    """
    Turn the second factor on where *code* is right; a wrong one counts.

    Raises:
        Problem: 409 where it is on, or nothing was set up; 429.
    """
    now, user_id = service.clock.now(), user["user_id"]
    slot = throttle.reserve(tx, throttle.code_limit(service.settings), user["identifier"], now)
    if not lock(tx, user_id, enabled=False):
        raise already_on()
    factor = factor_of(tx, user_id)
    if factor is None:
        raise problems.Problem(409, "mfa-state", detail="No set-up waits to be confirmed.")
    if not totp.accept(tx, factor, code, now):
        throttle.fail(tx, slot, now)
        return False
    throttle.clear(tx, slot, now)
    switch(tx, user_id, on=True)
    return True


@operation("disableMfa")
async def disable_mfa(service: Service, request: Request) -> Answer:
    """Turn the second factor off, with the password as fresh proof."""
    if not request.user["mfa_enabled"]:
        raise already_off()
    await proof.prove_password(service, request, request.body["password"])
    if not await service.store.write(end, request.user["user_id"]):
        raise already_off()
    return Answer(204)


def end(tx: Transaction, user_id: str) -> bool:
    """Forget secret, backup codes and open challenges of *user_id*; False where the second factor is off."""
    if not lock(tx, user_id, enabled=True):
        return False
    switch(tx, user_id, on=False)
    tx.execute("DELETE FROM second_factors WHERE user_id = ?", user_id)
    backup_codes.forget(tx, user_id)
    challenges.close_all(tx, user_id)
    return True


def lock(tx: Transaction, user_id: str, *, enabled: bool) -> bool:
    """
    Hold the account until the transaction ends; return whether its second factor is on or off as *enabled* says.

    Without it a set-up beside a confirmation could put a secret in force that nobody has confirmed.
    """
    held = tx.execute(
        "UPDATE identities SET mfa_enabled = mfa_enabled WHERE user_id = ? AND mfa_enabled = ?", user_id, int(enabled)
    )
    return held == 1


def switch(tx: Transaction, user_id: str, *, on: bool) -> None:
    """Turn the second factor of *user_id* on or off."""
    tx.execute("UPDATE identities SET mfa_enabled = ? WHERE user_id = ?", int(on), user_id)


def factor_of(tx: Transaction, user_id: str) -> Row | None:
    """Return the second factor of *user_id*, confirmed or not; None where nothing was set up."""
    return tx.row("SELECT user_id, secret, last_step FROM second_factors WHERE user_id = ?", user_id)


def qr_code(uri: str) -> str:
    """Return *uri* as a QR code: a PNG in a data URI."""
    return str(segno.make(uri, error="l", micro=False).png_data_uri(scale=QR_SCALE))


def already_on() -> problems.Problem:
    """Return the 409 for a set-up where the second factor is on: replacing it takes turning it off first."""
    return problems.Problem(409, "mfa-state", detail="The second factor is already on.")


def already_off() -> problems.Problem:
    """Return the 409 for turning off what is off."""
    return problems.Problem(409, "mfa-state", detail="The second factor is not on.")
