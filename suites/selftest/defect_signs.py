"""How each planted defect shows to somebody who sends a few direct requests; no check of the suites is used."""

from __future__ import annotations

import uuid
from collections.abc import Callable

from suites.selftest import defect_signs_availability, defect_signs_mfa, defect_signs_reset
from suites.selftest.defect_signs_availability import broken_store
from suites.selftest.reference import PASSWORD, Reference, in_parallel
from suites.selftest.test_reference_sessions import forgeries, part, unpacked

WRONG = "not the right password"
LONG = "twelve octets plus " * 5

Sign = Callable[[Reference], bool]


def http_01(reference: Reference) -> bool:
    return "www-authenticate" not in reference.call("GET", "/users/me").headers


def http_07(reference: Reference) -> bool:
    return reference.raw("POST", "/auth/login", b'{"email": ').status_code == 500


def http_12(reference: Reference) -> bool:
    return reference.call("GET", "/nothing").headers["content-type"] == "text/html"


def http_13(reference: Reference) -> bool:
    answer = reference.call("POST", "/auth/login", {})
    return (answer.status_code, answer.json()["status"]) == (422, 400)


def http_14(reference: Reference) -> bool:
    return "Traceback" in reference.call("GET", "/nothing").text


def http_15(reference: Reference) -> bool:
    return "x-request-id" not in reference.call("GET", "/nothing").headers


def reg_01(reference: Reference) -> bool:
    body = {"email": f"u-{uuid.uuid4().hex}@example.com", "password": PASSWORD}
    return reference.call("POST", "/auth/register", body).status_code == 200


def reg_02(reference: Reference) -> bool:
    body = {"email": reference.register(), "password": PASSWORD}
    return reference.call("POST", "/auth/register", body).status_code == 500


def reg_04(reference: Reference) -> bool:
    def round_of_twenty() -> int:
        body = {"email": f"u-{uuid.uuid4().hex}@example.com", "password": PASSWORD}
        statuses = in_parallel(lambda _: reference.call("POST", "/auth/register", body).status_code, 20)
        return statuses.count(201)

    return max(round_of_twenty() for _ in range(5)) > 1


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


def tok_01(reference: Reference) -> bool:
    return reference.call("GET", "/users/me").status_code == 403


def tok_06(reference: Reference) -> bool:
    forged = forgeries(reference.tokens()["accessToken"])
    return {reference.me(forged[f"alg-{name}"]).status_code for name in ("none", "nOnE", "")} == {200}


def tok_07(reference: Reference) -> bool:
    token, admin = reference.tokens()["accessToken"], reference.admin()
    header, _, signature = token.split(".")
    as_admin = f"{header}.{part(unpacked(admin['accessToken'])[1])}.{signature}"
    return reference.call("GET", "/admin/users", token=as_admin).status_code == 200


def sess_01(reference: Reference) -> bool:
    token = reference.tokens()["refreshToken"]
    return bool(reference.refresh(token).json()["refreshToken"] == token)


def sess_02(reference: Reference) -> bool:
    token = reference.tokens()["refreshToken"]
    first, second = reference.refresh(token), reference.refresh(token)
    return (first.status_code, second.status_code) == (200, 200) and first.json() != second.json()


def sess_03(reference: Reference) -> bool:
    token = reference.tokens()["refreshToken"]
    successor = reference.refresh(token).json()["refreshToken"]
    return (reference.refresh(token).status_code, reference.refresh(successor).status_code) == (401, 200)


def sess_07(reference: Reference) -> bool:
    body = reference.tokens()
    ended = reference.call("POST", "/auth/logout", token=body["accessToken"])
    return (ended.status_code, reference.refresh(body["refreshToken"]).status_code) == (204, 200)


def authz_01(reference: Reference) -> bool:
    return reference.call("GET", "/admin/users", token=reference.tokens()["accessToken"]).status_code == 401


def abuse_01(reference: Reference) -> bool:
    email = reference.register()
    return {reference.login(email, WRONG).status_code for _ in range(7)} == {401}


def abuse_07(reference: Reference) -> bool:
    email = reference.register()
    for _ in range(20):
        for _ in range(5):
            assert reference.login(email, WRONG).status_code == 401
        reference.control("POST", "/clock", {"advanceSeconds": 901})
    return reference.login(email).status_code == 200


def abuse_11(reference: Reference) -> bool:
    email = reference.register()
    for _ in range(10):
        reference.call("POST", "/auth/password-reset", {"email": email})
    return len(reference.control("GET", "/outbox", recipient=email)["mails"]) == 10


def data_01(reference: Reference) -> bool:
    return "cache-control" not in reference.login(reference.register()).headers


def data_06(reference: Reference) -> bool:
    handled, refused = reference.call("GET", "/health/live"), reference.call("GET", "/nothing")
    return "referrer-policy" in handled.headers and "referrer-policy" not in refused.headers


SIGNS: dict[str, Sign] = {
    name.upper().replace("_", "-"): sign
    for module in (globals(), vars(defect_signs_availability), vars(defect_signs_mfa), vars(defect_signs_reset))
    for name, sign in list(module.items())
    if callable(sign) and name.rpartition("_")[2].isdigit()
}
"""A defect's id to what tells whether a running reference has it."""
