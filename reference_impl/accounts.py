"""Accounts: what an identifier is, finding them, and registration."""

from __future__ import annotations

import unicodedata
import uuid
from collections.abc import Mapping
from typing import Any

from reference_impl import blocklist, problems, throttle
from reference_impl.clock import rfc3339
from reference_impl.operations import Answer, Request, operation
from reference_impl.passwords import normalised
from reference_impl.service import Service
from reference_impl.store import Conflict, Row, Transaction
from reference_impl.upstream import in_step

SHORTEST_PASSWORD = 15  # NIST SP 800-63B-4 section 3.1.1.2: where the password is the only factor

USER = (
    "SELECT i.user_id, i.email, i.identifier, i.password_hash, i.role, i.disabled, i.mfa_enabled, i.upstream_subject, "
    "i.created_at, p.display_name FROM identities i JOIN profiles p ON p.user_id = i.user_id "
)
"""The columns of a user's record; a WHERE clause or a further JOIN follows."""

IDENTITY = "user_id email identifier password_hash role disabled mfa_enabled upstream_subject created_at".split()


def identifier(email: str) -> str:
    """
    Return what makes two spellings of an address the same account: letter case and surrounding blanks do not count.

    Registered addresses are ASCII by the contract; folding compatibility forms too means that a throttle counts every
    spelling that could ever reach the account.
    """
    return unicodedata.normalize("NFKC", email).strip().casefold()


def by_email(tx: Transaction, email: str) -> Row | None:
    """Return the user with this address, in whatever spelling, or None."""
    name = identifier(email)
    if not name.isascii() or "\0" in name:
        return None
    return tx.row(USER + "WHERE i.identifier = ?", name)


def by_id(tx: Transaction, user_id: str) -> Row | None:
    """Return the user with this id, or None."""
    return tx.row(USER + "WHERE i.user_id = ?", user_id)


def public_record(user: Row) -> dict[str, Any]:
    """Return what the contract shows of *user*, and nothing else of it."""
    return {
        "id": user["user_id"],
        "email": user["email"],
        "displayName": user["display_name"],
        "role": user["role"],
        "disabled": bool(user["disabled"]),
        "mfaEnabled": bool(user["mfa_enabled"]),
        "createdAt": rfc3339(user["created_at"]),
    }


def length(password: str) -> int:
    """Return how many code points *password* has once composed (NIST SP 800-63B-4 section 3.1.1.2)."""
    return len(normalised(password))


def check_new_password(password: str, *, email: str, service_name: str, pointer: str) -> None:
    """
    Raise the 422 for *pointer* where *password* is too short once composed, or easily guessed.

    The longest and the plain shortest are the schema's business. There are no rules of composition.
    """
    if length(password) < SHORTEST_PASSWORD:
        raise problems.invalid_member(
            pointer, "too-short", f"shorter than {SHORTEST_PASSWORD} characters once composed"
        )
    reason = blocklist.why_common(normalised(password), email=email, service_name=service_name)
    if reason:
        raise problems.invalid_member(pointer, "common-password", reason)


@operation("registerUser")
async def register_user(service: Service, request: Request) -> Answer:
    """Create identity and profile in one transaction; the database decides whether the address is free."""
    settings, now = service.settings, service.clock.now()
    email, password = request.body["email"], request.body["password"]
    await service.store.write(
        throttle.count,
        "register",
        request.source,
        settings.source_register_limit,
        window_s=settings.source_window_s,
        now=now,
    )
    check_new_password(password, email=email, service_name=settings.service_name, pointer="/password")
    user = new_user(request.body, await service.hasher.hash(password), now)
    async with in_step.known_there(service, password) as subject:
        await insert(service, {**user, "upstream_subject": subject})
    return Answer(201, public_record(user), {"Location": f"/api/v1/users/{user['user_id']}"})


def new_user(members: Mapping[str, Any], password_hash: str, now: float) -> dict[str, Any]:
    """Return the record of a new account: of *members*, the body of the registration, only what a user may choose."""
    return {
        "user_id": str(uuid.uuid4()),
        "email": members["email"],
        "identifier": identifier(members["email"]),
        "password_hash": password_hash,
        "role": "user",
        "disabled": 0,
        "mfa_enabled": 0,
        "created_at": now,
        "display_name": members.get("displayName"),
    }


async def insert(service: Service, user: Row) -> None:
    """Store *user*. Raises the 409 where its address is taken."""
    try:
        await service.store.write(insert_rows, user)
    except Conflict:
        raise problems.Problem(409, "email-taken") from None


def insert_rows(tx: Transaction, user: Row) -> None:
    """Write the rows of *user* in both tables. Raises Conflict where its address is taken."""
    tx.execute(
        f"INSERT INTO identities ({', '.join(IDENTITY)}) VALUES ({', '.join('?' * len(IDENTITY))})",  # noqa: S608 - ours
        *(user[name] for name in IDENTITY),
    )
    tx.execute("INSERT INTO profiles (user_id, display_name) VALUES (?, ?)", user["user_id"], user["display_name"])
