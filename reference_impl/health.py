"""Liveness and readiness, for probes and load balancers."""

from __future__ import annotations

import asyncio
from typing import Any

from reference_impl.operations import Answer, Request, operation
from reference_impl.problems import Problem
from reference_impl.service import Probe, Service
from reference_impl.store import Cause

PROBE_TIMEOUT_S = 2.5  # a connection to PostgreSQL may take two


@operation("getLiveness")
async def get_liveness(_service: Service, _request: Request) -> Answer:
    """Say that the process answers; no dependency is asked."""
    return Answer(200, {"status": "live"})


@operation("getReadiness")
async def get_readiness(service: Service, _request: Request) -> Answer:
    """Say which dependencies can be used and, by class, why another cannot."""
    causes = await shared_probes(service)
    dependencies: list[dict[str, Any]] = [
        {"name": name, "status": "down", "cause": cause} if cause else {"name": name, "status": "up"}
        for name, cause in causes.items()
    ]
    down = [name for name, cause in causes.items() if cause]
    if down:
        raise Problem(
            503,
            "not-ready",
            detail=f"Not ready: {', '.join(described(service, name) for name in down)}.",
            headers={"Retry-After": str(service.settings.retry_after_s)},
            members={"dependencies": dependencies},
        )
    return Answer(200, {"status": "ready", "dependencies": dependencies})


async def shared_probes(service: Service) -> dict[str, Cause | None]:
    """
    Return what the probes find, by the name of the dependency.

    Callers that come while the probes run share what they find: however many ask, each dependency is asked once at a
    time. Nothing older is kept, so that the answer is never about another state than the caller's.
    """
    if service.probing is None or service.probing.done():
        service.probing = asyncio.ensure_future(probe_all(service))
    return await asyncio.shield(service.probing)


async def probe_all(service: Service) -> dict[str, Cause | None]:
    """Probe every dependency at the same time."""
    causes = await asyncio.gather(*(within_time(probe) for probe in service.probes.values()))
    return dict(zip(service.probes, causes, strict=True))


async def within_time(probe: Probe) -> Cause | None:
    """Return what *probe* finds, or "timeout"."""
    try:
        async with asyncio.timeout(PROBE_TIMEOUT_S):
            return await probe()
    except TimeoutError:
        return "timeout"


def described(service: Service, name: str) -> str:
    """Return the logical *name* of a dependency, and that of the setting it lacks: never a value or a variable."""
    missing = service.identity_service.missing if name == "identity-service" and service.identity_service else ""
    return f"{name} ({missing} is missing)" if missing else name
