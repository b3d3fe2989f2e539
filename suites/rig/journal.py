"""Which accounts a run has made on the target: written down before each is made, so that none is ever left unknown."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path


class Journal:
    """
    An append-only file of one JSON object a line: `intended` before the request, `exists` after its success.

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
