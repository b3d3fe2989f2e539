"""Registrations of people, and of what resembles them."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import strategies as st

from contract.answers import Kind, at
from contract.checks import status
from contract.errors import ContractViolation
from contract.secret import Secret
from suites.properties.exploring import Explorer
from suites.properties.machines.passwords import Passwords
from suites.properties.strategies.emails import builds, respellings
from suites.properties.strategies.members import owned
from suites.properties.strategies.passwords import lengths_in_bytes, recipes
from suites.properties.strategies.texts import alphabets, visible
from suites.rig import guessable
from suites.rig.api import Api
from suites.rig.derivation import made_up
from suites.rig.judging import control, expect, never, refused_as, survived

CLASSES = "aA7!"
ALONE = 15
PADDED = 24  # characters of one byte that make a password which is on no list, whatever a target takes for padding
RANDOM = 12  # characters that make a text nobody's


def of_alphabet(api: Api, alphabet: str, length: int) -> str:
    """Return a password of *length* characters of *alphabet*, of which no list has heard."""
    return made_up("".join(api.people.chance().choices(alphabet, k=length)))


@pytest.mark.requirement("REG-01")
def test_every_valid_registration_makes_an_account_that_can_log_in(api: Api, explore: Explorer) -> None:
    """Whoever is called O'Brien, or uses a tag in his address, is a user too."""
    takes_names = "displayName" in {word for step in api.target.operations["registerUser"].steps for word in step.send}

    def judge(drawn: tuple[Callable[[str], str], str]) -> None:
        build, name = drawn
        person = api.people.person(api.target.profile)
        person.email = build(person.email)
        named = {"displayName": name} if takes_names else {}
        outcome = expect(api.register(person, **named), Kind.ACCEPTED, because="a valid address of another build")
        status(outcome.answer, *([201] if api.target.speaks_contract else [200, 201]))
        expect(api.login(person), Kind.ACCEPTED, because="what was just registered")

    explore.cases(st.tuples(builds(strict=api.target.speaks_contract), visible(1, 60)), judge)


@pytest.mark.requirement("REG-02")
def test_registering_again_never_touches_the_account_in_any_history(api: Api, explore: Explorer) -> None:
    """A second registration that works once in a hundred histories gives an account away."""
    explore.histories(lambda: Passwords(api, "REG-02"))


@pytest.mark.requirement("REG-03")
def test_no_other_spelling_of_a_taken_address_makes_a_second_account(api: Api, explore: Explorer) -> None:
    """Two accounts that one spelling reaches are one user's data in another user's hands."""
    profile = api.target.profile

    def judge(respell: Callable[[str], str]) -> None:
        first, second = api.people.person(profile), api.people.person(profile)
        second.email = respell(first.email)
        control(api.register(first))
        outcome = survived(api.register(second), because="another spelling of a taken address")
        if outcome.kind is not Kind.ACCEPTED:
            return
        reaches_first = api.call("loginUser", email=second.email, password=first.password).kind is Kind.ACCEPTED
        has_own = api.call("loginUser", email=second.email, password=second.password).kind is Kind.ACCEPTED
        if reaches_first and (has_own or profile.duplicate_registration != "neutral"):
            raise ContractViolation(
                "another spelling of a taken address is registered anew, and reaches the account that was there",
                expected="a conflict, or a refusal",
                actual="a second account",
                answer=outcome.answer,
            )
        never(api.call("loginUser", email=first.email, password=second.password), because="the second one's password")

    explore.cases(respellings(), judge)


@pytest.mark.requirement("REG-05")
def test_whether_a_password_is_long_enough_is_counted_in_characters(api: Api, explore: Explorer) -> None:
    """Who counts bytes, or UTF-16 units, takes a few emoji for a password."""
    profile = api.target.profile
    enough = max(profile.password_min, ALONE)

    def judge(drawn: tuple[str, int]) -> None:
        alphabet, short = drawn
        person = api.people.person(profile)
        person.password = Secret(of_alphabet(api, alphabet, short - len(CLASSES)) + CLASSES)
        refused_as(Kind.INVALID_INPUT, api.register(person), because=f"a password of {short} characters")

    lengths = st.integers(len(CLASSES), enough - 1) | st.just(enough - 1)
    explore.cases(st.tuples(alphabets(), lengths), judge)
    control(api.register(api.people.person(profile)))


