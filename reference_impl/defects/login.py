"""Planted defects: login."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from urllib.parse import parse_qsl

from reference_impl.defects import Defect
from reference_impl.defects.document import with_schema

BCRYPT_BYTES = 72


def _no_token_type(sound: Any) -> Any:
    async def signed_in(*args: Any) -> dict[str, Any]:
        return {name: value for name, value in (await sound(*args)).items() if name != "tokenType"}

    return signed_in


def _raising(sound: Any) -> Any:
    async def password_matches(*args: Any) -> bool:
        if not await sound(*args):
            raise RuntimeError("mismatch")
        return True

    return password_matches


def _cut(sound: Any) -> Any:
    def normalised(password: str) -> str:
        text: str = sound(password)
        return text.encode()[:BCRYPT_BYTES].decode("utf-8", "ignore")

    return normalised


def _stripped(sound: Any) -> Any:
    async def login_user(service: Any, request: Any) -> Any:
        body = {**request.body, "password": request.body["password"].strip()}
        return await sound(service, replace(request, body=body))

    return login_user


def _as_typed(_sound: Any) -> Any:
    return lambda password: password


def _concatenated(_sound: Any) -> Any:
    from reference_impl import accounts  # noqa: PLC0415 - listing defects loads no server

    def by_email(tx: Any, email: str) -> Any:
        return tx.row(accounts.USER + f"WHERE i.identifier = '{accounts.identifier(email)}'")

    return by_email


def _query_merged(sound: Any) -> Any:
    from reference_impl import problems  # noqa: PLC0415

    async def body(app: Any, operation: Any, exchange: Any, receive: Any) -> Any:
        try:
            return await sound(app, operation, exchange, receive)
        except problems.Problem:
            given = dict(parse_qsl(exchange.query))
            if operation.id != "loginUser" or not {"email", "password"} <= set(given):
                raise
            return given

    return body


def _first_refresh_token(sound: Any) -> Any:
    first: dict[str, str] = {}

    def open_session(tx: Any, settings: Any, user_id: str, now: float) -> Any:
        grant = sound(tx, settings, user_id, now)
        return replace(grant, refresh_token=first.setdefault(user_id, grant.refresh_token))

    return open_session


def _password_by_profile(sound: Any) -> Any:
    from reference_impl import accounts, profile  # noqa: PLC0415
    from reference_impl.operations import Answer  # noqa: PLC0415

    async def update_current_user(service: Any, request: Any) -> Any:
        if "password" in request.body:
            password_hash = await service.hasher.hash(request.body["password"])
            user_id, now = request.user["user_id"], service.clock.now()
            more = {"subject": request.user["upstream_subject"], "but": request.caller.session_id}
            await service.store.write(profile.set_password, user_id, password_hash, now, **more)
        if "displayName" not in request.body:
            return Answer(200, accounts.public_record(request.user))
        return await sound(service, request)

    return update_current_user


def _session_alone(_sound: Any) -> Any:
    from reference_impl import profile  # noqa: PLC0415
    from reference_impl.operations import Answer  # noqa: PLC0415

    async def change_password(service: Any, request: Any) -> Any:
        password_hash = await service.hasher.hash(request.body["newPassword"])
        user_id, now = request.user["user_id"], service.clock.now()
        more = {"subject": request.user["upstream_subject"], "but": request.caller.session_id}
        await service.store.write(profile.set_password, user_id, password_hash, now, **more)
        return Answer(204)

    return change_password


DEFECTS = (
    Defect(
        "LOGIN-01",
        "a login's answer has no token type",
        red=("LOGIN-01",),
        seams={"sessions:signed_in": _no_token_type},
    ),
    Defect(
        "LOGIN-02",
        "the password verifier raises what the handler does not catch: 500",
        red=("HTTP-09", "REG-09", "LOGIN-02", "LOGIN-03", "LOGIN-04", "LOGIN-06", "ABUSE-01", "ABUSE-10"),
        seams={"login:password_matches": _raising},
    ),
    Defect(
        "LOGIN-03",
        "passwords are cut to 72 bytes before they are hashed",
        red=("LOGIN-03",),
        seams={"passwords:normalised": _cut},
    ),
    Defect(
        "LOGIN-04",
        "login strips blanks from the password",
        red=("LOGIN-04",),
        seams={"login:login_user": _stripped},
    ),
    Defect(
        "LOGIN-05",
        "passwords are hashed without normalisation",
        red=("LOGIN-05",),
        seams={"passwords:normalised": _as_typed},
    ),
    Defect(
        "LOGIN-06",
        "the query that finds an account is put together from what was sent",
        red=("HTTP-09", "LOGIN-06"),
        seams={"accounts:by_email": _concatenated},
    ),
    Defect(
        "LOGIN-07",
        "login takes credentials from the query",
        red=("LOGIN-07",),
        seams={"app:App.body": _query_merged},
    ),
    Defect(
        "LOGIN-08",
        "a second login gives the refresh token of the first",
        red=("LOGIN-08",),
        seams={"sessions:open_session": _first_refresh_token},
    ),
    Defect(
        "LOGIN-09",
        "a profile change sets the password without the current one",
        red=("LOGIN-09",),
        seams={
            "profile:update_current_user": _password_by_profile,
            "document:read_document": with_schema("ProfileChange", {"properties": {"password": {"type": "string"}}}),
        },
    ),
    Defect(
        "LOGIN-09b",
        "a new password takes a session alone: the current one is not looked at",
        red=("LOGIN-09",),
        seams={"profile:change_password": _session_alone},
    ),
)
