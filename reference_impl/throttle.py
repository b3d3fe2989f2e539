"""
How often somebody may fail, and how often a source may ask.

A check of a secret reserves a slot before the secret is looked at, in one transaction on the identifier's row; so a
burst cannot have more guesses evaluated than the limit. The slot is then failed, cleared or released:

    slot = throttle.reserve(tx, limit, identifier, began)  # raises Problem 429
    throttle.fail(tx, slot, now)                           # wrong: the slot counts until its time is up
    throttle.clear(tx, slot, now)                          # right: failures that were over before it are forgotten
    throttle.release(tx, slot)                             # nobody could tell: as if it had not been asked
"""

from __future__ import annotations

import hashlib
import json
import math
from dataclasses import dataclass

from reference_impl import problems
from reference_impl.settings import Settings
from reference_impl.store import Row, Transaction

UNDECIDED_S = 60.0  # a slot neither failed nor cleared by then belongs to a request that died: it is no failure


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


def reserve(tx: Transaction, limit: Limit, identifier: str, began: float) -> Slot:
    """
    Reserve a guess at the secret of *identifier*, whether there is such an account or not, for a request of *began*.

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
    slots = [slot for slot in slots_in(row) if _counts(slot, limit, began)]
    if limit.failures and len(slots) >= limit.failures:
        frees_at = sorted(_counts_until(slot, limit) for slot in slots)[len(slots) - limit.failures]
        raise problems.throttled(max(1, math.ceil(frees_at - began)))
    slots.append((row["number"], began, None))
    save(tx, key, row["consecutive"], slots)
    return Slot(key, row["number"], began)


def fail(tx: Transaction, slot: Slot, now: float) -> None:
    """Count the guess in *slot* as a failure that was over at *now*."""
    row = locked(tx, slot)
    slots = [(number, at, now if number == slot.number else over) for number, at, over in slots_in(row)]
    save(tx, slot.key, row["consecutive"] + 1, slots)


def clear(tx: Transaction, slot: Slot, now: float) -> None:
    """
    Forget the failures before the right guess in *slot*, which is over *now*.

    Those that were over when its request arrived are forgotten. What ran beside it stays, and then so does its own
    slot; if nothing did, that counts only against what has arrived by now. So a burst with one right guess among many
    wrong ones gets no further guesses by it, whichever is served first.
    """
    row = locked(tx, slot)
    others = [entry for entry in slots_in(row) if entry[0] != slot.number]
    beside = [(number, at, over) for number, at, over in others if over is None or over >= slot.began]
    own: _Entry = (slot.number, slot.began, slot.began) if beside else (slot.number, None, now)
    save(tx, slot.key, 0, [*beside, own])


def release(tx: Transaction, slot: Slot) -> None:
    """Give *slot* back: whether the guess was right is not known."""
    row = locked(tx, slot)
    save(tx, slot.key, row["consecutive"], [entry for entry in slots_in(row) if entry[0] != slot.number])


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


_Entry = tuple[int, float | None, float | None]
"""A slot's number, when its request arrived (None: it was right), and when it was decided (None: it still runs)."""


def _counts(entry: _Entry, limit: Limit, began: float) -> bool:
    """Return whether *entry* counts against a request of *began*; one that runs for too long does not."""
    _, at, over = entry
    if at is not None and over is None and at + UNDECIDED_S <= began:
        return False
    return _counts_until(entry, limit) > began


def _counts_until(entry: _Entry, limit: Limit) -> float:
    """Return from when on *entry* counts no more, taken for wrong while it runs."""
    _, at, over = entry
    return (over or 0.0) if at is None else at + limit.window_s


def key_of(scope: str, name: str) -> str:
    """Return what the store knows *name* by, which may be any text and any length."""
    return scope + ":" + hashlib.sha256(name.encode("utf-8", "surrogatepass")).hexdigest()


def slots_in(row: Row) -> list[_Entry]:
    """Return the slots that *row* of the attempts holds."""
    return [(number, at, over) for number, at, over in json.loads(row["slots"])]


def locked(tx: Transaction, slot: Slot) -> Row:
    """Return the row of *slot*, locked; an empty one where it was forgotten meanwhile."""
    if tx.execute("UPDATE attempts SET number = number WHERE key = ?", slot.key):
        row = tx.row("SELECT number, consecutive, slots FROM attempts WHERE key = ?", slot.key)
        assert row is not None
        return row
    return {"number": slot.number, "consecutive": 0, "slots": "[]"}


def save(tx: Transaction, key: str, consecutive: int, slots: list[_Entry]) -> None:
    """Store the slots of *key*, and how many guesses in a row were wrong."""
    text = json.dumps(slots, separators=(",", ":"))
    tx.execute("UPDATE attempts SET consecutive = ?, slots = ? WHERE key = ?", consecutive, text, key)
