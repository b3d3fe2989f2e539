"""
How often somebody may fail, and how often a source may ask.

A check of a secret reserves a slot before the secret is looked at, in one transaction on the identifier's row; so a
burst cannot have more guesses evaluated than the limit. The slot is then failed, cleared or released:

    slot = throttle.reserve(tx, limit, identifier, began)  # raises Problem 429
    throttle.fail(tx, slot, now)                           # wrong: the slot counts until its time is up
    throttle.clear(tx, slot, now)                          # right: failures that were over before it are forgotten
    throttle.release(tx, slot)                             # nobody could tell: as if it had not been asked

A request that ends before it could do any of this, in a 503 for its part, gives its slot back by having ended.
"""

from __future__ import annotations

import hashlib
import json
import math
from dataclasses import dataclass
from typing import NamedTuple

from reference_impl import problems
from reference_impl.settings import Settings
from reference_impl.store import Row, Transaction
from reference_impl.under_way import Ticket

UNDECIDED_S = 60.0  # what another process has not decided by then, it never will: it was killed, and nobody failed


@dataclass(frozen=True, slots=True)
class Limit:
    """How many failures within `window_s` seconds, and how many in a row; 0 is no limit."""

    scope: str
    failures: int
    window_s: float
    consecutive: int = 0


@dataclass(frozen=True, slots=True)
class Slot:
    """A reserved guess, and when its request arrived."""

    key: str
    number: int
    began: float


def login_limit(settings: Settings) -> Limit:
    """Return the limit on wrong passwords of one account."""
    return Limit("login", settings.login_limit, settings.login_window_s, settings.login_consecutive_limit)


def code_limit(settings: Settings) -> Limit:
    """Return the limit on wrong second-factor codes of one account."""
    return Limit("code", settings.code_limit, settings.code_window_s, settings.login_consecutive_limit)


class Entry(NamedTuple):
    """
    A slot as it is stored: its number, when its request arrived (None: it was right), when it was decided (None: it
    still runs), and the name of that request, which says whose process it is.
    """

    number: int
    at: float | None
    over: float | None
    by: str = ""


def reserve(tx: Transaction, limit: Limit, identifier: str, began: float, ticket: Ticket | None = None) -> Slot:
    """
    Reserve a guess at the secret of *identifier*, whether there is such an account or not, for a request of *began*.

    *ticket* is that request's, where another transaction will decide the guess.

    Raises:
        Problem: 429 with the seconds until a guess is free; 401 `recovery-required` after too many in a row.
    """
    key = key_of(limit.scope, identifier)
    # The upsert locks the row until the transaction ends, also where there was none.
    row = tx.row(
        "INSERT INTO attempts (key, number, consecutive, slots) VALUES (?, 1, 0, '[]') "
        "ON CONFLICT (key) DO UPDATE SET number = attempts.number + 1 RETURNING number, consecutive, slots",
        key,
    )
    assert row is not None
    if limit.consecutive and row["consecutive"] >= limit.consecutive:
        raise problems.recovery_required()
    slots = [slot for slot in slots_in(row) if _counts_until(slot, limit, ticket) > began]
    if limit.failures and len(slots) >= limit.failures:
        frees_at = sorted(_counts_until(slot, limit, ticket) for slot in slots)[len(slots) - limit.failures]
        raise problems.throttled(max(1, math.ceil(frees_at - began)))
    slots.append(Entry(row["number"], began, None, ticket.name if ticket else ""))
    save(tx, key, row["consecutive"], slots)
    return Slot(key, row["number"], began)


def fail(tx: Transaction, slot: Slot, now: float) -> None:
    """Count the guess in *slot* as a failure that was over at *now*."""
    row = locked(tx, slot)
    slots = [each._replace(over=now) if each.number == slot.number else each for each in slots_in(row)]
    save(tx, slot.key, row["consecutive"] + 1, slots)


def clear(tx: Transaction, slot: Slot, now: float) -> None:
    """
    Forget the failures before the right guess in *slot*, which is over *now*.

    Those that were over when its request arrived are forgotten. What ran beside it stays, and then so does its own
    slot; if nothing did, that counts only against what has arrived by now. So a burst with one right guess among many
    wrong ones gets no further guesses by it, whichever is served first.
    """
    row = locked(tx, slot)
    others = [each for each in slots_in(row) if each.number != slot.number]
    beside = [each for each in others if each.over is None or each.over >= slot.began]
    own = Entry(slot.number, slot.began, slot.began) if beside else Entry(slot.number, None, now)
    save(tx, slot.key, 0, [*beside, own])


