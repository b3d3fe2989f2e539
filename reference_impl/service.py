"""What every handler is given: settings, clock, store, hasher, keys, and what is to be probed."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path

from reference_impl.clock import Clock
from reference_impl.passwords import Hasher
from reference_impl.settings import Settings
from reference_impl.store import Cause, Store
from reference_impl.tokens import Keys

Probe = Callable[[], Awaitable[Cause | None]]


@dataclass(slots=True)
class Service:
    """
    The running service.

    `probes` maps a dependency's logical name to what tells whether it can be used: None, or the class of the fault.
    `closers` are run at the end, last one first.
    """

    settings: Settings
    clock: Clock
    store: Store
    hasher: Hasher
    keys: Keys
    probes: dict[str, Probe] = field(default_factory=dict)
    closers: list[Callable[[], None]] = field(default_factory=list)

    def close(self) -> None:
        """Close whatever was opened."""
        while self.closers:
            self.closers.pop()()


def open_service(settings: Settings) -> Service:
    """Return the service that *settings* describe; no dependency is touched before it is first used."""
    store = open_store(settings)
    service = Service(settings, Clock(), store, Hasher(settings), Keys(store))
    service.closers += [store.close, service.hasher.close]
    service.probes["database"] = store.probe
    return service


def open_store(settings: Settings) -> Store:
    """Return the store that `database` names, or the SQLite file in the folder `data`."""
    if settings.database.startswith(("postgresql://", "postgres://")):
        from reference_impl.store.postgres import open_postgres  # noqa: PLC0415 - psycopg is an extra

        return open_postgres(
            settings.database, threads=settings.database_threads, timeout_s=settings.database_timeout_s
        )
    from reference_impl.store.sqlite import open_sqlite  # noqa: PLC0415

    path = settings.database.removeprefix("sqlite:") or str(Path(settings.data) / "auth.sqlite")
    return open_sqlite(path, settings.database_timeout_s)
