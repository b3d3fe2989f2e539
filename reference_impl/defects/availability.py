"""Planted defects: availability and faults."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from reference_impl.defects import Defect, always

AS_GOOD_AS_NEVER_S = 3600.0


def _constant(_sound: Any) -> Any:
    from reference_impl.operations import Answer  # noqa: PLC0415 - listing defects loads no server

    async def get_readiness(service: Any, _request: Any) -> Any:
        dependencies = [{"name": name, "status": "up"} for name in service.probes]
        return Answer(200, {"status": "ready", "dependencies": dependencies})

    return get_readiness


def _unmapped_store(sound: Any) -> Any:
    from reference_impl.store import StoreUnavailable  # noqa: PLC0415

    def refusal(fault: Exception, request_id: str, service: Any, log: Any) -> Any:
        unmapped = RuntimeError("database") if isinstance(fault, StoreUnavailable) else fault
        return sound(unmapped, request_id, service, log)

    return refusal


def _unmapped_connection(_sound: Any) -> Any:
    from reference_impl.upstream.faults import UNREACHABLE, UpstreamFault  # noqa: PLC0415

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


def _not_revoked(sound: Any) -> Any:
    from reference_impl import tokens  # noqa: PLC0415
    from reference_impl.operations import Caller  # noqa: PLC0415
    from reference_impl.store import StoreUnavailable  # noqa: PLC0415

    seen: dict[str, Any] = {}

    async def caller(service: Any, token: str) -> Any:
        try:
            found = await sound(service, token)
        except StoreUnavailable:
            claims = await tokens.verify(service.keys, service.settings, token, service.clock.now())
            if claims.user_id not in seen:
                raise
            return Caller(seen[claims.user_id], claims.session_id)
        seen[found.user["user_id"]] = found.user
        return found

    return caller


def _cached(sound: Any) -> Any:
    def begun(self: Any, writes: bool) -> Any:
        connection = getattr(self._local, "connection", None)
        if connection is None:
            return sound(self, writes)
        connection.begin(writes=writes)
        return connection

    return begun


def _open_for_ever(_sound: Any) -> Any:
    return lambda self: self._last if self._outages >= self._limit else None


def _spent_first(_sound: Any) -> Any:
    from reference_impl import opaque, problems, sessions  # noqa: PLC0415
    from reference_impl.operations import Answer  # noqa: PLC0415

    def find(tx: Any, digest: str) -> Any:
        return tx.row(
            "SELECT t.session_id, t.expires_at, s.user_id, s.expires_at AS session_ends, s.ended_at, i.disabled "
            "FROM refresh_tokens t JOIN sessions s ON s.session_id = t.session_id "
            "JOIN identities i ON i.user_id = s.user_id WHERE t.token_hash = ?",
            digest,
        )

    async def refresh_token(service: Any, request: Any) -> Any:
        now, store, digest = service.clock.now(), service.store, opaque.digest(request.body["refreshToken"])
        row = await store.read(find, digest)
        if row is None:
            raise problems.invalid_token()
        if await store.write(sessions.spend, digest, now) == "replayed":
            await store.write(sessions.end_family, row["session_id"], now)
            raise problems.invalid_token()
        if not sessions.can_refresh(row, now):
            raise problems.invalid_token()
        successor = await store.write(
            sessions.add_refresh_token, service.settings, row["session_id"], row["session_ends"], now
        )
        grant = sessions.Grant(row["user_id"], row["session_id"], successor)
        return Answer(200, await sessions.token_pair(service, grant, now))

    return refresh_token


def _while_they_wait(_sound: Any) -> Any:
    from reference_impl.mail import Mail  # noqa: PLC0415
    from reference_impl.operations import Answer  # noqa: PLC0415
    from reference_impl.reset import asking  # noqa: PLC0415

    async def request_password_reset(service: Any, request: Any) -> Any:
        letter = await service.store.write(asking.prepare, service, request.body["email"], request.source)
        if letter is not None and service.settings.smtp:
            mail = Mail(letter.recipient, asking.subject(service.settings), asking.text(service.settings, letter.token))
            try:
                await asyncio.to_thread(service.mailer._deliver, service.mailer._message(mail))
            except OSError as fault:
                raise RuntimeError("mail") from fault
        return Answer(202, {"message": asking.MESSAGE})

    return request_password_reset


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


def _nameless(sound: Any) -> Any:
    def body(problem: Any, request_id: str) -> dict[str, Any]:
        members: dict[str, Any] = sound(problem, request_id)
        if problem.status < 500:
            return members
        return {**members, "type": "about:blank", "title": "Service Unavailable"}

    return body


DEFECTS = (
    Defect(
        "AVAIL-01",
        "readiness is a constant",
        red=("AVAIL-01", "AVAIL-08", "AVAIL-09"),
        seams={"health:get_readiness": _constant},
    ),
    Defect(
        "AVAIL-02",
        "the database driver's exception is not mapped: 500",
        red=("AVAIL-02", "AVAIL-11", "AVAIL-13", "AVAIL-17"),
        seams={"app:refusal": _unmapped_store},
    ),
    Defect(
        "AVAIL-03",
        "the HTTP client's connection error is not mapped: 500",
        red=("AVAIL-03", "AVAIL-04", "AVAIL-07", "AVAIL-17"),
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
        red=("AVAIL-07",),
        seams={"login:password_matches": _probed_first},
    ),
    Defect(
        "AVAIL-08",
        "a refusal of the service itself is passed on as the user's 401",
        red=("AVAIL-08",),
        seams={"upstream.answers:refuses_the_user": lambda _sound: lambda reply: reply.status in (401, 403)},
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
        "AVAIL-11",
        "a session that cannot be looked up is taken for a live one",
        red=("AVAIL-11",),
        seams={"sessions:caller": _not_revoked},
    ),
    Defect(
        "AVAIL-12",
        "a broken connection stays cached, and an open circuit open, until a restart",
        red=("AVAIL-12",),
        seams={
            "store.threads:ThreadedStore._begun": _cached,
            "store.threads:ThreadedStore._drop": always(None),
            "upstream.breaker:Breaker.standing": _open_for_ever,
        },
    ),
    Defect(
        "AVAIL-13",
        "a refresh token is spent before its successor is stored",
        red=("AVAIL-13",),
        seams={"sessions:refresh_token": _spent_first},
    ),
    Defect(
        "AVAIL-14",
        "the reset request waits for the mail server: 500 for existing accounts only",
        red=("AVAIL-14",),
        seams={"reset.asking:request_password_reset": _while_they_wait},
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
    Defect(
        "AVAIL-17",
        "every 5xx has the same type and text",
        red=("AVAIL-17",),
        seams={"problems:body": _nameless},
    ),
)
