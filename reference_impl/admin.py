"""Operations for the role admin; that the caller has it was decided before anything of the request was read."""

from __future__ import annotations

from typing import Any

from reference_impl import accounts, problems, sessions
from reference_impl.operations import Answer, Request, operation
from reference_impl.service import Service
from reference_impl.store import Row, Transaction

PAGE = 20


@operation("listUsers")
async def list_users(service: Service, request: Request) -> Answer:
    """Return a page of users, by id."""
    limit, after = request.query.get("limit", PAGE), request.query.get("after", "")
    users = await service.store.read(page, limit + 1, after.lower())
    more = len(users) > limit
    shown = users[:limit]
    body = {"users": [accounts.public_record(user) for user in shown], "next": shown[-1]["user_id"] if more else None}
    return Answer(200, body)


def page(tx: Transaction, most: int, after: str) -> list[Row]:
    """Return up to *most* users whose id comes after *after*."""
    return tx.rows(accounts.USER + "WHERE i.user_id > ? ORDER BY i.user_id LIMIT ?", after, most)


@operation("updateUser")
async def update_user(service: Service, request: Request) -> Answer:
    """Change a user's role, or disable or enable the account."""
    user_id = request.path_params["userId"].lower()
    user = await service.store.write(change, user_id, dict(request.body), service.clock.now())
    if user is None:
        raise problems.Problem(404, "not-found")
    return Answer(200, accounts.public_record(user))


def change(tx: Transaction, user_id: str, members: dict[str, Any], now: float) -> Row | None:
    """Store `role` and `disabled` of *members*; a disabled user's sessions end for good. None: no such user."""
    if "role" in members:
        tx.execute("UPDATE identities SET role = ? WHERE user_id = ?", members["role"], user_id)
    if "disabled" in members:
        tx.execute("UPDATE identities SET disabled = ? WHERE user_id = ?", int(members["disabled"]), user_id)
        if members["disabled"]:
            sessions.end_sessions_of(tx, user_id, now)
    return accounts.by_id(tx, user_id)
