"""How planted defects of availability show in front of an identity service that fails on demand."""

from __future__ import annotations

from collections.abc import Callable

import httpx

from suites.rig.launch import free_port
from suites.selftest.identity_stub import Stub
from suites.selftest.reference import PASSWORD, Reference

WRONG = "not the right password"

Sign = Callable[[Reference, Stub], bool]

OPTIONS = {
    "AVAIL-09": ("--upstream-secret", ""),
    "AVAIL-14": ("--smtp", f"127.0.0.1:{free_port()}"),
}
"""What the server is started with beside the address of the identity service, where a defect needs more."""


def answers(reference: Reference, stub: Stub, mode: str, password: str = PASSWORD) -> int:
    """Return the status of a login of a fresh account while the identity service is in *mode*."""
    stub.mode("ok")
    email = reference.register()
    stub.mode(mode)
    return reference.login(email, password).status_code


def avail_03(reference: Reference, stub: Stub) -> bool:
    return answers(reference, stub, "reset") == 500


def avail_04(reference: Reference, stub: Stub) -> bool:
    body = {"email": reference.register(), "password": PASSWORD}
    stub.mode("silent")
    try:
        return reference.client.post("/api/v1/auth/login", json=body, timeout=2).status_code != 503
    except httpx.ReadTimeout:
        stub.stop()
        return True


def avail_05(reference: Reference, stub: Stub) -> bool:
    return answers(reference, stub, "missing-member") == 500


def avail_06(reference: Reference, stub: Stub) -> bool:
    return answers(reference, stub, "reject-401") == 503


def avail_07(reference: Reference, stub: Stub) -> bool:
    return answers(reference, stub, "reset", WRONG) == 503


def avail_08(reference: Reference, stub: Stub) -> bool:
    return answers(reference, stub, "refuse-service") == 401


def avail_09(reference: Reference, _stub: Stub) -> bool:
    body = {"email": "ada@example.com", "password": PASSWORD}
    ready, registered = reference.call("GET", "/health/ready"), reference.call("POST", "/auth/register", body)
    return (ready.status_code, registered.status_code) == (200, 500)


def avail_10(reference: Reference, stub: Stub) -> bool:
    email = reference.register()
    stub.mode("reset")
    return stub.url in reference.login(email).text


def avail_12(reference: Reference, stub: Stub) -> bool:
    email = reference.register()
    stub.mode("500")
    for _ in range(3):
        assert reference.login(email).status_code == 503
    stub.mode("ok")
    reference.control("POST", "/clock", {"advanceSeconds": 60})
    return reference.login(email).status_code == 503


def avail_14(reference: Reference, _stub: Stub) -> bool:
    asked = [reference.register(), "nobody@example.com"]
    statuses = [reference.call("POST", "/auth/password-reset", {"email": email}).status_code for email in asked]
    return statuses == [500, 202]


def avail_15(reference: Reference, stub: Stub) -> bool:
    return answers(reference, stub, "reset") == 503 and stub.calls == {"POST /verify": 3}


def avail_16(reference: Reference, stub: Stub) -> bool:
    email = reference.register()
    stub.mode("500")
    for _ in range(8):
        assert reference.login(email).status_code == 503
    return stub.calls == {"POST /verify": 8}


SIGNS: dict[str, Sign] = {
    name.upper().replace("_", "-"): sign for name, sign in list(globals().items()) if name.startswith("avail_")
}
"""A defect's id to what tells whether a running reference, in front of a running stub, has it."""