def release(tx: Transaction, slot: Slot) -> None:
    """Give *slot* back: whether the guess was right is not known."""
    row = locked(tx, slot)
    save(tx, slot.key, row["consecutive"], [each for each in slots_in(row) if each.number != slot.number])


def forget(tx: Transaction, limit: Limit, identifier: str) -> None:
    """Forget every failure of *identifier*, for one who has recovered the account."""
    tx.execute("DELETE FROM attempts WHERE key = ?", key_of(limit.scope, identifier))


def count(tx: Transaction, scope: str, source: str, limit: int, *, window_s: float, now: float) -> None:
    """
    Count one request of *source*, a peer address; what headers say about it is not looked at.

    Raises:
        Problem: 429 with the seconds until the window ends, where this is more than *limit*; 0 is no limit.
    """
    if limit and tally(tx, scope, source, window_s, now)["count"] > limit:
        within(tx, scope, source, limit, now)


def tally(tx: Transaction, scope: str, source: str, window_s: float, now: float) -> Row:
    """Count one event of *source*; return its `count` in the present window, and when that `ends_at`."""
    row = tx.row(
        "INSERT INTO rates (key, count, ends_at) VALUES (?, 1, ?) ON CONFLICT (key) DO UPDATE SET "
        "count = CASE WHEN rates.ends_at <= ? THEN 1 ELSE rates.count + 1 END, "
        "ends_at = CASE WHEN rates.ends_at <= ? THEN excluded.ends_at ELSE rates.ends_at END "
        "RETURNING count, ends_at",
        key_of(scope, source),
        now + window_s,
        now,
        now,
    )
    assert row is not None
    return row


def within(tx: Transaction, scope: str, source: str, limit: int, now: float) -> None:
    """
    Count nothing.

    Raises:
        Problem: 429, where *source* has reached *limit* in its present window.
    """
    if not limit:
        return
    row = tx.row("SELECT count, ends_at FROM rates WHERE key = ?", key_of(scope, source))
    if row is not None and row["ends_at"] > now and row["count"] >= limit:
        raise problems.throttled(max(1, math.ceil(row["ends_at"] - now)))


def _counts_until(entry: Entry, limit: Limit, ticket: Ticket | None) -> float:
    """
    Return from when on *entry* counts no more, for one who asks with *ticket*.

    While it is undecided: where this process is at it, it is taken for wrong, so that no wait grows when it proves to
    be; where this process has ended it, it counts no more; another process may be at it, or have died.
    """
    if entry.at is None:
        return entry.over or 0.0
    window_ends = entry.at + limit.window_s
    if entry.over is not None or (ticket and ticket.beside.runs(entry.by)):
        return window_ends
    if ticket and ticket.beside.knows(entry.by):
        return 0.0
    return min(window_ends, entry.at + UNDECIDED_S)


def key_of(scope: str, name: str) -> str:
    """Return what the store knows *name* by, which may be any text and any length."""
    return scope + ":" + hashlib.sha256(name.encode("utf-8", "surrogatepass")).hexdigest()


def slots_in(row: Row) -> list[Entry]:
    """Return the slots that *row* of the attempts holds."""
    return [Entry(*stored) for stored in json.loads(row["slots"])]


def locked(tx: Transaction, slot: Slot) -> Row:
    """Return the row of *slot*, locked; an empty one where it was forgotten meanwhile."""
    if tx.execute("UPDATE attempts SET number = number WHERE key = ?", slot.key):
        row = tx.row("SELECT number, consecutive, slots FROM attempts WHERE key = ?", slot.key)
        assert row is not None
        return row
    return {"number": slot.number, "consecutive": 0, "slots": "[]"}


def save(tx: Transaction, key: str, consecutive: int, slots: list[Entry]) -> None:
    """Store the slots of *key*, and how many guesses in a row were wrong."""
    text = json.dumps(slots, separators=(",", ":"))
    tx.execute("UPDATE attempts SET consecutive = ?, slots = ? WHERE key = ?", consecutive, text, key)
