"""Hashing passwords: argon2id, off the event loop, no more at a time than there are cores."""

from __future__ import annotations

import asyncio
import unicodedata
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from reference_impl import problems
from reference_impl.settings import Settings

T = TypeVar("T")


def normalised(password: str) -> str:
    """
    Return *password* as it is hashed: composed (NFC), otherwise as typed.

    Source: NIST SP 800-63B-4 section 3.1.1.2.
    """
    return unicodedata.normalize("NFC", password)


class Hasher:
    """
    argon2id in threads of its own.

    At most `hash_queue` calls wait; a further one is refused with 503 rather than answered long after its caller left.
    """

    def __init__(self, settings: Settings) -> None:
        self._argon2 = PasswordHasher(
            time_cost=settings.hash_passes, memory_cost=settings.hash_memory_kib, parallelism=1
        )
        self._threads = ThreadPoolExecutor(settings.hash_threads, thread_name_prefix="hash")
        self._most = settings.hash_threads + settings.hash_queue
        self._under_way = 0
        self._dummy = self._argon2.hash("nobody has this password")

    async def hash(self, password: str) -> str:
        """Return the hash of *password*. Raises Problem 503 where too many wait."""
        return await self._run(lambda: self._argon2.hash(octets(password)))

    async def matches(self, password_hash: str | None, password: str) -> bool:
        """
        Return whether *password* is the one of *password_hash*; never for None, at the same cost.

        Raises Problem 503 where too many wait.
        """
        return await self._run(lambda: self._verify(password_hash, password))

    @property
    def under_way(self) -> int:
        """How many hashes are being computed or wait."""
        return self._under_way

    def close(self) -> None:
        """Let running hashes end."""
        self._threads.shutdown(cancel_futures=True)

    def _verify(self, password_hash: str | None, password: str) -> bool:
        try:
            self._argon2.verify(password_hash or self._dummy, octets(password))
        except (VerificationError, InvalidHashError):
            return False
        return password_hash is not None

    async def _run(self, work: Callable[[], T]) -> T:
        if self._under_way >= self._most:
            raise problems.unavailable("overloaded", 1)
        self._under_way += 1
        try:
            return await asyncio.get_running_loop().run_in_executor(self._threads, work)
        finally:
            self._under_way -= 1


def octets(password: str) -> bytes:
    """Return what is hashed: all of the composed password in UTF-8."""
    return normalised(password).encode("utf-8")
