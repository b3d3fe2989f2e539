"""The second factor, in histories that nobody wrote down, and codes that nobody was shown."""

from __future__ import annotations

import pytest
from hypothesis import strategies as st

from contract.answers import Kind
from suites.properties.exploring import Explorer
from suites.properties.guessed import GuessedCodes
from suites.properties.machines.factors import Factors
from suites.properties.strategies.texts import log_uniform
from suites.rig.api import Api
from suites.rig.clock import Clock
from suites.rig.identities import Account
from suites.rig.judging import control, never

DIGITS_OF_OTHERS = "٠١٢٣٤٥٦٧٨٩०१२३４５６７"


@pytest.mark.requirement("MFA-01")
def test_the_second_factor_is_asked_for_if_and_only_if_it_is_on(clock: Clock, explore: Explorer) -> None:
    """Whatever was begun, broken off, confirmed and disabled before: the login asks for what is in force."""
    explore.histories(lambda: Factors(clock, "MFA-01"))


@pytest.mark.requirement("MFA-11")
def test_a_set_up_that_no_right_code_confirmed_changes_no_login(clock: Clock, explore: Explorer) -> None:
    """Who breaks a set-up off, once or five times, has no authenticator yet."""
    explore.histories(lambda: Factors(clock, "MFA-11"))


def refused(api: Api, account: Account, code: object, because: str) -> None:
    """Judge that *code* does not complete a login of *account*."""
    control(api.login(account), Kind.CHALLENGED)
    never(api.as_(account, "verifyMfa", code=code), because=because)


@pytest.mark.requirement("MFA-03")
def test_no_text_but_the_right_code_completes_a_login(api: Api, explore: Explorer) -> None:
    """A code that is read as a number, or compared loosely, has many that pass for it."""
    profile, guessed = api.target.profile, GuessedCodes(api)

    def judge(code: str) -> None:
        account = guessed.account()
        near = {account.code(profile, api.now(), steps=steps).reveal() for steps in range(-3, 4)}
        if code not in near:
            refused(api, account, code, "a text that is not the code")

    digits = st.text("0123456789", min_size=profile.code_digits, max_size=profile.code_digits)
    others = st.text("0123456789 +-.eE", max_size=10) | st.text(DIGITS_OF_OTHERS, min_size=6, max_size=6)
    explore.cases(digits | others | st.text(st.characters(codec="utf-8"), max_size=20), judge)
    guessed.settle()


@pytest.mark.requirement("MFA-06")
def test_no_code_from_outside_the_window_completes_a_login(api: Api, explore: Explorer) -> None:
    """A window of hours turns a code that was read over a shoulder into a password."""
    profile, guessed = api.target.profile, GuessedCodes(api)
    outside = profile.code_window_steps + 2  # one more than the profile has: the step may end while the code travels

    def judge(steps: int) -> None:
        account, now_s = guessed.account(), api.now()
        code = account.code(profile, now_s, steps=steps)
        inside = {account.code(profile, now_s, steps=near) for near in range(-outside, outside + 1)}
        if code not in inside:
            refused(api, account, code, f"the code of {steps} steps from now")

    far = log_uniform(outside + 1, 3000)
    explore.cases(far | far.map(lambda steps: -steps), judge)
    guessed.settle()
