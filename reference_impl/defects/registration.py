"""Planted defects: registration."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Any

from reference_impl import defects
from reference_impl.defects import Defect


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
        "REG-04",
        "registration looks for the address, then inserts, without a uniqueness constraint",
        red=("REG-04",),
        seams={"accounts:insert": _check_then_insert, "store.schema:statements": _no_constraint},
    ),
    Defect(
        "REG-11",
        "the identity is stored before the profile, and stays when that fails",
        red=("REG-11",),
        seams={"accounts:insert": _one_after_the_other},
    ),
)
