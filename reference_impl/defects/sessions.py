"""Planted defects: refresh and sessions."""

from __future__ import annotations

import asyncio
import base64
from dataclasses import replace
from typing import Any

from reference_impl import defects
from reference_impl.defects import Defect, always


def _same_again(sound: Any) -> Any:
    from reference_impl import opaque  # noqa: PLC0415 - listing defects loads no server

    def rotate(tx: Any, settings: Any, token: str, source: str, now: float) -> Any:
        grant = sound(tx, settings, token, source, now)
        if grant is None:
            return None
        tx.execute("DELETE FROM refresh_tokens WHERE token_hash = ?", opaque.digest(grant.refresh_token))
        tx.execute("UPDATE refresh_tokens SET spent_at = NULL WHERE token_hash = ?", opaque.digest(token))
        return replace(grant, refresh_token=token)

    return rotate


def _check_then_write(sound: Any) -> Any:
    from reference_impl import opaque, sessions  # noqa: PLC0415
    from reference_impl.operations import Answer  # noqa: PLC0415

    def unspent(tx: Any, token: str) -> Any:
        statement = "SELECT session_id FROM refresh_tokens WHERE token_hash = ? AND spent_at IS NULL"
        return tx.row(statement, opaque.digest(token))

    def rotate_unconditionally(tx: Any, settings: Any, token: str, source: str, now: float) -> Any:
        tx.execute("UPDATE refresh_tokens SET spent_at = NULL WHERE token_hash = ?", opaque.digest(token))
        return sessions.rotate(tx, settings, token, source, now)

    async def refresh_token(service: Any, request: Any) -> Any:
        token, now = request.body["refreshToken"], service.clock.now()
        if await service.store.read(unspent, token) is None:
            return await sound(service, request)
        await asyncio.sleep(defects.window_s)
        grant = await service.store.write(rotate_unconditionally, service.settings, token, request.source, now)
        return Answer(200, await sessions.token_pair(service, grant, now))

    return refresh_token


def _never_expired(sound: Any) -> Any:
    return lambda row, now: sound({**row, "expires_at": now + 1}, now)


def _prolonged(sound: Any) -> Any:
    def rotate(tx: Any, settings: Any, token: str, source: str, now: float) -> Any:
        grant = sound(tx, settings, token, source, now)
        if grant is not None:
            ends = now + settings.session_lifetime_s
            tx.execute("UPDATE sessions SET expires_at = ? WHERE session_id = ?", ends, grant.session_id)
        return grant

    return rotate


def _nothing_stored(_sound: Any) -> Any:
    from reference_impl.operations import Answer  # noqa: PLC0415

    async def logout_user(_service: Any, _request: Any) -> Answer:
        return Answer(204)

    return logout_user


def _by_user_alone(_sound: Any) -> Any:
    from reference_impl import accounts  # noqa: PLC0415

    def live_user(tx: Any, _session_id: str, user_id: str, _now: float) -> Any:
        user = accounts.by_id(tx, user_id)
        return None if user is None or user["disabled"] else user

    return live_user


_listed: set[str] = set()
"""Access tokens of ended sessions, as the logouts spelled them."""


def _listing(_sound: Any) -> Any:
    from reference_impl.operations import Answer  # noqa: PLC0415

    def forget(tx: Any, session_id: str) -> None:
        tx.execute("DELETE FROM refresh_tokens WHERE session_id = ?", session_id)

    async def logout_user(service: Any, request: Any) -> Answer:
        _listed.add(request.headers["authorization"].split()[-1])
        await service.store.write(forget, request.caller.session_id)
        return Answer(204)

    return logout_user


def _unless_listed(sound: Any) -> Any:
    from reference_impl import problems  # noqa: PLC0415

    async def caller(service: Any, token: str) -> Any:
        if token in _listed:
            raise problems.invalid_token()
        return await sound(service, token)

    return caller


def _any_spelling(sound: Any) -> Any:
    def decoded(part: str) -> bytes:
        try:
            return base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))
        except ValueError:
            return bytes(sound(part))

    return decoded


def _tidied(sound: Any) -> Any:
    from reference_impl import tokens  # noqa: PLC0415

    def check_signature(token: str, key: Any) -> None:
        signed, _, signature = token.rpartition(".")
        sound(f"{signed}.{tokens._encoded(tokens._decoded(signature))}", key)

    return check_signature


def _missing_row(sound: Any) -> Any:
    from reference_impl import bearer, problems, tokens  # noqa: PLC0415

    async def authenticated(service: Any, exchange: Any) -> Any:
        try:
            return await sound(service, exchange)
        except problems.Problem:
            if exchange.operation_id == "logoutUser":
                token = bearer.presented(exchange)
                claims = await tokens.verify(service.keys, service.settings, token, service.clock.now())
                raise LookupError(claims.session_id) from None
            raise

    return authenticated


def _not_looked_up(sound: Any) -> Any:
    return lambda row, now: sound({**row, "disabled": 0}, now)


def _sessions_kept(sound: Any) -> Any:
    def change(tx: Any, user_id: str, members: Any, now: float) -> Any:
        live = tx.rows("SELECT session_id FROM sessions WHERE user_id = ? AND ended_at IS NULL", user_id)
        user = sound(tx, user_id, members, now)
        for row in live:
            tx.execute("UPDATE sessions SET ended_at = NULL WHERE session_id = ?", row["session_id"])
        return user

    return change


DEFECTS = (
    Defect(
        "SESS-01",
        "a refresh gives the same refresh token again",
        red=("SESS-01", "SESS-02"),
        seams={"sessions:rotate": _same_again},
    ),
    Defect(
        "SESS-02",
        "rotation leaves the old refresh token alive",
        red=("SESS-02", "SESS-03", "SESS-04"),
        seams={"sessions:spend": always("spent")},
    ),
    Defect(
        "SESS-03",
        "a replayed refresh token is refused, but its successor stays alive",
        red=("SESS-03",),
        seams={"sessions:end_family": always(None)},
    ),
    Defect(
        "SESS-04",
        "a refresh looks whether the token is unspent, then spends it",
        red=("SESS-04",),
        seams={"sessions:refresh_token": _check_then_write},
    ),
    Defect(
        "SESS-05",
        "the expiry of a refresh token is not looked at",
        red=("SESS-05",),
        seams={"sessions:can_refresh": _never_expired},
    ),
    Defect(
        "SESS-06",
        "each rotation restarts the absolute lifetime",
        red=("SESS-06",),
        seams={"sessions:rotate": _prolonged},
    ),
    Defect(
        "SESS-07",
        "logout answers 204 and stores nothing",
        red=("SESS-07", "SESS-08"),
        seams={"sessions:logout_user": _nothing_stored},
    ),
    Defect(
        "SESS-08",
        "access tokens stay valid until they expire",
        red=("RST-07", "SESS-08"),
        seams={"sessions:live_user": _by_user_alone},
    ),
    Defect(
        "SESS-08b",
        "a list of ended access tokens knows one spelling of each",
        red=("SESS-08",),
        seams={
            "sessions:logout_user": _listing,
            "sessions:caller": _unless_listed,
            "tokens:_decoded": _any_spelling,
            "tokens:check_signature": _tidied,
        },
    ),
    Defect(
        "SESS-09",
        "a second logout raises on the missing session: 500",
        red=("SESS-09",),
        seams={"bearer:authenticated": _missing_row},
    ),
    Defect(
        "SESS-10",
        "a refresh does not look at the account again",
        red=("SESS-10",),
        seams={"sessions:can_refresh": _not_looked_up, "admin:change": _sessions_kept},
    ),
)
