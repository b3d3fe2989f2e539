"""Forgotten passwords, for the self-tests of the reference: asking for mail, reading it, redeeming the token in it."""

from __future__ import annotations

from typing import Any

import httpx

from suites.selftest.reference import Reference

NEW = "a quite different phrase"


def ask(server: Reference, email: str, **headers: str) -> httpx.Response:
    """Ask for a mail."""
    return server.call("POST", "/auth/password-reset", {"email": email}, **headers)


def mails(server: Reference, email: str) -> list[dict[str, str]]:
    """Return the mails to *email* in the control port's outbox."""
    found: list[dict[str, str]] = server.control("GET", "/outbox", recipient=email)["mails"]
    return found


def token_for(server: Reference, email: str) -> str:
    """Ask for a mail and return the token in it."""
    assert ask(server, email).status_code == 202
    return mails(server, email)[-1]["token"]


def redeem(server: Reference, token: object, password: str = NEW, **more: str) -> httpx.Response:
    """Set a new password, with whatever outcome; *more* are further members of the body."""
    body = {"token": token, "newPassword": password, **more}
    return server.call("POST", "/auth/password-reset/confirm", body)


def seen(answer: httpx.Response) -> tuple[int, Any, dict[str, str]]:
    """Return what of *answer* an onlooker can compare."""
    body = {name: value for name, value in answer.json().items() if name != "requestId"}
    headers = {name: value for name, value in answer.headers.items() if name not in ("date", "x-request-id")}
    return answer.status_code, body, headers
