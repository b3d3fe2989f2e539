"""Which accounts a run has made on the target: written down before each is made, so that none is ever left unknown."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Made:
    """
    One account of a run, as its journal says.

    `target` is the base URL at which it was registered. Not `confirmed`: nobody wrote down that it was made.
    """

    target: str
    email: str
    user_id: str = ""
    confirmed: bool = False
    removed: bool = False


def read_journal(path: Path) -> list[Made]:
    """Return every account in the file *path*, in order; a line that a kill has torn costs that line only."""
    found: dict[tuple[str, str], Made] = {}
    for line in path.read_bytes().splitlines():
        try:
            said = json.loads(line)
            key, event = (str(said["target"]), str(said["email"])), said["event"]
        except (ValueError, KeyError, TypeError):
            continue
        account = found.get(key, Made(*key))
        if event == "exists":
            account = replace(account, confirmed=True, user_id=str(said.get("userId", "")) or account.user_id)
        found[key] = replace(account, removed=True) if event == "removed" else account
    return list(found.values())


class Journal:
    """
    An append-only file of one JSON object a line: `intended` before the request, `exists` after its success, `removed`
    once the account is known to be gone.

    `made` counts the accounts that this process has made.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.made = 0

    def intended(self, target: str, email: str) -> None:
        """Write down that *email* is about to be registered; on disk when this returns."""
        self.intend(target, [email])

    def intend(self, target: str, emails: Iterable[str]) -> None:
        """Write down that all of *emails* are about to be registered; on disk, all of them, when this returns."""
        self._append({"event": "intended", "target": target, "email": each} for each in emails)

    def exists(self, target: str, email: str, user_id: str) -> None:
        """Write down that *email* was registered; *user_id* is "" where the target does not say it."""
        self.exist(target, [(email, user_id)])

    def exist(self, target: str, accounts: Iterable[tuple[str, str]]) -> None:
        """Write down that each of *accounts*, address and user id, was registered."""
        events = [{"event": "exists", "target": target, "email": email, "userId": each} for email, each in accounts]
        self.made += len(events)
        self._append(events)

    def removed(self, target: str, email: str) -> None:
        """Write down that *email* is gone."""
        self._append([{"event": "removed", "target": target, "email": email}])

    def _append(self, events: Iterable[dict[str, str]]) -> None:
        at = datetime.now(UTC).isoformat(timespec="seconds")
        lines = "".join(json.dumps(event | {"at": at}) + "\n" for event in events)
        if not lines:
            return
        self.path.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(self.path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        try:
            os.write(descriptor, lines.encode())
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
