"""
Where accounts, sessions and counters live: one interface, one SQL, two databases.

A unit of work is a plain function that takes a `Transaction` first and runs in a database thread:

    def rename(tx: Transaction, user_id: str, name: str) -> None:
        tx.execute("UPDATE profiles SET display_name = ? WHERE user_id = ?", name, user_id)

    await service.store.write(rename, user_id, name)

It commits when it returns and rolls back when it raises. `read` is for units that change nothing. Placeholders are `?`
in both databases; so no SQL text may hold a question mark or a percent sign of its own.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Concatenate, Literal, ParamSpec, Protocol, TypeVar

Row = Mapping[str, Any]
Cause = Literal["unreachable", "timeout", "authentication", "configuration", "senseless-answer", "failure"]

P = ParamSpec("P")
T = TypeVar("T")


class StoreUnavailable(Exception):
    """The database cannot be used; `cause` is the class of the fault."""

    def __init__(self, cause: Cause) -> None:
        self.cause: Cause = cause
        super().__init__(cause)


class Conflict(Exception):
    """A uniqueness constraint refused the row."""


class Transaction(Protocol):
    """One unit of work in progress."""

    def execute(self, statement: str, *values: Any) -> int:
        """Run *statement*; return how many rows it touched. Raises Conflict."""
        ...

    def row(self, statement: str, *values: Any) -> Row | None:
        """Run *statement*; return its first row, or None."""
        ...

    def rows(self, statement: str, *values: Any) -> list[Row]:
        """Run *statement*; return all its rows."""
        ...


class Store(Protocol):
    """A database."""

    async def write(self, work: Callable[Concatenate[Transaction, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run *work* in a transaction of its own. Raises StoreUnavailable, Conflict, and what *work* raises."""
        ...

    async def read(self, work: Callable[Concatenate[Transaction, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run *work*, which changes nothing. Raises StoreUnavailable, and what *work* raises."""
        ...

    async def probe(self) -> Cause | None:
        """Return None where every table can be read, else why not."""
        ...

    def close(self) -> None:
        """Close every connection."""
        ...