@pytest.mark.requirement("REG-07")
def test_any_mix_of_characters_is_taken_if_it_is_long_enough(api: Api, explore: Explorer) -> None:
    """A rule of composition makes people put a capital first and a digit last, which guessers know."""
    profile = api.target.profile

    def judge(drawn: tuple[str, int]) -> None:
        alphabet, length = drawn
        person = api.people.person(profile)
        least = max(profile.password_min, PADDED)
        text = of_alphabet(api, alphabet.strip() or alphabet, min(max(length, least), profile.password_max))
        person.password = Secret(text.strip() if len(text.strip()) >= least else text)
        expect(api.register(person), Kind.ACCEPTED, because=f"a password of {length} characters of its owner's liking")
        expect(api.login(person), Kind.ACCEPTED, because="what was just registered")

    explore.cases(st.tuples(alphabets(), st.integers(profile.password_min, 64)), judge)


@pytest.mark.requirement("REG-08")
def test_no_common_word_made_long_is_taken_and_a_phrase_around_one_is(api: Api, explore: Explorer) -> None:
    """Guessers begin with the lists, and with what everybody does to a word that is too short."""
    profile = api.target.profile

    def judge(drawn: tuple[int, bool]) -> None:
        number, in_a_phrase = drawn
        word = guessable.derived_sample(random.Random(number), profile.password_min, 1)[0]
        person = api.people.person(profile)
        if in_a_phrase:
            whole = f"{person.password.reveal()[: RANDOM * 2]} {word}"
            person.password = Secret(made_up(whole[: profile.password_max]))
            expect(api.register(person), Kind.ACCEPTED, because="a long phrase with a common word in it")
        elif len(word) <= profile.password_max:
            refused_as(Kind.INVALID_INPUT, api.register(person, password=word), because="a common word made long")

    explore.cases(st.tuples(st.integers(0, 2**32), st.booleans()), judge)


@pytest.mark.requirement("REG-09")
def test_a_password_of_any_length_is_taken_in_full_or_refused(api: Api, explore: Explorer) -> None:
    """The length at which a hash fails, or stops reading, is nobody's round number."""
    profile = api.target.profile

    def judge(drawn: tuple[int, tuple[str, int]]) -> None:
        size_bytes, (alphabet, order) = drawn
        chance, text = random.Random(order), ""
        while len(text.encode()) < size_bytes:
            text += chance.choice(alphabet)
        person = api.people.person(profile)
        person.password = Secret(made_up(f"{text[:-RANDOM]}{of_alphabet(api, alphabet, RANDOM)}"))
        outcome = expect(
            api.register(person), Kind.ACCEPTED, Kind.INVALID_INPUT, because=f"a password of {size_bytes} bytes"
        )
        if outcome.kind is Kind.ACCEPTED:
            expect(api.login(person), Kind.ACCEPTED, because=f"a password of {size_bytes} bytes, just registered")
            cut = person.password.reveal()[:-1]
            never(api.call("loginUser", email=person.email, password=cut), because="it without its last character")

    explore.cases(st.tuples(lengths_in_bytes(), recipes()), judge)
    control(api.register(api.people.person(profile)))


@pytest.mark.requirement("REG-10")
def test_no_member_of_a_registration_sets_what_the_server_owns(api: Api, explore: Explorer) -> None:
    """The name that is bound to the model is the one that no list of names had."""
    usual = control(api.as_(api.fresh_account(), "getCurrentUser")).answer.json()

    def judge(wanted: dict[str, Any]) -> None:
        person = api.people.person(api.target.profile)
        if (
            survived(api.register(person, extra=wanted), because="members that the server owns").kind
            is not Kind.ACCEPTED
        ):
            return
        expect(api.login(person), Kind.ACCEPTED, because="an account registered with further members")
        profile = control(api.as_(person, "getCurrentUser")).answer
        said = profile.json()
        for place, value in wanted.items():
            name = "/" + place.rpartition("/")[2]
            if at(said, name) is not None and at(said, name) == value and at(usual, name) != value:
                raise ContractViolation(
                    f"a registration sets {place}", expected="the default", actual="what was sent", answer=profile
                )
        if "listUsers" in api.target.operations:
            never(api.as_(person, "listUsers"), because="an account that asked to be an admin when it registered")

    explore.cases(owned(), judge)
