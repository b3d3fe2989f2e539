"""Time-based one-time codes: secrets, and accepting a code once."""

from __future__ import annotations

import hmac

import pyotp

from reference_impl.store import Row, Transaction

SECRET_CHARACTERS = 32  # of base32: 160 bits, the length that RFC 4226 section 4 recommends
STEP_S = 30  # RFC 6238 section 5.2
WINDOW_STEPS = 1  # either way, for clocks and people that are slow; RFC 6238 section 5.2
NEVER = -1


def new_secret() -> str:
    """Return a fresh secret in base32 without padding."""
    return pyotp.random_base32(SECRET_CHARACTERS)


def provisioning_uri(secret: str, email: str, service_name: str) -> str:
    """Return the address that authenticator apps read."""
    return pyotp.TOTP(secret).provisioning_uri(name=email, issuer_name=service_name)


def accept(tx: Transaction, factor: Row, code: str, now: float) -> bool:
    """
    Return whether *code* is one of *factor* for now, and spend its time step.

    A step is accepted once for whatever purpose, and none before it afterwards. The conditional update decides: of any
    number of parallel uses one finds the step unspent.

    Source: RFC 6238 section 5.2.
    """
    return any(spend(tx, factor["user_id"], step) for step in matching_steps(factor["secret"], code, now))


def matching_steps(secret: str, code: str, now: float) -> list[int]:
    """Return the time steps around *now* whose code is *code*: hardly ever more than one."""
    totp = pyotp.TOTP(secret)
    present = int(now // STEP_S)
    steps = range(present - WINDOW_STEPS, present + WINDOW_STEPS + 1)
    return [step for step in steps if hmac.compare_digest(totp.generate_otp(step), code)]


def spend(tx: Transaction, user_id: str, step: int) -> bool:
    """Record *step* as the last one accepted, or tell that it or a later one was already."""
    changed = tx.execute(
        "UPDATE second_factors SET last_step = ? WHERE user_id = ? AND last_step < ?", step, user_id, step
    )
    return changed == 1
