"""
The repair journal: what must be undone, written before anything is broken, struck out once it is undone.

One JSON line for each: {"id", "at", "repair": {...}}, and later {"id", "at", "struck": true}. Several processes of a
run append to one file. It holds no secret; where a target file's command does, so does it, and only its owner reads it.
"""

from __future__ import annotations

import json
import os
import secrets
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from suites.rig.faults.driver import Repair


class Journal:
    """The journal at *path*, which need not exist yet."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def write(self, repair: Repair) -> str:
        """Write *repair* down, through to the disk; return the entry's id."""
        entry = secrets.token_hex(6)
        self._append({"id": entry, "at": now(), "repair": repair})
        return entry

    def strike(self, entry: str) -> None:
        """Note that *entry* is repaired."""
        self._append({"id": entry, "at": now(), "struck": True})

    def left(self) -> dict[str, Repair]:
        """
        Return what is not repaired yet, by id, the last broken first: what was built on top comes off first.

        A line that a power cut has torn is no entry: what it was to announce had not begun.
        """
        found: dict[str, Repair] = {}
        for line in self.path.read_text("utf-8", "replace").splitlines():
            try:
                said = json.loads(line)
            except ValueError:
                continue
            if said.get("struck"):
                found.pop(said["id"], None)
            else:
                found[said["id"]] = said["repair"]
        return dict(reversed(found.items()))

    def _append(self, line: dict[str, Any]) -> None:
        opened = os.open(self.path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        try:
            os.write(opened, (json.dumps(line) + "\n").encode())
            os.fsync(opened)
        finally:
            os.close(opened)


def now() -> str:
    """Return this moment in RFC 3339, UTC."""
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
