"""SQLite: one thread writes, several read (write-ahead log)."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from reference_impl.store import Conflict, Row, StoreUnavailable
from reference_impl.store.threads import ThreadedStore

READERS = 2
BUSY_TIMEOUT_S = 2.0


class SqliteConnection:
    """A connection with explicit transactions; the driver's errors become ours."""

    def __init__(self, path: str) -> None:
        with _translated():
            self._connection = sqlite3.connect(
                path, timeout=BUSY_TIMEOUT_S, isolation_level=None, check_same_thread=False, cached_statements=256
            )
            self._connection.row_factory = sqlite3.Row
            self._connection.execute("PRAGMA journal_mode = WAL")
            # Every commit reaches the disk before it is acknowledged: it outlives the machine, not only the process.
            self._connection.execute("PRAGMA synchronous = FULL")
            self._connection.execute("PRAGMA foreign_keys = ON")

    def begin(self, *, writes: bool) -> None:
        """Start a transaction; one that writes takes the write lock at once, so that it cannot fail half-way."""
        with _translated():
            self._connection.execute("BEGIN IMMEDIATE" if writes else "BEGIN")

    def commit(self) -> None:
        """Make the transaction's changes lasting."""
        with _translated():
            self._connection.execute("COMMIT")

    def rollback(self) -> None:
        """Undo the transaction's changes."""
        with _translated():
            if self._connection.in_transaction:
                self._connection.execute("ROLLBACK")

    def execute(self, statement: str, *values: Any) -> int:
        """Run *statement*; return how many rows it touched."""
        with _translated():
            return self._connection.execute(statement, values).rowcount

    def row(self, statement: str, *values: Any) -> Row | None:
        """Run *statement*; return its first row, or None."""
        with _translated():
            found = self._connection.execute(statement, values).fetchone()
            return None if found is None else dict(found)

    def rows(self, statement: str, *values: Any) -> list[Row]:
        """Run *statement*; return all its rows."""
        with _translated():
            return [dict(found) for found in self._connection.execute(statement, values)]

    def interrupt(self) -> None:
        """Make a call that is under way in another thread fail soon."""
        self._connection.interrupt()

    def close(self) -> None:
        """Close the connection."""
        try:
            self._connection.close()
        except sqlite3.Error:
            return


@contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except sqlite3.IntegrityError as fault:
        raise Conflict(str(fault)) from None
    except sqlite3.Error as fault:
        code = getattr(fault, "sqlite_errorcode", None)
        busy = code is not None and code & 0xFF in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)
        unopened = code is not None and code & 0xFF in (sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_IOERR)
        raise StoreUnavailable("timeout" if busy else "unreachable" if unopened else "failure") from fault


def open_sqlite(path: str, timeout_s: float) -> ThreadedStore:
    """Return the store in the file *path*, which is made when it is first used."""
    connect: Callable[[], SqliteConnection] = lambda: SqliteConnection(path)  # noqa: E731
    return ThreadedStore(connect, writers=1, readers=READERS, timeout_s=timeout_s)
