"""Liveness and readiness, for probes and load balancers."""

from __future__ import annotations

import asyncio
from typing import Any

from reference_impl.operations import Answer, Request, operation
from reference_impl.problems import Problem
from reference_impl.service import Service


@operation("getLiveness")
async def get_liveness(_service: Service, _request: Request) -> Answer:
    """Say that the process answers; no dependency is asked."""
    return Answer(200, {"status": "live"})


@operation("getReadiness")
async def get_readiness(service: Service, _request: Request) -> Answer:
    """Probe every dependency at the same time; say which can be used and, by class, why another cannot."""
    causes = await asyncio.gather(*(probe() for probe in service.probes.values()))
    dependencies: list[dict[str, Any]] = [
        {"name": name, "status": "down", "cause": cause} if cause else {"name": name, "status": "up"}
        for name, cause in zip(service.probes, causes, strict=True)
    ]
    down = [dependency["name"] for dependency in dependencies if dependency["status"] == "down"]
    if down:
        raise Problem(
            503,
            "not-ready",
            detail=f"Not ready: {', '.join(down)}.",
            headers={"Retry-After": str(service.settings.retry_after_s)},
            members={"dependencies": dependencies},
        )
    return Answer(200, {"status": "ready", "dependencies": dependencies})
