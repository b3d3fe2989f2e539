"""Problem details (RFC 9457): the one shape of every error that this server sends."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

TYPE_PREFIX = "urn:authproof:problem:"

TITLES = {
    "malformed-body": "The body is not well-formed JSON.",
    "malformed-request": "The request is not well-formed HTTP.",
    "authentication-required": "This operation needs an access token.",
    "invalid-token": "The token is not valid.",
    "invalid-credentials": "The credentials are not valid.",
    "recovery-required": "This account must be recovered by a password reset.",
    "forbidden": "This user may not do that.",
    "proof-refused": "The proof is not valid.",
    "not-found": "There is nothing here.",
    "method-not-allowed": "This path has no such method.",
    "email-taken": "There is an account for this address.",
    "mfa-state": "The second factor is not in the state that this operation needs.",
    "too-large": "The body is too large.",
    "header-too-large": "The header of the request is too large.",
    "unsupported-media-type": "The body must be application/json.",
    "validation-failed": "The request is not valid.",
    "invalid-reset-token": "The reset token is not valid.",
    "throttled": "Too many attempts.",
    "internal-error": "Something went wrong here.",
    "database-unavailable": "The service cannot reach its database.",
    "identity-service-unavailable": "The identity service cannot be reached.",
    "identity-service-timeout": "The identity service takes too long.",
    "identity-service-failing": "The identity service fails.",
    "identity-service-senseless-answer": "The identity service gives answers that make no sense.",
    "identity-service-refused-us": "The identity service does not accept this service.",
    "identity-service-not-configured": "The connection to the identity service is not configured.",
    "overloaded": "The service has too much to do.",
    "not-ready": "A dependency cannot be used.",
}
"""One title per kind of fault; a kind is the last part of the problem's `type`."""


class Problem(Exception):
    """
    An answer that refuses, raised from wherever the refusal is decided.

    `kind` is a key of `TITLES`; `members` are further members of the body (`errors`, `dependencies`).
    """

    def __init__(
        self,
        status: int,
        kind: str,
        *,
        detail: str = "",
        headers: Mapping[str, str] | None = None,
        members: Mapping[str, Any] | None = None,
    ) -> None:
        self.status = status
        self.kind = kind
        self.detail = detail
        self.headers = dict(headers or {})
        self.members = dict(members or {})
        super().__init__(kind)


def body(problem: Problem, request_id: str) -> dict[str, Any]:
    """Return the members of the answer to *problem*."""
    members: dict[str, Any] = {
        "type": TYPE_PREFIX + problem.kind,
        "title": TITLES[problem.kind],
        "status": problem.status,
        "requestId": request_id,
    }
    if problem.detail:
        members["detail"] = problem.detail
    return members | problem.members


def debug(problem: Problem) -> dict[str, str]:
    """Return the member that staging adds: which fault of a dependency lies behind *problem*, {} where none does."""
    behind = []
    fault = problem.__cause__
    while fault is not None:
        behind.append(f"{type(fault).__name__}: {fault}")
        fault = fault.__cause__
    return {"debug": ", from ".join(behind)} if behind else {}


def challenge(error: str = "") -> dict[str, str]:
    """
    Return the `WWW-Authenticate` field of a 401 or 403.

    *error* is "" where no token was presented, else "invalid_token" or "insufficient_scope".

    Source: RFC 9110 section 11.6.1; RFC 6750 section 3.
    """
    reason = f', error="{error}"' if error else ""
    return {"WWW-Authenticate": f'Bearer realm="authproof"{reason}'}


def authentication_required() -> Problem:
    """Return the 401 for a request without an access token."""
    return Problem(401, "authentication-required", headers=challenge())


def invalid_token() -> Problem:
    """Return the 401 for a token that is malformed, forged, expired, spent or revoked; which of these is not said."""
    return Problem(401, "invalid-token", headers=challenge("invalid_token"))


def invalid_credentials() -> Problem:
    """Return the 401 for a refused login, the same whatever was wrong."""
    return Problem(401, "invalid-credentials", headers=challenge())


def recovery_required() -> Problem:
    """Return the 401 for an identifier with too many failures in a row, the same for a right password."""
    return Problem(401, "recovery-required", detail="Reset the password.", headers=challenge())


def forbidden() -> Problem:
    """Return the 403 for a user without the right."""
    return Problem(403, "forbidden", headers=challenge("insufficient_scope"))


def invalid_member(pointer: str, code: str, detail: str) -> Problem:
    """Return the 422 that names one member by its JSON Pointer."""
    return invalid_members([{"pointer": pointer, "code": code, "detail": detail}])


def invalid_members(errors: list[dict[str, str]]) -> Problem:
    """Return the 422 for *errors*, each with `pointer`, `code`, `detail`; a detail never repeats what was sent."""
    count = f"{len(errors)} member{'s are' if len(errors) > 1 else ' is'} not valid."
    return Problem(422, "validation-failed", detail=count, members={"errors": errors})


def throttled(wait_s: int) -> Problem:
    """Return the 429 that ends in *wait_s* seconds."""
    return Problem(429, "throttled", headers={"Retry-After": str(wait_s)})


def unavailable(kind: str, retry_after_s: int) -> Problem:
    """Return the 503 of *kind*."""
    return Problem(503, kind, headers={"Retry-After": str(retry_after_s)})
