"""Users with a second factor, for the self-tests of the reference: enrolling, codes for the server's time, logins."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import httpx
import pyotp

from suites.selftest.reference import PASSWORD, Reference

STEP_S = 30


@dataclass(frozen=True)
class Enrolled:
    """An account whose second factor is on."""

    email: str
    access_token: str
    secret: str
    backup_codes: tuple[str, ...]


def now(server: Reference) -> float:
    """Return the server's time."""
    return float(server.control("GET", "/clock")["now"])


def advance(server: Reference, seconds: float) -> None:
    """Move the server's time."""
    server.control("POST", "/clock", {"advanceSeconds": seconds})


def next_step(server: Reference) -> None:
    """Move the server's time to two seconds after the start of the next time step: no test outlasts what remains."""
    advance(server, STEP_S - now(server) % STEP_S + 2)


def code(server: Reference, secret: str, steps: int = 0) -> str:
    """Return the code of the server's present time step, or of one *steps* later."""
    return pyotp.TOTP(secret).generate_otp(int(now(server) // STEP_S) + steps)


def set_up(server: Reference, token: str) -> dict[str, Any]:
    """Return what a set-up hands out."""
    answer = server.call("POST", "/auth/mfa/setup", token=token)
    assert answer.status_code == 200, answer.text
    body: dict[str, Any] = answer.json()
    return body


def confirm(server: Reference, token: str, given: str) -> httpx.Response:
    """Confirm a set-up, with whatever outcome."""
    return server.call("POST", "/auth/mfa/setup/verify", {"code": given}, token=token)


def enrolled(server: Reference, email: str = "") -> Enrolled:
    """Return an account, a fresh one unless given, after set-up and confirmation, at the start of a time step."""
    email = email or server.register()
    token = server.tokens(email)["accessToken"]
    made = set_up(server, token)
    assert confirm(server, token, code(server, made["secret"])).status_code == 204
    next_step(server)
    return Enrolled(email, token, made["secret"], tuple(made["backupCodes"]))


def challenge(server: Reference, email: str, password: str = PASSWORD) -> str:
    """Log in as far as the challenge; return it."""
    answer = server.login(email, password)
    assert answer.status_code == 200, answer.text
    assert answer.json().get("mfaRequired") is True, answer.text
    return str(answer.json()["sessionToken"])


def verify(server: Reference, session_token: str, given: str) -> httpx.Response:
    """Answer a challenge with a code, with whatever outcome."""
    return server.call("POST", "/auth/mfa/verify", {"sessionToken": session_token, "code": given})


def verify_backup(server: Reference, session_token: str, given: str) -> httpx.Response:
    """Answer a challenge with a backup code, with whatever outcome."""
    return server.call("POST", "/auth/mfa/verify", {"sessionToken": session_token, "backupCode": given})
