"""A store that runs units of work in a fixed set of threads, each with a database connection of its own."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Concatenate, ParamSpec, Protocol, TypeVar

from reference_impl.store import Cause, Conflict, StoreUnavailable, Transaction, schema

P = ParamSpec("P")
T = TypeVar("T")


class Connection(Transaction, Protocol):
    """A transaction that can be begun and ended again and again."""

    def begin(self, *, writes: bool) -> None:
        """Start a transaction."""
        ...

    def commit(self) -> None:
        """Make the transaction's changes lasting."""
        ...

    def rollback(self) -> None:
        """Undo the transaction's changes."""
        ...

    def interrupt(self) -> None:
        """Make a call that is under way in another thread fail soon."""
        ...

    def close(self) -> None:
        """Close the connection; never raises."""
        ...


class ThreadedStore:
    """
    The store over *connect*, which opens one connection or raises StoreUnavailable.

    *writers* threads run the units that write, *readers* threads the others; where writers is the only number, they
    share. A connection that fails is dropped, and the next unit in that thread opens a new one: so the service recovers
    when the database does. One that broke while idle is noticed at `begin`, before anything was done, and replaced.
    """

    def __init__(
        self, connect: Callable[[], Connection], *, writers: int, readers: int = 0, timeout_s: float = 5.0
    ) -> None:
        self._connect = connect
        self._timeout_s = timeout_s
        self._write_threads = ThreadPoolExecutor(writers, thread_name_prefix="store-write")
        self._read_threads = (
            ThreadPoolExecutor(readers, thread_name_prefix="store-read") if readers else self._write_threads
        )
        self._local = threading.local()
        self._schema_lock = threading.Lock()
        self._schema_made = False
        self._open: set[Connection] = set()

    async def write(self, work: Callable[Concatenate[Transaction, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run *work* in a transaction of its own."""
        return await self._submit(self._write_threads, True, work, args, kwargs)

    async def read(self, work: Callable[Concatenate[Transaction, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run *work*, which changes nothing."""
        return await self._submit(self._read_threads, False, work, args, kwargs)

    async def probe(self) -> Cause | None:
        """Return None where every table can be read, else why not."""
        try:
            await self.read(_read_every_table)
        except StoreUnavailable as fault:
            return fault.cause
        return None

    def close(self) -> None:
        """Let running units end, then close every connection."""
        for threads in {self._write_threads, self._read_threads}:
            threads.shutdown(cancel_futures=True)
        for connection in list(self._open):
            connection.close()

    async def _submit(
        self, threads: ThreadPoolExecutor, writes: bool, work: Callable[..., T], args: Any, kwargs: Any
    ) -> T:
        running: list[Connection] = []
        future = threads.submit(self._run, running, writes, work, args, kwargs)
        try:
            return await asyncio.wait_for(asyncio.wrap_future(future), self._timeout_s)
        except TimeoutError:
            for connection in running:
                connection.interrupt()
            raise StoreUnavailable("timeout") from None

    def _run(self, running: list[Connection], writes: bool, work: Callable[..., T], args: Any, kwargs: Any) -> T:
        connection = self._begun(running, writes)
        try:
            result = work(connection, *args, **kwargs)
            connection.commit()
        except StoreUnavailable:
            self._drop(connection)
            raise
        except BaseException:
            self._undo(connection)
            raise
        finally:
            running.clear()
        return result

    def _begun(self, running: list[Connection], writes: bool) -> Connection:
        """Return this thread's connection with a transaction begun; it is in *running* before it can hang."""
        connection: Connection | None = getattr(self._local, "connection", None)
        if connection is not None:
            running.append(connection)
            try:
                connection.begin(writes=writes)
            except StoreUnavailable:
                self._drop(connection)
                running.clear()
            else:
                return connection
        connection = self._connect()
        running.append(connection)
        self._open.add(connection)
        self._local.connection = connection
        try:
            self._make_schema(connection)
            connection.begin(writes=writes)
        except StoreUnavailable:
            self._drop(connection)
            raise
        return connection

    def _make_schema(self, connection: Connection) -> None:
        with self._schema_lock:
            if not self._schema_made:
                connection.begin(writes=True)
                try:
                    for statement in schema.statements():
                        connection.execute(statement)
                except Conflict as race:  # another server makes it at this moment: next time it is there
                    raise StoreUnavailable("failure") from race
                connection.commit()
                self._schema_made = True

    def _undo(self, connection: Connection) -> None:
        try:
            connection.rollback()
        except StoreUnavailable:
            self._drop(connection)

    def _drop(self, connection: Connection) -> None:
        self._local.connection = None
        self._open.discard(connection)
        connection.close()


def _read_every_table(tx: Transaction) -> None:
    for name in schema.TABLES:
        tx.row(f"SELECT 1 AS found FROM {name} LIMIT 1")  # noqa: S608 - names from our own schema
