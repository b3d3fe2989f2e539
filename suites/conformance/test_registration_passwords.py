"""Which passwords a registration takes: counted in characters, of whatever kind, long ones in full or not at all."""

from __future__ import annotations

import random
import string

import pytest

from contract.answers import Kind
from contract.secret import Secret
from suites.rig.api import Api
from suites.rig.derivation import made_up
from suites.rig.judging import control, expect, never, refused_as

ALPHABETS = {"ASCII": "abcdefghijkmnopqrstuvwxyz23456789", "astral": "".join(map(chr, range(0x1F40C, 0x1F43C)))}
"""Letters and digits, of one byte each, and animals, of four bytes and two UTF-16 units each."""
CLASSES = "aA7!"
ALWAYS, ALONE = 8, 15
"""Characters that every password must have, and those that one must have which is the only factor."""
NOBODYS = 24
"""Characters of one byte that make a password which is on no list, whatever a target takes for padding."""
LONG = {"73 bytes": ("ASCII", 73), "100 bytes": ("ASCII", 100), "200 bytes": ("ASCII", 200),
        "24 characters of four bytes": ("astral", 24), "64 characters of four bytes": ("astral", 64)}  # fmt: skip

MANY = 64
"""Characters that a maximum must leave room for. Source: OWASP ASVS 5.0, 6.2.9."""
KINDS = {
    "small letters": string.ascii_lowercase,
    "digits": string.digits,
    "signs": string.punctuation,
    "small letters and blanks": string.ascii_lowercase,
    "letters that are not Latin": "абвгдежзиклмнопрстуфхцчшщэюя",
    "emoji": ALPHABETS["astral"],
}


def password_of(chance: random.Random, alphabet: str, length: int) -> Secret:
    """Return a password of *length* characters that nobody has, with some of every class for those who ask for them."""
    return Secret(made_up("".join(chance.choices(ALPHABETS[alphabet], k=length - len(CLASSES))) + CLASSES))


@pytest.mark.requirement("REG-05")
@pytest.mark.parametrize("minimum", [ALWAYS, ALONE])
def test_a_password_of_fewer_characters_than_the_minimum_is_refused(api: Api, minimum: int) -> None:
    """Who counts bytes takes four emoji for a password, and guessing them takes seconds."""
    profile, chance = api.target.profile, api.people.chance()
    enough = max(profile.password_min, minimum)
    short = minimum - 1 if minimum == ALWAYS else enough - 1

    for alphabet in ALPHABETS:
        person = api.people.person(profile)
        person.password = password_of(chance, alphabet, short)
        outcome = api.register(person)
        refused_as(Kind.INVALID_INPUT, outcome, because=f"a password of {short} characters ({alphabet})")

        person.password = password_of(chance, alphabet, enough)
        control(api.register(person))


@pytest.mark.requirement("REG-06")
def test_a_password_of_64_characters_is_taken_and_logs_in(api: Api) -> None:
    """A lower maximum shuts out whole sentences and what password managers make, and protects nobody."""
    person = api.people.person(api.target.profile)
    person.password = password_of(api.people.chance(), "ASCII", MANY)

    expect(api.register(person), Kind.ACCEPTED, because=f"a password of {MANY} characters")

    expect(api.login(person), Kind.ACCEPTED, because=f"a password of {MANY} characters, just registered")


@pytest.mark.requirement("REG-07")
@pytest.mark.parametrize("kind", KINDS)
def test_a_password_may_be_made_of_whatever_characters_its_owner_likes(api: Api, kind: str) -> None:
    """A rule of composition makes people put a capital first and a digit last, which guessers know."""
    person, least = api.people.person(api.target.profile), NOBODYS if KINDS[kind].isascii() else ALONE
    length = max(api.target.profile.password_min, least)
    characters = api.people.chance().choices(KINDS[kind], k=length)
    if "blanks" in kind:
        characters[4:-1:5] = " " * len(characters[4:-1:5])
    person.password = Secret(made_up("".join(characters)))

    expect(api.register(person), Kind.ACCEPTED, because=f"a password of {length} characters, all of them {kind}")

    expect(api.login(person), Kind.ACCEPTED, because=f"a password of {kind}, just registered")


@pytest.mark.requirement("REG-09")
@pytest.mark.parametrize("length", LONG)
def test_a_long_password_is_taken_in_full_or_refused_with_a_reason(api: Api, length: str) -> None:
    """A hash with a limit of its own fails on what a password manager makes, and nobody sees why."""
    person = api.people.person(api.target.profile)
    person.password = password_of(api.people.chance(), *LONG[length])

    outcome = expect(api.register(person), Kind.ACCEPTED, Kind.INVALID_INPUT, because=f"a password of {length}")

    if outcome.kind is Kind.ACCEPTED:
        expect(api.login(person), Kind.ACCEPTED, because=f"a password of {length}, just registered")
    else:
        refused, person.password = person.password, api.people.password(api.target.profile)
        control(api.register(person))
        never(api.call("loginUser", email=person.email, password=refused), because=f"a password of {length}")
