"""Sessions: opened by a login, renewed by refresh tokens that are good once, ended by logout, replay or an admin."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import Any, Literal

from reference_impl import accounts, opaque, problems, throttle, tokens
from reference_impl.operations import Answer, Caller, Request, operation
from reference_impl.service import Service
from reference_impl.settings import Settings
from reference_impl.store import Row, Transaction


@dataclass(frozen=True, slots=True)
class Grant:
    """A session with the refresh token that was just made for it."""

    user_id: str
    session_id: str
    refresh_token: str


def open_session(tx: Transaction, settings: Settings, user_id: str, now: float) -> Grant:
    """Store a new session of *user_id* with its first refresh token."""
    session_id = str(uuid.uuid4())
    ends = now + settings.session_lifetime_s
    tx.execute("INSERT INTO sessions (session_id, user_id, expires_at) VALUES (?, ?, ?)", session_id, user_id, ends)
    return Grant(user_id, session_id, add_refresh_token(tx, settings, session_id, ends, now))


def add_refresh_token(tx: Transaction, settings: Settings, session_id: str, session_ends: float, now: float) -> str:
    """Store a new refresh token of *session_id*, which does not outlive the session; return it."""
    token = opaque.new()
    tx.execute(
        "INSERT INTO refresh_tokens (token_hash, session_id, expires_at) VALUES (?, ?, ?)",
        opaque.digest(token),
        session_id,
        min(now + settings.refresh_lifetime_s, session_ends),
    )
    return token


async def token_pair(service: Service, grant: Grant, now: float) -> dict[str, Any]:
    """Return the body that carries the tokens of *grant*."""
    access_token = await tokens.issue(
        service.keys, service.settings, user_id=grant.user_id, session_id=grant.session_id, now=now
    )
    return {
        "accessToken": access_token,
        "tokenType": "Bearer",
        "expiresIn": service.settings.access_lifetime_s,
        "refreshToken": grant.refresh_token,
    }


async def signed_in(service: Service, user: Row, grant: Grant, now: float) -> dict[str, Any]:
    """Return the body of a completed login."""
    return {**await token_pair(service, grant, now), "user": accounts.public_record(user)}


async def caller(service: Service, token: str) -> Caller:
    """
    Return who presents the access token *token*.

    Raises:
        Problem: 401 where it is not valid, its session has ended, or its user is gone or disabled.
    """
    now = service.clock.now()
    claims = await tokens.verify(service.keys, service.settings, token, now)
    user = await service.store.read(live_user, claims.session_id, claims.user_id, now)
    if user is None:
        raise problems.invalid_token()
    return Caller(user, claims.session_id)


def live_user(tx: Transaction, session_id: str, user_id: str, now: float) -> Row | None:
    """Return the user of a session that has neither ended nor run out, unless the account is disabled."""
    return tx.row(
        accounts.USER + "JOIN sessions s ON s.user_id = i.user_id "
        "WHERE s.session_id = ? AND s.user_id = ? AND s.ended_at IS NULL AND s.expires_at > ? AND i.disabled = 0",
        session_id,
        user_id,
        now,
    )


@operation("refreshToken")
async def refresh_token(service: Service, request: Request) -> Answer:
    """Exchange a refresh token for a new pair; a second exchange of the same one ends the session."""
    now = service.clock.now()
    grant = await service.store.write(rotate, service.settings, request.body["refreshToken"], request.source, now)
    if grant is None:
        raise problems.invalid_token()
    return Answer(200, await token_pair(service, grant, now))


def rotate(tx: Transaction, settings: Settings, token: str, source: str, now: float) -> Grant | None:
    """
    Spend *token* and store its successor; None where it is unknown, expired, spent, or its session or user is not live.

    The conditional update is the one place where a token is spent: of any number of parallel exchanges one finds it
    unspent. One that finds it spent ends the session, in this same transaction.
    """
    throttle.count(tx, "refresh", source, settings.source_refresh_limit, window_s=settings.source_window_s, now=now)
    digest = opaque.digest(token)
    row = tx.row(
        "SELECT t.session_id, t.expires_at, s.user_id, s.expires_at AS session_ends, s.ended_at, i.disabled "
        "FROM refresh_tokens t JOIN sessions s ON s.session_id = t.session_id "
        "JOIN identities i ON i.user_id = s.user_id WHERE t.token_hash = ?",
        digest,
    )
    if row is None:
        return None
    if spend(tx, digest, now) == "replayed":
        end_family(tx, row["session_id"], now)
        return None
    if not can_refresh(row, now):
        return None
    successor = add_refresh_token(tx, settings, row["session_id"], row["session_ends"], now)
    return Grant(row["user_id"], row["session_id"], successor)


def spend(tx: Transaction, digest: str, now: float) -> Literal["spent", "replayed"]:
    """Mark a refresh token spent, or tell that it was already."""
    changed = tx.execute(
        "UPDATE refresh_tokens SET spent_at = ? WHERE token_hash = ? AND spent_at IS NULL", now, digest
    )
    return "spent" if changed else "replayed"


def end_family(tx: Transaction, session_id: str, now: float) -> None:
    """End the session of a replayed refresh token: either its user or a thief still holds a successor."""
    end_session(tx, session_id, now)


def can_refresh(row: Row, now: float) -> bool:
    """Return whether token, session and user of *row* are all live."""
    return row["expires_at"] > now and row["session_ends"] > now and row["ended_at"] is None and not row["disabled"]


@operation("logoutUser")
async def logout_user(service: Service, request: Request) -> Answer:
    """End the caller's session: its access and refresh tokens are dead from here on."""
    assert request.caller is not None
    await service.store.write(end_session, request.caller.session_id, service.clock.now())
    return Answer(204)


def end_session(tx: Transaction, session_id: str, now: float) -> None:
    """End one session."""
    tx.execute("UPDATE sessions SET ended_at = ? WHERE session_id = ? AND ended_at IS NULL", now, session_id)


def end_sessions_of(tx: Transaction, user_id: str, now: float, *, but: str = "") -> None:
    """End every session of *user_id*, except the one named *but*."""
    tx.execute(
        "UPDATE sessions SET ended_at = ? WHERE user_id = ? AND session_id <> ? AND ended_at IS NULL",
        now,
        user_id,
        but,
    )
