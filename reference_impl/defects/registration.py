"""Planted defects: registration."""

from __future__ import annotations

import asyncio
import uuid
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

from reference_impl import defects
from reference_impl.defects import Defect, always
from reference_impl.defects.document import with_schema

BCRYPT_BYTES = 72


def _ok(sound: Any) -> Any:
    async def register_user(service: Any, request: Any) -> Any:
        return replace(await sound(service, request), status=200)

    return register_user


def _unmapped(_sound: Any) -> Any:
    from reference_impl import accounts  # noqa: PLC0415 - listing defects loads no server

    async def insert(service: Any, user: Any) -> None:
        await service.store.write(accounts.insert_rows, user)

    return insert


def _check_then_insert(_sound: Any) -> Any:
    from reference_impl import accounts, problems  # noqa: PLC0415

    async def insert(service: Any, user: Any) -> None:
        if await service.store.read(accounts.by_email, user["email"]) is not None:
            raise problems.Problem(409, "email-taken")
        await asyncio.sleep(defects.window_s)
        await service.store.write(accounts.insert_rows, user)

    return insert


def _no_constraint(sound: Any) -> Any:
    def statements() -> list[str]:
        return [statement.replace("UNIQUE INDEX", "INDEX") for statement in sound()]

    return statements


def _one_after_the_other(_sound: Any) -> Any:
    from reference_impl import accounts, problems  # noqa: PLC0415
    from reference_impl.store import Conflict  # noqa: PLC0415

    def insert_identity(tx: Any, user: Any) -> None:
        names, marks = ", ".join(accounts.IDENTITY), ", ".join("?" * len(accounts.IDENTITY))
        sql = f"INSERT INTO identities ({names}) VALUES ({marks})"  # noqa: S608 - names of our own
        tx.execute(sql, *(user[name] for name in accounts.IDENTITY))

    def insert_profile(tx: Any, user: Any) -> None:
        tx.execute("INSERT INTO profiles (user_id, display_name) VALUES (?, ?)", user["user_id"], user["display_name"])

    async def insert(service: Any, user: Any) -> None:
        try:
            await service.store.write(insert_identity, user)
        except Conflict:
            raise problems.Problem(409, "email-taken") from None
        await service.store.write(insert_profile, user)

    return insert


def _told_afterwards(sound: Any) -> Any:
    from reference_impl.upstream import in_step  # noqa: PLC0415

    @asynccontextmanager
    async def known_there(service: Any, password: str, *, instead_of: Any = None) -> Any:
        if service.identity_service is None or instead_of is not None:
            async with sound(service, password, instead_of=instead_of) as subject:
                yield subject
            return
        subject = str(uuid.uuid4())
        yield subject
        with in_step.answered_503(service):
            await service.identity_service.put(subject, password)

    return known_there


def _by_address_as_written(sound: Any) -> Any:
    return lambda tx, user: sound(tx, {**user, "identifier": user["email"]})


def _in_any_letter_case(_sound: Any) -> Any:
    from reference_impl import accounts  # noqa: PLC0415

    def by_email(tx: Any, email: str) -> Any:
        return tx.row(accounts.USER + "WHERE lower(i.identifier) = ?", accounts.identifier(email))

    return by_email


def _in_octets(_sound: Any) -> Any:
    return lambda password: len(password.encode("utf-8", "surrogatepass"))


def _digit_required(sound: Any) -> Any:
    from reference_impl import problems  # noqa: PLC0415

    def check_new_password(password: str, *, pointer: str, **about: str) -> None:
        if not any(character.isdigit() for character in password):
            raise problems.invalid_member(pointer, "too-weak", "without a digit")
        sound(password, pointer=pointer, **about)

    return check_new_password


def _bcrypt(sound: Any) -> Any:
    def octets(password: str) -> bytes:
        found: bytes = sound(password)
        if len(found) > BCRYPT_BYTES:
            raise ValueError("password cannot be longer than 72 bytes")
        return found

    return octets


def _whole_body(sound: Any) -> Any:
    columns = {"role": "role", "isAdmin": "role", "is_admin": "role", "id": "user_id", "disabled": "disabled"}
    columns |= {"mfaEnabled": "mfa_enabled", "mfa_enabled": "mfa_enabled"}

    def new_user(members: Any, password_hash: str, now: float) -> dict[str, Any]:
        given = {columns[name]: value for name, value in members.items() if name in columns}
        if given.get("role") in (True, "true", 1):
            given["role"] = "admin"
        return {**sound(members, password_hash, now), **given}

    return new_user


DEFECTS = (
    Defect(
        "REG-01",
        "registration answers 200",
        red=("REG-01",),
        seams={"accounts:register_user": _ok},
    ),
    Defect(
        "REG-02",
        "the database's uniqueness error is not mapped: 500",
        red=("REG-02", "REG-03", "REG-04"),
        seams={"accounts:insert": _unmapped},
    ),
    Defect(
        "REG-03",
        "an address is unique as it was written, but found in any letter case",
        red=("REG-03",),
        seams={"accounts:insert_rows": _by_address_as_written, "accounts:by_email": _in_any_letter_case},
    ),
    Defect(
        "REG-04",
        "registration looks for the address, then inserts, without a uniqueness constraint",
        red=("REG-04",),
        seams={"accounts:insert": _check_then_insert, "store.schema:statements": _no_constraint},
    ),
    Defect(
        "REG-05",
        "the length of a password is counted in octets",
        red=("REG-05",),
        seams={"accounts:length": _in_octets, "document:read_document": with_schema("NewPassword", {"minLength": 0})},
    ),
    Defect(
        "REG-06",
        "a password may have 32 characters at most",
        red=("REG-06", "LOGIN-03"),
        seams={"document:read_document": with_schema("NewPassword", {"maxLength": 32})},
    ),
    Defect(
        "REG-07",
        "a password must have a digit",
        red=("REG-07",),
        seams={"accounts:check_new_password": _digit_required},
    ),
    Defect(
        "REG-08",
        "common passwords are not refused",
        red=("REG-08",),
        seams={"blocklist:why_common": always("")},
    ),
    Defect(
        "REG-09",
        "the hash raises on more than 72 octets, and nothing catches it: 500",
        red=("LOGIN-02", "LOGIN-03", "REG-09"),
        seams={"passwords:octets": _bcrypt},
    ),
    Defect(
        "REG-10",
        "the record of a new account is built from the whole body",
        red=("REG-10",),
        seams={
            "accounts:new_user": _whole_body,
            "document:read_document": with_schema("Registration", {"additionalProperties": True}),
        },
    ),
    Defect(
        "REG-11",
        "the identity is stored before the profile, and stays when that fails",
        red=("REG-11",),
        seams={"accounts:insert": _one_after_the_other},
    ),
    Defect(
        "REG-11b",
        "an account is stored before the identity service knows of it, and stays when that fails",
        red=("REG-11",),
        seams={"upstream.in_step:known_there": _told_afterwards},
    ),
)
