"""Planted defects: availability and faults; those towards the identity service are in `identity_service`."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from reference_impl.defects import Defect, always, identity_service


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
    def begun(self: Any, running: Any, writes: bool) -> Any:
        connection = getattr(self._local, "connection", None)
        if connection is None:
            return sound(self, running, writes)
        connection.begin(writes=writes)
        return connection

    return begun


def _open_for_ever(_sound: Any) -> Any:
    return lambda self: self._last if self._outages >= self._limit else None


def _tried_once(sound: Any) -> Any:
    from reference_impl.upstream.faults import UpstreamFault  # noqa: PLC0415

    @contextmanager
    def guard(self: Any) -> Iterator[None]:
        half_open = self._outages >= self._limit and self.standing() is None
        try:
            with sound(self):
                yield
        except UpstreamFault:
            self._trying = self._trying or half_open
            raise

    return guard


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
        if letter is not None and not service.settings.smtp:
            asking.post(service, letter)
        elif letter is not None:
            mail = Mail(letter.recipient, asking.subject(service.settings), asking.text(service.settings, letter.token))
            try:
                await asyncio.to_thread(service.mailer._deliver, service.mailer._message(mail))
            except OSError as fault:
                raise RuntimeError("mail") from fault
        return Answer(202, {"message": asking.MESSAGE})

    return request_password_reset


def _nameless(sound: Any) -> Any:
    def body(problem: Any, request_id: str) -> dict[str, Any]:
        members: dict[str, Any] = sound(problem, request_id)
        if problem.status < 500:
            return members
        return {**members, "type": "about:blank", "title": "Service Unavailable"}

    return body


OWN = (
    Defect(
        "AVAIL-01",
        "readiness is a constant",
        red=("AVAIL-01", "AVAIL-08", "AVAIL-09"),
        seams={"health:get_readiness": _constant},
    ),
    Defect(
        "AVAIL-02",
        "the database driver's exception is not mapped: 500",
        red=("AVAIL-02", "AVAIL-04", "AVAIL-11"),
        seams={"app:refusal": _unmapped_store},
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
        "AVAIL-12b",
        "an open circuit is tried once; where that is in vain, it stays open until a restart",
        red=("AVAIL-12",),
        seams={"upstream.breaker:Breaker.guard": _tried_once},
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
        "AVAIL-17",
        "every 5xx has the same type and text",
        red=("AVAIL-17",),
        seams={"problems:body": _nameless},
    ),
)

DEFECTS = tuple(sorted((*OWN, *identity_service.DEFECTS), key=lambda defect: defect.id))
