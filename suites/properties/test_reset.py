"""Reset tokens: in any history once, and nothing that resembles one."""

from __future__ import annotations

import random

import pytest
from hypothesis import strategies as st

from contract.answers import Kind
from contract.checks import alike
from suites.properties.exploring import Explorer
from suites.properties.machines.passwords import Passwords
from suites.properties.strategies.texts import alphabets
from suites.properties.strategies.tokens import token_texts
from suites.rig import guessable
from suites.rig.api import Api
from suites.rig.derivation import made_up
from suites.rig.judging import control, expect, never
from suites.rig.outbox import Outbox, asked_for_reset
from suites.rig.valid_calls import BESIDE_A_TOKEN, UNKNOWN


@pytest.mark.requirement("RST-02")
def test_a_reset_token_sets_one_password_once_in_any_history(api: Api, outbox: Outbox, explore: Explorer) -> None:
    """A mail stays in the mailbox, and whoever reads it later must not be let in by it."""
    explore.histories(lambda: Passwords(api, "RST-02", outbox))


@pytest.mark.requirement("RST-04")
def test_no_text_but_the_mailed_token_resets_anything(api: Api, outbox: Outbox, explore: Explorer) -> None:
    """A crash over an odd token is a server error to the user, and a difference says which tokens are nearly real."""
    account = api.fresh_account(signed_in=False)
    mailed = asked_for_reset(api, outbox, account)
    new = api.people.password(api.target.profile)
    inputs = {**BESIDE_A_TOKEN, **mailed, "newPassword": new}
    unknown = never(
        api.call("confirmPasswordReset", **{**inputs, "token": UNKNOWN}), because="a token nobody was mailed"
    )

    def judge(token: str) -> None:
        outcome = never(api.call("confirmPasswordReset", **{**inputs, "token": token}), because="not the mailed token")
        if outcome.kind is unknown.kind:
            alike(unknown.answer, outcome.answer)

    explore.cases(token_texts(mailed["token"].reveal()), judge)
    control(api.call("confirmPasswordReset", **inputs))


@pytest.mark.requirement("RST-09")
def test_a_reset_takes_just_the_passwords_that_a_registration_takes(
    api: Api, outbox: Outbox, explore: Explorer
) -> None:
    """Where the rules stand in one form only, whoever wants a bad password forgets the good one first."""
    profile = api.target.profile

    def judge(drawn: tuple[str, int] | int) -> None:
        if isinstance(drawn, int):
            new = guessable.derived_sample(random.Random(drawn), profile.password_min, 1)[0]
            because = "a common word made long"
        else:
            alphabet, length = drawn
            new = made_up("".join(api.people.chance().choices(alphabet, k=length)))
            because = f"a password of {length} characters"
        registered = api.register(api.people.person(profile), password=new)
        account = api.fresh_account(signed_in=False)
        mailed = asked_for_reset(api, outbox, account)
        redeemed = api.call("confirmPasswordReset", newPassword=new, **mailed)
        if registered.kind is not Kind.ACCEPTED:
            never(redeemed, because=f"{because}, which a registration refuses")
            good = api.people.password(profile)
            again = api.call("confirmPasswordReset", newPassword=good, **mailed)
            expect(again, Kind.ACCEPTED, because="a token whose first password was refused")
        elif redeemed.kind is Kind.ACCEPTED:
            expect(api.login(account, password=new), Kind.ACCEPTED, because=f"{because}, just set")

    near = st.integers(max(profile.password_min - 4, 1), profile.password_min + 4)
    lengths = near | st.integers(profile.password_max - 2, profile.password_max + 40)
    explore.cases(st.tuples(alphabets(), lengths) | st.integers(0, 2**32), judge)
