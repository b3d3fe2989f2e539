"""Calls to the identity service: bounded in time, repeated only where nothing can have happened, never redirected."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import httpx

from reference_impl.settings import Settings
from reference_impl.store import Cause
from reference_impl.upstream import answers
from reference_impl.upstream.answers import Reply
from reference_impl.upstream.breaker import Breaker
from reference_impl.upstream.faults import (
    NOT_CONFIGURED,
    REFUSED_US,
    SENSELESS,
    TIMEOUT,
    UNREACHABLE,
    Fault,
    UpstreamFault,
)

T = TypeVar("T")

ATTEMPTS = {"production": 1, "staging": 3}
FIRST_WAIT_S = 0.1  # before the second attempt; doubled before each further one
NEVER = float("-inf")
MAX_REPLY_BYTES = 65_536
PROBE_TIMEOUT_S = 1.5
NOT_CONNECTED = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout)
"""After these no byte of the request was sent, so repeating it is harmless, whatever it asks for."""
CREDENTIAL_NAME = "identity-service credential"
"""What readiness calls a missing credential: a logical name, of no file, option or variable."""


@dataclass(frozen=True, slots=True)
class Upstream:
    """Where the identity service is, who we are to it, and how long it is waited for."""

    url: str
    service_id: str
    service_secret: str
    environment: str = "production"
    connect_timeout_s: float = 1.5
    read_timeout_s: float = 3.0
    budget_s: float = 5.0
    outage_limit: int = 5
    open_s: float = 5.0

    @property
    def configured(self) -> bool:
        """Whether both halves of the credential are there; blank is missing."""
        return bool(self.service_id.strip() and self.service_secret.strip())


class IdentityService:
    """The identity service as the rest of the server sees it. Every method may raise UpstreamFault."""

    def __init__(self, upstream: Upstream, now: Callable[[], float]) -> None:
        self._upstream = upstream
        self.calls = 0
        self._now = now
        self._refused_us_at = NEVER
        self._breaker = Breaker(upstream.outage_limit, upstream.open_s, now)
        timeouts = httpx.Timeout(upstream.read_timeout_s, connect=upstream.connect_timeout_s)
        self._http = httpx.AsyncClient(
            base_url=upstream.url,
            trust_env=False,
            follow_redirects=False,
            timeout=timeouts,
            headers={"Accept": "application/json", "Accept-Encoding": "identity"},
            # A kept connection that went stale cannot be told from a call that had its effect: none is kept.
            limits=httpx.Limits(max_connections=100, max_keepalive_connections=0),
        )

    async def check(self, subject: str, password: str) -> bool:
        """Return whether the identity service takes *password* for that of *subject*."""
        asked = {"subject": subject, "password": password}
        return await self._judged(lambda reply: answers.verified(reply, subject), "POST", "/verify", asked)

    async def put(self, subject: str, password: str) -> None:
        """Make *subject* known with *password*, or change it."""
        await self._judged(answers.saved, "PUT", f"/users/{subject}", {"password": password})

    async def remove(self, subject: str) -> None:
        """Make *subject* unknown; it may be so already."""
        await self._judged(answers.removed, "DELETE", f"/users/{subject}", None)

    async def probe(self) -> Cause | None:
        """Return None where the identity service can be used, else the class of the cause; never raises."""
        if 0 <= self._now() - self._refused_us_at < self._upstream.open_s:
            return "authentication"
        try:
            self._credentials()
            if standing := self._breaker.standing():
                raise standing
            async with asyncio.timeout(PROBE_TIMEOUT_S):
                answers.saved(await self._once("GET", "/health", None))
        except UpstreamFault as fault:
            return fault.kind.cause
        except TimeoutError:
            return "timeout"
        except httpx.HTTPError as why:
            return kind_of(why).cause
        return None

    @property
    def missing(self) -> str:
        """The logical name of what was not configured, "" where nothing is missing."""
        return "" if self._upstream.configured else CREDENTIAL_NAME

    async def call(self, method: str, path: str, body: Mapping[str, Any] | None) -> Reply:
        """
        Make one call within the time budget and return the answer, whatever it says short of 5xx.

        Production makes one attempt. Staging makes up to three, but only while not even a connection was made.
        """
        self._credentials()
        with self._breaker.guard():
            try:
                async with asyncio.timeout(self._upstream.budget_s):
                    reply = await self._attempts(method, path, body)
            except TimeoutError as why:
                raise UpstreamFault(TIMEOUT, "no whole answer within the budget") from why
            except httpx.HTTPError as why:
                raise UpstreamFault(kind_of(why), f"{type(why).__name__}: {why}") from why
            if reply.status >= 500:
                raise answers.fault_of(reply)
        return reply

    async def _judged(self, judge: Callable[[Reply], T], method: str, path: str, body: Mapping[str, Any] | None) -> T:
        reply = await self.call(method, path, body)
        try:
            judged = judge(reply)
        except UpstreamFault as fault:
            self._refused_us_at = self._now() if fault.kind is REFUSED_US else NEVER
            raise
        self._refused_us_at = NEVER
        return judged

    def _credentials(self) -> dict[str, str]:
        if not self._upstream.configured:
            raise UpstreamFault(NOT_CONFIGURED, f"missing: {CREDENTIAL_NAME}")
        return {
            "X-Service-Id": self._upstream.service_id.strip(),
            "X-Service-Secret": self._upstream.service_secret.strip(),
        }

    async def _attempts(self, method: str, path: str, body: Mapping[str, Any] | None) -> Reply:
        wait_s = FIRST_WAIT_S
        for _ in range(ATTEMPTS[self._upstream.environment] - 1):
            try:
                return await self._once(method, path, body)
            except NOT_CONNECTED:
                await asyncio.sleep(wait_s)
                wait_s *= 2
        return await self._once(method, path, body)

    async def _once(self, method: str, path: str, body: Mapping[str, Any] | None) -> Reply:
        content = None if body is None else json.dumps(body).encode()
        self.calls += 1
        headers = self._credentials() | ({"Content-Type": "application/json"} if content else {})
        async with self._http.stream(method, path, content=content, headers=headers) as response:
            received = bytearray()
            async for chunk in response.aiter_raw():
                received += chunk
                if len(received) > MAX_REPLY_BYTES:
                    raise UpstreamFault(SENSELESS, "an answer without end")
            media_type = response.headers.get("content-type", "").partition(";")[0].strip().lower()
            return Reply(response.status_code, media_type, bytes(received))


def open_identity_service(settings: Settings, now: Callable[[], float]) -> IdentityService:
    """Return the identity service that *settings* describe; nothing is connected before it is first asked."""
    secret = settings.upstream_secret
    if settings.upstream_secret_file:
        secret = Path(settings.upstream_secret_file).read_text("utf-8")
    upstream = Upstream(
        settings.upstream.rstrip("/"),
        settings.upstream_id,
        secret,
        environment=settings.environment,
        connect_timeout_s=settings.upstream_connect_timeout_s,
        read_timeout_s=settings.upstream_read_timeout_s,
        budget_s=settings.upstream_budget_s,
        outage_limit=settings.upstream_outage_limit,
        open_s=settings.retry_after_s,  # what a 503 announces is then true
    )
    return IdentityService(upstream, now)


def kind_of(why: httpx.HTTPError) -> Fault:
    """Return the kind of fault that an exception of the HTTP client stands for."""
    if isinstance(why, httpx.TimeoutException):
        return TIMEOUT
    if isinstance(why, httpx.RemoteProtocolError) and not str(why).startswith(("Server disconnected", "peer closed")):
        return SENSELESS
    return UNREACHABLE
