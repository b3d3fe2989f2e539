"""What every handler is given: settings, clock, store, hasher, keys, and what is to be probed."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from reference_impl.background import Background
from reference_impl.clock import Clock
from reference_impl.mail import Mailer
from reference_impl.passwords import Hasher
from reference_impl.settings import Settings
from reference_impl.store import Cause, Store
from reference_impl.tokens import Keys
from reference_impl.under_way import UnderWay

if TYPE_CHECKING:
    from reference_impl.upstream.client import IdentityService

POSTGRESQL = ("postgresql://", "postgres://")

Probe = Callable[[], Awaitable[Cause | None]]


@dataclass(slots=True)
class Service:
    """
    The running service.

    `probes` maps a dependency's logical name to what tells whether it can be used: None, or the class of the fault.
    `closers` are run at the end, last one first; `probing` is the round of probes under way.
    """

    settings: Settings
    clock: Clock
    store: Store
    hasher: Hasher
    keys: Keys
    mailer: Mailer
    background: Background = field(default_factory=Background)
    under_way: UnderWay = field(default_factory=UnderWay)
    identity_service: IdentityService | None = None
    probes: dict[str, Probe] = field(default_factory=dict)
    closers: list[Callable[[], None]] = field(default_factory=list)
    probing: asyncio.Future[dict[str, Cause | None]] | None = None

    def close(self) -> None:
        """Close whatever was opened."""
        while self.closers:
            self.closers.pop()()


def open_service(settings: Settings) -> Service:
    """Return the service that *settings* describe; no dependency is touched before it is first used."""
    store = open_store(settings)
    if settings.control:
        from reference_impl.control.store_switch import SwitchedStore  # noqa: PLC0415 - only where testers are let in

        store = SwitchedStore(store, settings.database_timeout_s)
    clock = Clock()
    service = Service(settings, clock, store, Hasher(settings), Keys(store), Mailer(settings, clock.now))
    service.closers += [store.close, service.hasher.close, service.mailer.close]
    service.probes["database"] = store.probe
    if settings.smtp:
        service.probes["mail"] = service.mailer.probe
    if settings.upstream:
        from reference_impl.upstream.client import open_identity_service  # noqa: PLC0415 - httpx takes time to load

        service.identity_service = open_identity_service(settings, clock.now)
        service.probes["identity-service"] = service.identity_service.probe
    return service


def open_store(settings: Settings) -> Store:
    """Return the store that *settings* name."""
    path = sqlite_path(settings)
    if path:
        from reference_impl.store.sqlite import open_sqlite  # noqa: PLC0415 - only one of the two is loaded

        return open_sqlite(path, settings.database_timeout_s)
    from reference_impl.store.postgres import open_postgres  # noqa: PLC0415 - psycopg is an extra

    return open_postgres(settings.database, threads=settings.database_threads, timeout_s=settings.database_timeout_s)


def sqlite_path(settings: Settings) -> str:
    """Return the path of the SQLite file, "" where the database is a PostgreSQL server."""
    if settings.database.startswith(POSTGRESQL):
        return ""
    return settings.database.removeprefix("sqlite:") or str(Path(settings.data) / "auth.sqlite")
