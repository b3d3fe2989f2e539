"""The signed-in user's own record, and one user's record by its id."""

from __future__ import annotations

from reference_impl import accounts, challenges, problems, proof, sessions
from reference_impl.operations import Answer, Request, operation
from reference_impl.service import Service
from reference_impl.store import Row, Transaction
from reference_impl.upstream import in_step


@operation("getCurrentUser")
async def get_current_user(_service: Service, request: Request) -> Answer:
    """Return the record of the token's subject."""
    return Answer(200, accounts.public_record(request.user))


@operation("updateCurrentUser")
async def update_current_user(service: Service, request: Request) -> Answer:
    """Change what the user owns; the schema has refused every other member."""
    user = await service.store.write(rename, request.user["user_id"], request.body["displayName"])
    return Answer(200, accounts.public_record(user))


def rename(tx: Transaction, user_id: str, display_name: str | None) -> Row:
    """Store *display_name*; return the record as it is then."""
    tx.execute("UPDATE profiles SET display_name = ? WHERE user_id = ?", display_name, user_id)
    user = accounts.by_id(tx, user_id)
    assert user is not None
    return user


@operation("changePassword")
async def change_password(service: Service, request: Request) -> Answer:
    """Set a new password, with the current one as proof, and end the user's other sessions."""
    assert request.caller is not None
    user, new = request.user, request.body["newPassword"]
    accounts.check_new_password(
        new, email=user["email"], service_name=service.settings.service_name, pointer="/newPassword"
    )
    await proof.prove_password(service, request, request.body["currentPassword"])
    password_hash = await service.hasher.hash(new)
    but = request.caller.session_id
    async with in_step.known_there(service, new, instead_of=user["upstream_subject"]) as subject:
        await service.store.write(
            set_password, user["user_id"], password_hash, service.clock.now(), subject=subject, but=but
        )
    return Answer(204)


def set_password(
    tx: Transaction, user_id: str, password_hash: str, now: float, *, subject: str | None, but: str = ""
) -> None:
    """
    Store the hash of a new password, and end what the old one opened: sessions, except the one named *but*, and
    challenges. *subject* is the new password's at the identity service.
    """
    tx.execute(
        "UPDATE identities SET password_hash = ?, upstream_subject = ? WHERE user_id = ?",
        password_hash,
        subject,
        user_id,
    )
    sessions.end_sessions_of(tx, user_id, now, but=but)
    challenges.close_all(tx, user_id)


@operation("getUser")
async def get_user(service: Service, request: Request) -> Answer:
    """Return one's own record, or any for an admin; others learn not even whether there is such a user."""
    user_id = request.path_params["userId"].lower()
    if not may_read(request.user, user_id):
        raise problems.forbidden()
    user = await service.store.read(accounts.by_id, user_id)
    if user is None:
        raise problems.Problem(404, "not-found")
    return Answer(200, accounts.public_record(user))


def may_read(user: Row, user_id: str) -> bool:
    """Return whether *user* may see the record of *user_id*."""
    return bool(user["user_id"] == user_id or user["role"] == "admin")
