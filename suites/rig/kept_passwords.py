"""Passwords that can be made again after a run, so that its accounts can be removed, and that stand in no file."""

from __future__ import annotations

import contextlib
import hmac
import os
import secrets
from pathlib import Path

from contract.targets.model import Profile

KEY_BYTES = 32
FOLDER = ".keys"
"""Beside the folders of the runs, not in one of them: who hands a run on does not hand on its key."""


def key_file(run: Path) -> Path:
    """Return where the key of the run in the folder *run* is."""
    return run.parent / FOLDER / run.name


def key_of(run: Path) -> bytes:
    """Return the key of the run in the folder *run*, made by whichever of its processes is first; its owner's alone."""
    file = key_file(run)
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = file.with_name(f"{file.name}.{os.getpid()}")
    descriptor = os.open(draft, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600)
    os.write(descriptor, secrets.token_bytes(KEY_BYTES))
    os.close(descriptor)
    with contextlib.suppress(FileExistsError):
        file.hardlink_to(draft)  # whole or not at all
    draft.unlink()
    return file.read_bytes()


def password_of(key: bytes, email: str, profile: Profile) -> str:
    """Return the password of *email* within the profile's bounds, with some of every class; *key* is the run's."""
    digest = hmac.digest(key, email.encode("utf-8", "surrogatepass"), "sha256").hex()
    text = f"{digest[:8]} {digest[8:24]}A7!"
    while len(text) < profile.password_min:
        text = f"{digest} {text}"
    return text[-min(max(profile.password_min, 29), profile.password_max) :]
