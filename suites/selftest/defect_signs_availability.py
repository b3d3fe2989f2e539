"""How planted defects of availability show while the database fails on demand."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from suites.selftest.reference import Reference


@contextmanager
def broken_store(reference: Reference, **how: object) -> Iterator[None]:
    """The database fails for the length of the block."""
    reference.control("POST", "/store", {"fault": "unreachable", **how})
    try:
        yield
    finally:
        reference.control("POST", "/store", {"fault": None})


def avail_01(reference: Reference) -> bool:
    with broken_store(reference):
        return reference.call("GET", "/health/ready").status_code == 200


def avail_02(reference: Reference) -> bool:
    with broken_store(reference):
        return reference.login("nobody@example.com").status_code == 500


def avail_11(reference: Reference) -> bool:
    token = reference.tokens()["accessToken"]
    assert reference.me(token).status_code == 200
    reference.call("POST", "/auth/logout", token=token)
    with broken_store(reference):
        return reference.me(token).status_code == 200


def avail_13(reference: Reference) -> bool:
    token = reference.tokens()["refreshToken"]
    with broken_store(reference, calls="writes", skip=1, at="commit"):
        first = reference.refresh(token).status_code
    return (first, reference.refresh(token).status_code) == (503, 401)


def avail_17(reference: Reference) -> bool:
    with broken_store(reference):
        return bool(reference.login("nobody@example.com").json()["type"] == "about:blank")
