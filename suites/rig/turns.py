"""Taking turns at one deployed target: harmless tests side by side, a test that takes the whole target alone."""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import ReadWriteLock

from contract.targets.model import Target


class Turns:
    """
    The turns of one worker, kept by a file that all workers and all runs on this machine share.

    An instance that a worker has started for itself needs none.
    """

    def __init__(self, target: Target) -> None:
        name = hashlib.sha256(target.base_url.encode()).hexdigest()[:16]
        path = Path(tempfile.gettempdir()) / f"authproof-{name}.lock"
        self._lock = None if target.start else ReadWriteLock(path)

    @contextmanager
    def turn(self, *, alone: bool) -> Iterator[None]:
        """Wait for a turn beside the others, or *alone*, and hold it."""
        if self._lock is None:
            yield
        elif alone:
            with self._lock.write_lock():
                yield
        else:
            with self._lock.read_lock():
                yield
