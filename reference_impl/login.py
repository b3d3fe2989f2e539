"""Login: an address and a password for tokens, or for a challenge where a second factor is due."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from reference_impl import accounts, challenges, problems, sessions, throttle
from reference_impl.operations import Answer, Request, operation
from reference_impl.service import Service
from reference_impl.store import Row, Transaction
from reference_impl.throttle import Slot
from reference_impl.upstream import in_step


@operation("loginUser")
async def login_user(service: Service, request: Request) -> Answer:
    """
    Sign in.

    Known and unknown addresses, right and wrong passwords take the same steps at the same cost: a slot is reserved, a
    hash is computed, the slot is settled.
    """
    email, password = request.body["email"], request.body["password"]
    slot, user = await service.store.write(begin, service, email, request)
    right = await settled(service, slot, lambda: password_matches(service, user, password))
    if not right or user is None or user["disabled"]:
        await service.store.write(refuse, service, slot, request.source)
        raise problems.invalid_credentials()
    outcome = await service.store.write(complete, service, slot, user)
    if outcome is None:
        raise problems.invalid_credentials()
    fresh, granted = outcome
    if isinstance(granted, sessions.Grant):
        return Answer(200, await sessions.signed_in(service, fresh, granted, service.clock.now()))
    return Answer(200, granted)


def begin(tx: Transaction, service: Service, email: str, request: Request) -> tuple[Slot, Row | None]:
    """Reserve a guess for *email*, known or not, and look it up. Raises the 429."""
    settings = service.settings
    throttle.within(tx, "spray", request.source, settings.source_login_failure_limit, request.arrived)
    name = accounts.identifier(email)
    slot = throttle.reserve(tx, throttle.login_limit(settings), name, request.arrived, request.ticket)
    return slot, accounts.by_email(tx, email)


async def password_matches(service: Service, user: Row | None, password: str) -> bool:
    """
    Return whether *password* is the one of *user*, at the same cost where there is none.

    It is judged here first: so a wrong one is refused as wrong whatever the state of the identity service.
    """
    right = await service.hasher.matches(user["password_hash"] if user else None, password)
    return right and user is not None and await in_step.confirms(service, user, password)


async def settled(service: Service, slot: Slot, check: Callable[[], Awaitable[bool]]) -> bool:
    """Return what *check* finds; where it cannot tell, give *slot* back, so that an outage is no wrong guess."""
    try:
        return await check()
    except BaseException:
        await service.store.write(throttle.release, slot)
        raise


def refuse(tx: Transaction, service: Service, slot: Slot, source: str) -> None:
    """Count the failure: of the account, and of the address that it came from."""
    settings, now = service.settings, service.clock.now()
    throttle.fail(tx, slot, now)
    throttle.tally(tx, "spray", source, settings.source_window_s, now)


def complete(
    tx: Transaction, service: Service, slot: Slot, user: Row
) -> tuple[Row, sessions.Grant | dict[str, Any]] | None:
    """
    Forget the failures and open a session, or a challenge where a second factor is due.

    None where the account was disabled, or its password changed, while the old one was being checked.
    """
    settings, now = service.settings, service.clock.now()
    throttle.clear(tx, slot, now)
    fresh = accounts.by_id(tx, user["user_id"])
    if fresh is None or fresh["disabled"] or fresh["password_hash"] != user["password_hash"]:
        return None
    if fresh["mfa_enabled"]:
        return fresh, challenges.open_challenge(tx, settings, fresh["user_id"], now)
    return fresh, sessions.open_session(tx, settings, fresh["user_id"], now)
