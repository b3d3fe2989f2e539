"""How planted defects of registration and login show to somebody who sends a few direct requests."""

from __future__ import annotations

import uuid
from typing import Any

from suites.selftest.defect_signs_availability import broken_store
from suites.selftest.reference import PASSWORD, Reference, in_parallel

WRONG = "not the right password"
LONG = "twelve octets plus " * 5


def registered(reference: Reference, password: str = PASSWORD, **more: Any) -> int:
    """Return the status of a registration of a fresh address."""
    body = {"email": f"u-{uuid.uuid4().hex}@example.com", "password": password, **more}
    return reference.call("POST", "/auth/register", body).status_code


def reg_01(reference: Reference) -> bool:
    return registered(reference) == 200


def reg_02(reference: Reference) -> bool:
    body = {"email": reference.register(), "password": PASSWORD}
    return reference.call("POST", "/auth/register", body).status_code == 500


def reg_03(reference: Reference) -> bool:
    email = reference.register()
    return registered(reference, email=email.upper()) == 201 and reference.login(email.upper()).status_code == 200


def reg_04(reference: Reference) -> bool:
    def round_of_twenty() -> int:
        body = {"email": f"u-{uuid.uuid4().hex}@example.com", "password": PASSWORD}
        statuses = in_parallel(lambda _: reference.call("POST", "/auth/register", body).status_code, 20)
        return statuses.count(201)

    return max(round_of_twenty() for _ in range(5)) > 1


def reg_05(reference: Reference) -> bool:
    return registered(reference, "\U0001f600\U0001f603\U0001f604\U0001f601" * 2) == 201


def reg_06(reference: Reference) -> bool:
    return registered(reference, "k7" * 32) == 422


def reg_07(reference: Reference) -> bool:
    return registered(reference, "no digit in this one") == 422


def reg_08(reference: Reference) -> bool:
    return registered(reference, "passwordpassword") == 201


def reg_09(reference: Reference) -> bool:
    return registered(reference, LONG) == 500


def reg_10(reference: Reference) -> bool:
    email = f"u-{uuid.uuid4().hex}@example.com"
    return (
        registered(reference, email=email, role="admin") == 201 and reference.tokens(email)["user"]["role"] == "admin"
    )


def reg_11(reference: Reference) -> bool:
    body = {"email": f"u-{uuid.uuid4().hex}@example.com", "password": PASSWORD}
    with broken_store(reference, calls="writes", skip=2, at="commit"):
        first = reference.call("POST", "/auth/register", body).status_code
    return (first, reference.call("POST", "/auth/register", body).status_code) == (503, 409)


def login_01(reference: Reference) -> bool:
    return "tokenType" not in reference.tokens()


def login_02(reference: Reference) -> bool:
    return reference.login(reference.register(), WRONG).status_code == 500


def login_03(reference: Reference) -> bool:
    return reference.login(reference.register(password=LONG), LONG[:72] + "x").status_code == 200


def login_04(reference: Reference) -> bool:
    return reference.login(reference.register(), f" {PASSWORD} ").status_code == 200


def login_05(reference: Reference) -> bool:
    return reference.login(reference.register(password="\u00e9 " * 10), "e\u0301 " * 10).status_code == 401


def login_06(reference: Reference) -> bool:
    return reference.login("o'brien@example.com").status_code >= 500


def login_07(reference: Reference) -> bool:
    path = f"/auth/login?email={reference.register()}&password={PASSWORD.replace(' ', '+')}"
    return reference.raw("POST", path, b"").status_code == 200


def login_08(reference: Reference) -> bool:
    email = reference.register()
    return bool(reference.tokens(email)["refreshToken"] == reference.tokens(email)["refreshToken"])


def login_09(reference: Reference) -> bool:
    body, new = reference.tokens(), "another quite long phrase"
    reference.call("PATCH", "/users/me", {"password": new}, token=body["accessToken"])
    return reference.login(body["user"]["email"], new).status_code == 200
