"""Planted defects: authorization."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any
from urllib.parse import unquote

from reference_impl.defects import Defect, always
from reference_impl.defects.document import with_schema

ADMIN = "/api/v1/admin/"


def _unauthenticated(sound: Any) -> Any:
    from reference_impl import problems  # noqa: PLC0415 - listing defects loads no server

    def authorised(exchange: Any, operation: Any, caller: Any) -> None:
        try:
            sound(exchange, operation, caller)
        except problems.Problem:
            raise problems.authentication_required() from None

    return authorised


def _every_member(sound: Any) -> Any:
    columns = {"role": "role", "email": "email", "mfaEnabled": "mfa_enabled", "disabled": "disabled"}

    def copied(tx: Any, user_id: str, members: Any) -> None:
        for name, column in columns.items():
            if name in members:
                statement = f"UPDATE identities SET {column} = ? WHERE user_id = ?"  # noqa: S608 - our own name
                tx.execute(statement, members[name], user_id)

    async def update_current_user(service: Any, request: Any) -> Any:
        await service.store.write(copied, request.user["user_id"], request.body)
        named = {"displayName": request.user["display_name"], **request.body}
        return await sound(service, replace(request, body=named))

    return update_current_user


def _query_wins(sound: Any) -> Any:
    from reference_impl import accounts  # noqa: PLC0415
    from reference_impl.operations import Answer  # noqa: PLC0415

    async def get_user(service: Any, request: Any) -> Any:
        answer = await sound(service, request)
        user = await service.store.read(accounts.by_id, request.query.get("userId", "").lower())
        return Answer(200, accounts.public_record(user)) if user else answer

    return get_user


def _with_user_id(sound: Any) -> Any:
    def query(self: Any, operation: Any, given: Any) -> Any:
        named = {"userId": given["userId"][0]} if "userId" in given else {}
        return {**sound(self, operation, given), **named}

    return query


def _normalised(sound: Any) -> Any:
    def find(router: Any, raw_path: str) -> Any:
        path = re.sub(r";[^/]*", "", unquote(raw_path))
        path = re.sub(r"/(\./|/)+", "/", path).rstrip("/")
        return sound(router, raw_path) or sound(router, path) or sound(router, path.lower())

    return find


def _by_prefix(sound: Any) -> Any:
    def authorised(exchange: Any, operation: Any, caller: Any) -> None:
        if exchange.path.startswith(ADMIN):
            sound(exchange, operation, caller)

    return authorised


def _as_told(sound: Any) -> Any:
    from reference_impl import accounts  # noqa: PLC0415
    from reference_impl.operations import Caller  # noqa: PLC0415

    async def authenticated(service: Any, exchange: Any) -> Any:
        told = exchange.fields.last.get("x-user-id")
        user = await service.store.read(accounts.by_id, told) if told else None
        return Caller(user, "") if user else await sound(service, exchange)

    return authenticated


def _role_of_the_first_use(sound: Any) -> Any:
    roles: dict[str, str] = {}

    async def caller(service: Any, token: str) -> Any:
        found = await sound(service, token)
        role = roles.setdefault(found.session_id, found.user["role"])
        return replace(found, user={**found.user, "role": role})

    return caller


def _later_for_changes(sound: Any) -> Any:
    def authorised(exchange: Any, operation: Any, caller: Any) -> None:
        if operation.id != "updateUser":
            sound(exchange, operation, caller)

    return authorised


def _found_before_allowed(sound: Any) -> Any:
    from reference_impl import accounts, problems  # noqa: PLC0415

    async def update_user(service: Any, request: Any) -> Any:
        if await service.store.read(accounts.by_id, request.path_params["userId"].lower()) is None:
            raise problems.Problem(404, "not-found")
        if request.user["role"] != "admin":
            raise problems.forbidden()
        return await sound(service, request)

    return update_user


DEFECTS = (
    Defect(
        "AUTHZ-01",
        "a missing role is answered like missing authentication: 401",
        red=("AUTHZ-01", "AUTHZ-06", "AUTHZ-07", "TOK-02"),
        seams={"bearer:authorised": _unauthenticated},
    ),
    Defect(
        "AUTHZ-02",
        "a record is found by its id, whoever asks",
        red=("AUTHZ-02",),
        seams={"profile:may_read": always(True)},
    ),
    Defect(
        "AUTHZ-02b",
        "the id in the path is judged, that in the query is looked up",
        red=("AUTHZ-02",),
        seams={"validation:Validation.query": _with_user_id, "profile:get_user": _query_wins},
    ),
    Defect(
        "AUTHZ-03",
        "a profile change copies every member onto the record",
        red=("AUTHZ-03",),
        seams={
            "profile:update_current_user": _every_member,
            "document:read_document": with_schema("ProfileChange", {"additionalProperties": True}),
        },
    ),
    Defect(
        "AUTHZ-04",
        "the guard compares the path as sent, the router a normalised one",
        red=("AUTHZ-04",),
        seams={"routing:Router.find": _normalised, "bearer:authorised": _by_prefix},
    ),
    Defect(
        "AUTHZ-05",
        "X-User-Id says who asks",
        red=("AUTHZ-05",),
        seams={"bearer:authenticated": _as_told},
    ),
    Defect(
        "AUTHZ-06",
        "a session keeps the role that it had when it was first used",
        red=("AUTHZ-06",),
        seams={"sessions:caller": _role_of_the_first_use},
    ),
    Defect(
        "AUTHZ-07",
        "an unknown id gives 404 before the role is looked at",
        red=("AUTHZ-07",),
        seams={"bearer:authorised": _later_for_changes, "admin:update_user": _found_before_allowed},
    ),
)
