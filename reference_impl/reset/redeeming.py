"""Setting a new password with a mailed token."""

from __future__ import annotations

from reference_impl import accounts, opaque, problems, profile, throttle
from reference_impl.operations import Answer, Request, operation, refusal
from reference_impl.service import Service
from reference_impl.store import Row, Transaction
from reference_impl.upstream import in_step


@operation("confirmPasswordReset")
async def confirm_password_reset(service: Service, request: Request) -> Answer:
    """Set the new password of the account that the token was mailed to; nobody is signed in by it."""
    settings, token, new = service.settings, request.body["token"], request.body["newPassword"]
    user = await service.store.write(owner, service, token, request.source)
    if user is None:
        raise invalid_reset_token()
    accounts.check_new_password(new, email=user["email"], service_name=settings.service_name, pointer="/newPassword")
    password_hash = await service.hasher.hash(new)
    async with in_step.known_there(service, new, instead_of=user["upstream_subject"]) as subject:
        if not await service.store.write(redeem, service, token, user, password_hash=password_hash, subject=subject):
            raise invalid_reset_token()
    return Answer(204)


@refusal("confirmPasswordReset")
def refused_input(problem: problems.Problem) -> problems.Problem:
    """Return the refusal of a request that breaks the schema: a token of whatever shape is refused like a dead one."""
    errors = problem.members.get("errors", ())
    odd = any(error["pointer"] == "/token" and error["code"] != "required" for error in errors)
    return invalid_reset_token() if odd else problem


def owner(tx: Transaction, service: Service, token: str, source: str) -> Row | None:
    """
    Return whose *token* is, without using it; None where it is not a live one.

    Raises:
        Problem: 429 where *source* tries too often.
    """
    settings, now = service.settings, service.clock.now()
    throttle.count(tx, "reset-redeem", source, settings.source_reset_limit, window_s=settings.source_window_s, now=now)
    found = live_token(tx, token, now)
    user = accounts.by_id(tx, found["user_id"]) if found else None
    return None if user is None or user["disabled"] else user


def live_token(tx: Transaction, token: str, now: float) -> Row | None:
    """Return the row of *token* where it is known, unused and not expired."""
    return tx.row(
        "SELECT user_id FROM reset_tokens WHERE token_hash = ? AND used_at IS NULL AND expires_at > ?",
        opaque.digest(token),
        now,
    )


def redeem(
    tx: Transaction, service: Service, token: str, user: Row, *, password_hash: str, subject: str | None
) -> bool:
    """
    Use *token*: new password, no session, no other token, no count of failures; the second factor stays as it is.

    False where the token was used or has expired meanwhile.
    """
    now, user_id = service.clock.now(), user["user_id"]
    if not use(tx, token, now):
        return False
    use_up_others(tx, user_id, token, now)
    profile.set_password(tx, user_id, password_hash, now, subject=subject)
    for limit in (throttle.login_limit(service.settings), throttle.code_limit(service.settings)):
        throttle.forget(tx, limit, user["identifier"])
    return True


def use(tx: Transaction, token: str, now: float) -> bool:
    """Mark *token* used, or tell that it is not live any more; of any number of parallel uses one succeeds."""
    changed = tx.execute(
        "UPDATE reset_tokens SET used_at = ? WHERE token_hash = ? AND used_at IS NULL AND expires_at > ?",
        now,
        opaque.digest(token),
        now,
    )
    return changed == 1


def use_up_others(tx: Transaction, user_id: str, token: str, now: float) -> None:
    """Mark every token of *user_id* used, except *token*, which is."""
    tx.execute(
        "UPDATE reset_tokens SET used_at = ? WHERE user_id = ? AND token_hash <> ? AND used_at IS NULL",
        now,
        user_id,
        opaque.digest(token),
    )


def invalid_reset_token() -> problems.Problem:
    """Return the 422 for a token that is unknown, used, expired, mutilated or of another kind; which is not said."""
    return problems.Problem(
        422,
        "invalid-reset-token",
        detail="It is unknown, used or expired. Ask for a new one.",
        members={"errors": [{"pointer": "/token", "code": "invalid", "detail": "not a live reset token"}]},
    )
