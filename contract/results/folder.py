"""Where runs leave their files."""

from __future__ import annotations

import secrets
from datetime import UTC, datetime
from pathlib import Path

OUT = Path("reports") / "out"


def new_run(root: Path, *, latest: str = "latest") -> Path:
    """Make and return the folder of a new run, to which the link *latest* then leads: its name sorts by time."""
    name = f"{datetime.now(UTC):%Y%m%d-%H%M%S}-{secrets.token_hex(3)}"
    folder = root / OUT / name
    folder.mkdir(parents=True)
    draft = root / OUT / f".{latest}-{name}"
    draft.symlink_to(name)
    draft.replace(root / OUT / latest)
    return folder
