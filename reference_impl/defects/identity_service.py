"""Planted defects: availability, towards the identity service."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from reference_impl.defects import Defect, always

AS_GOOD_AS_NEVER_S = 3600.0


def _unmapped_connection(_sound: Any) -> Any:
    from reference_impl.upstream.faults import UNREACHABLE, UpstreamFault  # noqa: PLC0415 - listing defects loads no server

    @contextmanager
    def answered_503(service: Any) -> Iterator[None]:
        try:
            yield
        except UpstreamFault as fault:
            if fault.kind is UNREACHABLE:
                raise RuntimeError("connection") from fault
            raise fault.problem(service.settings.retry_after_s) from fault

    return answered_503


def _patient(sound: Any) -> Any:
    def open_identity_service(settings: Any, now: Any) -> Any:
        waits = {"upstream_read_timeout_s": AS_GOOD_AS_NEVER_S, "upstream_budget_s": AS_GOOD_AS_NEVER_S}
        return sound(replace(settings, **waits), now)

    return open_identity_service


def _trusting(sound: Any) -> Any:
    def verified(reply: Any, subject: str) -> bool:
        if reply.status != 200:
            return bool(sound(reply, subject))
        said = json.loads(reply.body)
        return bool(said["subject"]) and bool(said["token"])

    return verified


def _probed_first(sound: Any) -> Any:
    from reference_impl import problems  # noqa: PLC0415

    async def password_matches(service: Any, user: Any, password: str) -> Any:
        if service.identity_service and await service.identity_service.probe():
            raise problems.unavailable("identity-service-unavailable", service.settings.retry_after_s)
        return await sound(service, user, password)

    return password_matches


def _on_first_use(_sound: Any) -> Any:
    def credentials(self: Any) -> dict[str, str]:
        if not self._upstream.configured:
            raise KeyError("credential")
        return {"X-Service-Id": self._upstream.service_id, "X-Service-Secret": self._upstream.service_secret}

    return credentials


def _up_unless_asked(sound: Any) -> Any:
    async def probe(self: Any) -> Any:
        return await sound(self) if self._upstream.configured else None

    return probe


def _with_url(_sound: Any) -> Any:
    from reference_impl.upstream.faults import UpstreamFault  # noqa: PLC0415

    @contextmanager
    def answered_503(service: Any) -> Iterator[None]:
        try:
            yield
        except UpstreamFault as fault:
            problem = fault.problem(service.settings.retry_after_s)
            problem.detail = f"{service.settings.upstream}/verify: {fault}"
            raise problem from fault

    return answered_503


def _thrice(_sound: Any) -> Any:
    import httpx  # noqa: PLC0415

    async def attempts(self: Any, method: str, path: str, body: Any) -> Any:
        for wait_s in (0.05, 0.1):
            try:
                reply = await self._once(method, path, body)
                if reply.status < 500:
                    return reply
            except httpx.HTTPError:
                pass
            await asyncio.sleep(wait_s)
        return await self._once(method, path, body)

    return attempts


def _unguarded(_sound: Any) -> Any:
    @contextmanager
    def guard(_self: Any) -> Iterator[None]:
        yield

    return guard


DEFECTS = (
    Defect(
        "AVAIL-03",
        "the HTTP client's connection error is not mapped: 500",
        red=("AVAIL-03", "AVAIL-04", "AVAIL-05", "AVAIL-07"),
        seams={"upstream.in_step:answered_503": _unmapped_connection},
    ),
    Defect(
        "AVAIL-04",
        "the identity service is waited for without a read time-out",
        red=("AVAIL-04", "AVAIL-16", "AVAIL-17"),
        seams={"upstream.client:open_identity_service": _patient},
    ),
    Defect(
        "AVAIL-05",
        "a missing member in the identity service's answer raises: 500",
        red=("AVAIL-05",),
        seams={"upstream.answers:verified": _trusting},
    ),
    Defect(
        "AVAIL-06",
        "every refusal by the identity service becomes 503",
        red=("AVAIL-06",),
        seams={"upstream.answers:refuses_the_user": always(False)},
    ),
    Defect(
        "AVAIL-07",
        "the identity service is probed before the password is looked at",
        red=("AVAIL-06", "AVAIL-07", "AVAIL-16", "AVAIL-17"),
        seams={"login:password_matches": _probed_first},
    ),
    Defect(
        "AVAIL-08",
        "a refusal of the service itself is passed on as the user's 401",
        red=("AVAIL-08",),
        seams={
            "upstream.answers:refuses_the_user": lambda sound: lambda reply: sound(reply) or reply.status in (401, 403)
        },
    ),
    Defect(
        "AVAIL-09",
        "a missing credential raises on first use, and readiness is fine",
        red=("AVAIL-09",),
        seams={
            "upstream.client:IdentityService._credentials": _on_first_use,
            "upstream.client:IdentityService.probe": _up_unless_asked,
        },
    ),
    Defect(
        "AVAIL-10",
        "the 503 names the identity service's address",
        red=("AVAIL-10",),
        seams={"upstream.in_step:answered_503": _with_url},
    ),
    Defect(
        "AVAIL-15",
        "every failed call to the identity service is made three times",
        red=("AVAIL-15",),
        seams={"upstream.client:IdentityService._attempts": _thrice},
    ),
    Defect(
        "AVAIL-16",
        "there is no circuit breaker",
        red=("AVAIL-16",),
        seams={"upstream.breaker:Breaker.guard": _unguarded, "upstream.breaker:Breaker.standing": always(None)},
    ),
)
