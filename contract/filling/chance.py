"""The chance by which members are made up: the same for the same account, and what must be its own is its own."""

from __future__ import annotations

import re
import zlib
from dataclasses import dataclass
from functools import cache

from faker import Faker

RUN = re.compile(r"-[0-9a-f]{6}(?![0-9a-z])")
"""The part of a made-up address that differs when a run is repeated with its seed."""
NUMBER = re.compile(r"\.(\d+)[.@]")
"""The part of it that counts the accounts of a process."""


@dataclass(frozen=True, slots=True)
class Chance:
    """
    What is drawn for one member of one account.

    `whoever` comes out alike when a run is repeated with its seed; `own` does not, for what a server may allow once
    only. `number` is unlike that of any other account of a process.
    """

    whoever: str
    own: str
    number: int

    def alike(self) -> Faker:
        """Return Faker for what several accounts may share: names, countries, dates, choices."""
        return _faker(self.whoever)

    def apart(self) -> Faker:
        """Return Faker for what each account needs for itself: user names, texts."""
        return _faker(self.own)

    def within(self, name: str) -> Chance:
        """Return the chance of the member *name* of this one."""
        return Chance(f"{self.whoever}/{name}", f"{self.own}/{name}", self.number)


def chance_of(address: str, place: str) -> Chance:
    """Return the chance of the member at *place* for the account of *address*."""
    counted = NUMBER.search(address)
    rest = address[counted.end() :] if counted else address
    number = (int(counted[1]) if counted else 0) + zlib.crc32(rest.encode("utf-8", "replace"))
    return Chance(f"{RUN.sub('', address)} {place}", f"{address} {place}", number)


@cache
def _one() -> Faker:
    return Faker()


def _faker(seed: str) -> Faker:
    faker = _one()
    faker.seed_instance(seed)
    return faker
