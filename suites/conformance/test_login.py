"""Signing in with a password: what a success must hold, and that the whole password is looked at."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping

import pytest

from contract.answers import Kind, at
from contract.checks import status
from contract.errors import ContractViolation
from contract.secret import Secret
from suites.rig.api import Api
from suites.rig.clock import Clock
from suites.rig.derivation import made_up
from suites.rig.judging import Advice, control, expect, never, not_applicable

POSITIONS = (8, 16, 32, 64, 71, 72, 73)
LIFETIME_MARGIN_S = 15
ACCENTED = "éèêëàâäôöùûüñçåãõîïíóúý"


@pytest.mark.requirement("LOGIN-01")
def test_a_login_answers_with_a_token_that_opens_the_profile(api: Api) -> None:
    """A success that cannot be used is none."""
    account = api.visitor(signed_in=False)

    outcome = expect(api.login(account), Kind.ACCEPTED, because="the right password")

    if account.session.access_token is None and not account.session.cookies:
        raise ContractViolation(
            "the login gives no token", expected="an access token", actual="none", answer=outcome.answer
        )
    if api.target.speaks_contract:
        status(outcome.answer, 200)
        said = at(outcome.answer.json(), "/tokenType"), at(outcome.answer.json(), "/expiresIn")
        if not (said[0] == "Bearer" and isinstance(said[1], int) and said[1] > 0):
            raise ContractViolation(
                "the login does not say what its token is and how long it lives",
                expected="tokenType Bearer and a positive expiresIn",
                actual=f"tokenType {said[0]} and expiresIn {said[1]}",
                answer=outcome.answer,
            )
    if "getCurrentUser" in api.target.operations:
        expect(api.as_(account, "getCurrentUser"), Kind.ACCEPTED, because="the token of this login")


@pytest.mark.requirement("LOGIN-01")
def test_an_access_token_lives_as_long_as_announced(clock: Clock) -> None:
    """A client that trusts the lifetime must not be thrown out before its end."""
    api = clock.api
    account = api.fresh_account()
    announced = account.session.values.get("expiresIn")
    if not isinstance(announced, int):
        raise Advice("the login announces no lifetime", expected="a lifetime", actual="none")

    clock.advance(max(announced - LIFETIME_MARGIN_S, 0))

    expect(api.as_(account, "getCurrentUser"), Kind.ACCEPTED, because=f"a token {LIFETIME_MARGIN_S} s before its end")


def opens_by_itself_alone(api: Api, whole: str, others: Mapping[str, str]) -> None:
    """Judge that the password *whole* logs in, and none of *others*; a few of them on each account."""
    few = max(api.target.profile.login_limit - 1, 1)
    names = list(others)

    for start in range(0, len(names), few):
        account = api.people.person(api.target.profile)
        account.password = Secret(whole)
        control(api.register(account))
        for name in names[start : start + few]:
            never(api.call("loginUser", email=account.email, password=others[name]), because=f"the password {name}")
        expect(api.login(account), Kind.ACCEPTED, because="the exact password")


@pytest.mark.requirement("LOGIN-03")
def test_a_password_that_differs_only_late_does_not_log_in(api: Api) -> None:
    """A hash that reads 72 bytes takes two passwords for one."""
    profile = api.target.profile
    whole = "-".join(api.people.password(profile).reveal() for _ in range(12)).replace(" ", "-")[: profile.password_max]
    positions = [each for each in (*POSITIONS, len(whole) - 1) if each < len(whole)]
    others = {f"changed at {each}": whole[:each] + ("~" if whole[each] != "~" else "+") + whole[each + 1 :]
              for each in positions}  # fmt: skip
    others |= {"cut by its last character": whole[:-1], "one character longer": whole + "x"}

    opens_by_itself_alone(api, whole, others)


@pytest.mark.requirement("LOGIN-04")
def test_a_password_is_taken_as_it_was_typed(api: Api) -> None:
    """Whatever is trimmed, folded or cut off makes one password of many, and guessing shorter."""
    profile = api.target.profile
    whole = f" {api.people.password(profile).reveal()[: profile.password_max - 2]} "
    others = {
        "in the other letter case": whole.swapcase(),
        "without the blanks around it": whole.strip(),
        "with one more blank": whole + " ",
        "with NUL and a letter after it": whole + "\0x",
    }

    opens_by_itself_alone(api, whole, others)


@pytest.mark.requirement("LOGIN-05")
@pytest.mark.parametrize(("registered", "typed"), [("NFC", "NFD"), ("NFD", "NFC")], ids=["composed", "decomposed"])
def test_a_password_with_accents_logs_in_in_either_form(api: Api, registered: str, typed: str) -> None:
    """Two keyboards send two forms of one letter, and their owner sees no difference and is locked out."""
    profile = api.target.profile
    account = api.people.person(profile)
    accents = "".join(api.people.chance().choices(ACCENTED, k=max(profile.password_min - len("A7!"), 8)))
    forms = {form: Secret(made_up(unicodedata.normalize(form, f"{accents}A7!"))) for form in (registered, typed)}
    account.password = forms[registered]
    begun = api.register(account)
    if begun.kind is Kind.INVALID_INPUT:
        not_applicable("a password with accents is refused (REG-07)")
    control(begun)
    control(api.login(account))

    expect(
        api.login(account, password=forms[typed]), Kind.ACCEPTED, because=f"the password in {typed}, not {registered}"
    )
