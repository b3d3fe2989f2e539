"""Fresh proof of the password, for changes that a session alone must not make."""

from __future__ import annotations

from reference_impl import login, problems, throttle
from reference_impl.operations import Request
from reference_impl.service import Service


async def prove_password(service: Service, request: Request, password: str) -> None:
    """
    Return where *password* is the caller's; a wrong one counts as a failed login.

    Raises:
        Problem: 403 `proof-refused`, or 429.
    """
    user = request.user
    slot, _ = await service.store.write(login.begin, service, user["email"], request)
    if await login.settled(service, slot, lambda: login.password_matches(service, user, password)):
        await service.store.write(throttle.clear, slot, service.clock.now())
        return
    await service.store.write(login.refuse, service, slot, request.source)
    raise problems.Problem(403, "proof-refused")
