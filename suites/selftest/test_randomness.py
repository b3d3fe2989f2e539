"""Sound tokens of every usual make are not accused, and what moves, is short or comes from the time is found."""

from __future__ import annotations

import base64
import hashlib
import random
import string
import uuid
from collections.abc import Callable

import pytest

from suites.rig.randomness import bits, doubt

MANY = 200
BASE62 = string.digits + string.ascii_uppercase + string.ascii_lowercase
BEGAN_S = 1_700_000_000.0
APART_S = 0.007  # between two tokens: a refresh takes so long


def base64url(octets: bytes) -> str:
    """Return *octets* in base64url without padding."""
    return base64.urlsafe_b64encode(octets).rstrip(b"=").decode()


def base62(number: int) -> str:
    """Return *number* in base62 without leading zeros: of varying length."""
    text = ""
    while number:
        number, digit = divmod(number, 62)
        text = BASE62[digit] + text
    return text


def uuid7(chance: random.Random, at_s: float) -> str:
    """Return a UUID of version 7 (RFC 9562 section 5.7)."""
    number = int(at_s * 1000) << 80 | 7 << 76 | chance.getrandbits(12) << 64 | 2 << 62 | chance.getrandbits(62)
    return str(uuid.UUID(int=number))


def uuid1(chance: random.Random, at_s: float) -> str:
    """Return a UUID of version 1 (RFC 9562 section 5.1) with one clock sequence and node."""
    ticks = int(at_s * 1e7) + 0x01B21DD213814000 + chance.randrange(100)
    low, mid, high = ticks & 0xFFFFFFFF, ticks >> 32 & 0xFFFF, ticks >> 48
    return str(uuid.UUID(fields=(low, mid, high | 1 << 12, 0x92, 0x34, 0x0242AC120002)))


SOUND: dict[str, Callable[[random.Random, int], str]] = {
    "256 bits in base64url": lambda chance, _: base64url(chance.randbytes(32)),
    "128 bits in base64url": lambda chance, _: base64url(chance.randbytes(16)),
    "128 bits in base64 with padding": lambda chance, _: base64.b64encode(chance.randbytes(16)).decode(),
    "128 bits in hexadecimal": lambda chance, _: chance.randbytes(16).hex(),
    "160 bits in hexadecimal": lambda chance, _: chance.randbytes(20).hex().upper(),
    "22 letters and digits": lambda chance, _: "".join(chance.choices(BASE62, k=22)),
    "32 of a cookie's small letters and digits": lambda chance, _: "".join(
        chance.choices(string.ascii_lowercase + string.digits, k=32)
    ),
    "a number of 160 bits in base62": lambda chance, _: base62(chance.getrandbits(160)),
    "a prefix before 256 bits": lambda chance, _: "ory_rt_" + base64url(chance.randbytes(32)),
    "a value, its time, a signature": lambda chance, number: (
        f"42:{base62(int(BEGAN_S + number * APART_S))}:{base64url(chance.randbytes(32))}"
    ),
    "an id, a dot, 256 bits": lambda chance, number: f"{1000 + number}.{base64url(chance.randbytes(32))}",
    "two random UUIDs": lambda chance, _: (
        f"{uuid.UUID(int=chance.getrandbits(128), version=4)}{uuid.UUID(int=chance.getrandbits(128), version=4)}"
    ),
}

UNSOUND: dict[str, tuple[Callable[[random.Random, int], str], str]] = {
    "UUIDs of version 1": (
        lambda chance, number: uuid1(chance, BEGAN_S + number * APART_S),
        "a token is a UUID made from the time",
    ),
    "UUIDs of version 7": (
        lambda chance, number: uuid7(chance, BEGAN_S + number * APART_S),
        "a token is a UUID made from the time",
    ),
    "a counter before chance": (
        lambda chance, number: f"{10_000 + number}{chance.randbytes(16).hex()}",
        "a part of the token moves along from one to the next",
    ),
    "seconds before chance": (
        lambda chance, number: f"{int(BEGAN_S + number * APART_S):08x}{chance.randbytes(16).hex()}",
        "a part of the token moves along from one to the next",
    ),
    "milliseconds in base64 before chance": (
        lambda chance, number: base64url(
            int((BEGAN_S + number * APART_S) * 1000).to_bytes(6, "big") + chance.randbytes(26)
        ),
        "a part of the token moves along from one to the next",
    ),
    "chance before nanoseconds": (
        lambda chance, number: f"{chance.randbytes(16).hex()}{int((BEGAN_S + number * APART_S) * 1e9):x}",
        "a part of the token moves along from one to the next",
    ),
    "64 bits": (lambda chance, _: chance.randbytes(8).hex(), "a token is too short to be unguessable"),
    "a long text of few bits": (
        lambda chance, _: base64url(b"a user of the service, who has logged in:" + chance.randbytes(10)),
        "a token is too short to be unguessable",
    ),
    "nineteen digits": (
        lambda chance, _: "".join(chance.choices(string.digits, k=19)),
        "a token is too short to be unguessable",
    ),
    "a hash of few bits": (
        lambda chance, _: hashlib.sha256(bytes([chance.randrange(50)])).hexdigest(),
        "a token was given twice",
    ),
}


def sample(make: Callable[[random.Random, int], str], seed: int, many: int = MANY) -> list[str]:
    """Return *many* tokens in the order of issue."""
    chance = random.Random(seed)
    return [make(chance, number) for number in range(many)]


@pytest.mark.parametrize("make", SOUND)
@pytest.mark.parametrize("many", [2, 60, MANY])
def test_sound_tokens_are_not_accused(make: str, many: int) -> None:
    for seed in range(4):
        assert doubt(sample(SOUND[make], seed, many)) is None


@pytest.mark.parametrize("make", UNSOUND)
def test_unsound_tokens_are_found(make: str) -> None:
    what, said = UNSOUND[make]
    for seed in range(4):
        found = doubt(sample(what, seed))
        assert found is not None
        assert (found.what, found.advice) == (said, False)


def test_a_random_uuid_is_six_bits_short_and_so_a_warning() -> None:
    found = doubt(sample(lambda chance, _: str(uuid.UUID(int=chance.getrandbits(128), version=4)), 1))

    assert found is not None
    assert (found.advice, found.actual) == (True, "122 bits (a random UUID)")


def test_bits_are_counted_by_position() -> None:
    assert bits(sample(lambda chance, _: chance.randbytes(16).hex(), 1)) == 128
    assert 128 <= bits(sample(lambda chance, _: base64url(chance.randbytes(16)), 1)) < 129
    assert bits(["same-prefix-0", "same-prefix-1"]) < 4


def test_an_order_that_chance_has_shuffled_is_none() -> None:
    """Tokens from several servers, each with a counter of its own, have no common order; nor is one claimed."""
    tokens = sample(lambda chance, number: f"{number:06}{chance.randbytes(16).hex()}", 1)
    random.Random(1).shuffle(tokens)

    assert doubt(tokens) is None
