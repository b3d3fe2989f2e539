"""Passwords and names, in every shape: the right one logs in, and nothing that resembles it."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import strategies as st

from contract.answers import Kind
from contract.errors import ContractViolation
from contract.places import OMIT
from contract.secret import Secret
from suites.properties.exploring import Explorer
from suites.properties.guessed import Guessed
from suites.properties.strategies.injections import fragments, operators
from suites.properties.strategies.passwords import composed, edits, transformations
from suites.properties.strategies.texts import anything, visible
from suites.rig.api import Api
from suites.rig.derivation import made_up
from suites.rig.guessing import login_name, refused_login
from suites.rig.judging import control, expect, never, not_applicable
from suites.rig.members import json_members

HASHES = (
    "$2b$12$" + "a" * 53,
    "$argon2id$v=19$m=19456,t=2,p=1$c2FsdHNhbHQ$aGFzaA",
    "{SSHA}c2FsdA==",
    "pbkdf2_sha256$1$a$b",
)
REFUSED_BY_VALIDATION = (400, 413, 422)
TYPED = 60  # characters up to which what is visible is a password that somebody could have chosen


@pytest.mark.requirement("LOGIN-02")
def test_no_text_in_place_of_the_password_logs_in_or_fails_the_server(api: Api, explore: Explorer) -> None:
    """Whoever may type anything finds the text that the server cannot bear."""
    guessed = Guessed(api)
    typed = visible(8, TYPED)

    def judge(drawn: tuple[str, bool]) -> None:
        password, could_be_one = drawn
        account = guessed.account()
        outcome = never(api.call("loginUser", email=account.email, password=password), because="another password")
        refused_login(outcome.answer, *(() if could_be_one else REFUSED_BY_VALIDATION))

    others = anything() | st.sampled_from(HASHES) | st.integers(1, 5000).map(lambda length: "x" * length)
    explore.cases(typed.map(lambda text: (text, True)) | others.map(lambda text: (text, False)), judge)
    guessed.settle()


def only_itself(api: Api, guessed: Guessed, change: Callable[[str], str], because: str) -> None:
    """Judge that the password of an account does not log in once *change* has made another of it."""
    account = guessed.account()
    right = account.password.reveal()
    other = change(right)
    if unicodedata.normalize("NFKC", other) == unicodedata.normalize("NFKC", right):
        return  # two forms of one text, which may be one password: LOGIN-05
    never(api.call("loginUser", email=account.email, password=other), because=because)


@pytest.mark.requirement("LOGIN-03")
def test_no_part_of_a_password_is_enough_wherever_it_differs(api: Api, explore: Explorer) -> None:
    """The place where a hash stops reading is nowhere written down."""
    profile = api.target.profile
    longest = "-".join(api.people.password(profile).reveal() for _ in range(12)).replace(" ", "-")

    def judge(drawn: tuple[int, Callable[[str], str]]) -> None:
        length, change = drawn
        account = api.people.person(profile)
        account.password = Secret(made_up(longest[-length:]))
        control(api.register(account))
        other = change(account.password.reveal())
        never(api.call("loginUser", email=account.email, password=other), because="a changed password")
        expect(api.login(account), Kind.ACCEPTED, because="the exact password")

    lengths = st.integers(profile.password_min + 5, min(profile.password_max, len(longest))) | st.just(
        min(profile.password_max, len(longest))
    )
    explore.cases(st.tuples(lengths, edits()), judge)


@pytest.mark.requirement("LOGIN-04")
def test_no_password_that_looks_the_same_is_taken_for_it(api: Api, explore: Explorer) -> None:
    """Whatever is trimmed, folded or cut makes many passwords of one."""
    guessed = Guessed(api)

    explore.cases(
        transformations(), lambda change: only_itself(api, guessed, change, "a password that looks nearly the same")
    )
    guessed.settle()


@pytest.mark.requirement("LOGIN-05")
def test_both_unicode_forms_of_any_password_log_in(api: Api, explore: Explorer) -> None:
    """The keyboard decides which form is typed, and the user cannot see it."""
    profile = api.target.profile

    def judge(drawn: tuple[str, bool]) -> None:
        text, composed_first = drawn
        forms = ("NFC", "NFD") if composed_first else ("NFD", "NFC")
        account = api.people.person(profile)
        whole = f"{text} {account.password.reveal()}"[: profile.password_max // 2]
        account.password = Secret(made_up(unicodedata.normalize(forms[0], whole)))
        if api.register(account).kind is not Kind.ACCEPTED:
            return  # whether it must be taken is asked elsewhere
        other = unicodedata.normalize(forms[1], whole)
        expect(api.call("loginUser", email=account.email, password=other), Kind.ACCEPTED, because=f"its {forms[1]}")

    control(api.login(api.fresh_account(signed_in=False)))
    explore.cases(st.tuples(composed(), st.booleans()), judge)


def never_in(api: Api, guessed: Guessed, place: str, value: Any) -> None:
    """Judge that *value* in the *place* of the name or of the password does not log in, beside the other right one."""
    account = guessed.account()
    name = login_name(api, account)
    right = {"email": account.email, "username": name, "password": account.password}
    if place == "name":
        value = f"{name}{value}" if isinstance(value, str) else value
        right |= {"email": value, "username": value}
    else:
        right["password"] = value
    never(api.call("loginUser", **right), because=f"a value that is no {place}")


@pytest.mark.requirement("LOGIN-06")
def test_no_query_fragment_logs_in(api: Api, explore: Explorer) -> None:
    """A grammar of what ends a text and goes on as a query finds the quote that nobody doubled."""
    guessed = Guessed(api)
    places = st.sampled_from(["name", "password"])

    explore.cases(st.tuples(places, fragments()), lambda drawn: never_in(api, guessed, *drawn))
    guessed.settle()


@pytest.mark.requirement("LOGIN-06")
def test_no_json_value_in_place_of_a_text_logs_in(api: Api, explore: Explorer) -> None:
    """Who compares what came as it came compares with whatever the sender likes."""
    if "password" not in json_members(api.target, "loginUser"):
        not_applicable("its login takes no JSON")
    guessed = Guessed(api)
    places = st.sampled_from(["name", "password"])

    explore.cases(st.tuples(places, operators()), lambda drawn: never_in(api, guessed, *drawn))
    guessed.settle()


@pytest.mark.requirement("LOGIN-07")
def test_credentials_split_between_body_and_url_do_not_log_in(api: Api, explore: Explorer) -> None:
    """What is in the URL is in every log on the way."""
    profile = api.target.profile
    members = json_members(api.target, "loginUser")
    words = [word for word in ("email", "username", "password") if word in members]
    if "password" not in words or len(words) < 2:
        not_applicable("its login takes no JSON with a name and a password")
    guessed = Guessed(api)
    stead: dict[str, Callable[[str], Any]] = {
        "nothing": lambda _: OMIT,
        "an empty text": lambda _: "",
        "another value": lambda word: api.people.password(profile) if word == "password" else api.people.stranger(),
    }

    def judge(drawn: tuple[set[str], str]) -> None:
        moved, left = drawn
        account = guessed.account()
        right = {"email": account.email, "username": login_name(api, account), "password": account.password.reveal()}
        extra: dict[str, Any] = {f"query:{members[word]}": right[word] for word in moved}
        inputs = {word: stead[left](word) if word in moved else right[word] for word in words}
        outcome = api.call("loginUser", **inputs, extra=extra)
        if outcome.kind is Kind.ACCEPTED:
            raise ContractViolation(
                f"a login with {', '.join(sorted(moved))} in the URL, and {left} in the body, succeeds",
                expected="a refusal",
                actual=str(outcome.answer.status),
                answer=outcome.answer,
            )

    moving = st.sets(st.sampled_from(words), min_size=1)
    explore.cases(st.tuples(moving, st.sampled_from(sorted(stead))), judge, least=6, most=40)
    guessed.settle()
