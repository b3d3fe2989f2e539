"""Which accounts a run has made on the target: written down before each is made, so that none is ever left unknown."""

from __future__ import annotations

import json
import os
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
        self._append({"event": "intended", "target": target, "email": email})

    def exists(self, target: str, email: str, user_id: str) -> None:
        """Write down that *email* was registered; *user_id* is "" where the target does not say it."""
        self.made += 1
        self._append({"event": "exists", "target": target, "email": email, "userId": user_id})

    def _append(self, event: dict[str, str]) -> None:
        event["at"] = datetime.now(UTC).isoformat(timespec="seconds")
        self.path.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(self.path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        try:
            os.write(descriptor, (json.dumps(event) + "\n").encode())
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
