"""PostgreSQL by psycopg 3."""

from __future__ import annotations

import functools
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

import psycopg
from psycopg import errors, sql
from psycopg.rows import dict_row

from reference_impl.store import Cause, Conflict, Row, StoreUnavailable
from reference_impl.store.threads import ThreadedStore

CONNECT_TIMEOUT_S = 2  # libpq allows no less


@functools.cache
def _numbered(statement: str) -> str:
    return statement.replace("?", "%s")


class PostgresConnection:
    """A connection with explicit transactions; the driver's errors become ours."""

    def __init__(self, url: str, timeout_s: float) -> None:
        with _translated():
            self._connection = psycopg.connect(
                url, autocommit=True, row_factory=dict_row, connect_timeout=CONNECT_TIMEOUT_S, prepare_threshold=2
            )
            # The server gives up with us, so that what nobody waits for any more holds no locks.
            for limit in ("statement_timeout", "idle_in_transaction_session_timeout"):
                self._connection.execute(sql.SQL("SET {} = {}").format(sql.Identifier(limit), int(timeout_s * 1000)))

    def begin(self, *, writes: bool) -> None:
        """Start a transaction."""
        with _translated():
            self._connection.execute("BEGIN" if writes else "BEGIN READ ONLY")

    def commit(self) -> None:
        """Make the transaction's changes lasting."""
        with _translated():
            self._connection.execute("COMMIT")

    def rollback(self) -> None:
        """Undo the transaction's changes."""
        with _translated():
            self._connection.execute("ROLLBACK")

    def execute(self, statement: str, *values: Any) -> int:
        """Run *statement*; return how many rows it touched."""
        with _translated():
            return self._connection.execute(_numbered(statement), values).rowcount

    def row(self, statement: str, *values: Any) -> Row | None:
        """Run *statement*; return its first row, or None."""
        with _translated():
            return self._connection.execute(_numbered(statement), values).fetchone()

    def rows(self, statement: str, *values: Any) -> list[Row]:
        """Run *statement*; return all its rows."""
        with _translated():
            return list(self._connection.execute(_numbered(statement), values).fetchall())

    def interrupt(self) -> None:
        """Make a call that is under way in another thread fail soon, even if the server has fallen silent."""
        with suppress(OSError, psycopg.Error), socket.socket(fileno=os.dup(self._connection.fileno())) as line:
            line.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        """Close the connection."""
        with suppress(psycopg.Error):
            self._connection.close()


@contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except errors.UniqueViolation as fault:
        raise Conflict(str(fault.diag.constraint_name)) from None
    except psycopg.Error as fault:
        raise StoreUnavailable(_cause(fault)) from fault


def _cause(fault: psycopg.Error) -> Cause:
    """Class a fault; a refused connection has no SQLSTATE, only a text, so that is looked at."""
    text = str(fault).lower()
    if fault.sqlstate is not None and fault.sqlstate.startswith("28"):
        return "authentication"
    if "authentication failed" in text or "no password supplied" in text:
        return "authentication"
    if isinstance(fault, errors.ConnectionTimeout | errors.QueryCanceled) or "timeout expired" in text:
        return "timeout"
    if "does not exist" in text and fault.sqlstate is None:
        return "configuration"
    return "unreachable" if isinstance(fault, psycopg.OperationalError) else "failure"


def open_postgres(url: str, *, threads: int, timeout_s: float) -> ThreadedStore:
    """Return the store in the database at *url*; nothing is connected before it is first used."""
    return ThreadedStore(lambda: PostgresConnection(url, timeout_s), writers=threads, timeout_s=timeout_s)
