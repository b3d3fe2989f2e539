"""How planted defects of abuse protection show to somebody who sends a few direct requests."""

from __future__ import annotations

from suites.selftest.reference import PASSWORD, Reference, in_parallel

WRONG = "not the right password"
UNKNOWN = "nobody@example.com"


def failed(reference: Reference, times: int = 5) -> str:
    """Return the address of a fresh account after *times* failed logins."""
    email = reference.register()
    for _ in range(times):
        reference.login(email, WRONG)
    return email


def abuse_01(reference: Reference) -> bool:
    email = reference.register()
    return {reference.login(email, WRONG).status_code for _ in range(7)} == {401}


def abuse_02(reference: Reference) -> bool:
    return "retry-after" not in reference.login(failed(reference)).headers


def abuse_03(reference: Reference) -> bool:
    email = failed(reference)
    return (reference.login(email, WRONG).status_code, reference.login(email).status_code) == (429, 200)


def abuse_04(reference: Reference) -> bool:
    email = failed(reference)
    body = {"email": email, "password": PASSWORD}
    return reference.call("POST", "/auth/login", body, x_forwarded_for="192.0.2.7").status_code == 200


def abuse_04b(reference: Reference) -> bool:
    return reference.login(failed(reference).upper()).status_code == 200


def abuse_05(reference: Reference) -> bool:
    email = reference.register()
    statuses = in_parallel(lambda _: reference.login(email, WRONG).status_code, 40)
    return statuses.count(401) > 5 and reference.login(email).status_code == 429


def abuse_06(reference: Reference) -> bool:
    return int(reference.login(failed(reference)).headers["retry-after"]) > 900


def abuse_07(reference: Reference) -> bool:
    email = reference.register()
    for _ in range(20):
        for _ in range(5):
            assert reference.login(email, WRONG).status_code == 401
        reference.control("POST", "/clock", {"advanceSeconds": 901})
    return reference.login(email).status_code == 200


def abuse_08(reference: Reference) -> bool:
    return bool(reference.login(UNKNOWN).json().get("detail") == "user not found")


def abuse_10(reference: Reference) -> bool:
    return {reference.login("nobody-at-all@example.com", WRONG).status_code for _ in range(7)} == {401}


def abuse_11(reference: Reference) -> bool:
    email = reference.register()
    for _ in range(10):
        reference.call("POST", "/auth/password-reset", {"email": email})
    return len(reference.control("GET", "/outbox", recipient=email)["mails"]) == 10


def abuse_12(reference: Reference) -> bool:
    email = failed(reference)
    return bool(reference.login(email).headers.get("ratelimit") == '"login";r=5;t=900')
