"""Codes and chance: one code for one login, only those of now, and few guesses."""

from __future__ import annotations

import time
from email.utils import parsedate_to_datetime

import pytest

from contract.answers import Answer, Kind
from contract.errors import ContractViolation
from suites.rig.api import Api, Call
from suites.rig.clock import Clock
from suites.rig.identities import NEAR_STEPS, Account
from suites.rig.judging import control, expect, never, undecided
from suites.rig.second_factors import fresh_code

ROUNDS = 10
MOST_RACERS = 4
MARGIN = 1 / 6  # of a time step: how far two clocks may differ in the middle of a step and still agree which one it is


def challenged(api: Api, account: Account) -> None:
    """Log *account* in as far as the challenge."""
    control(api.login(account), Kind.CHALLENGED)


@pytest.mark.requirement("MFA-05")
def test_one_code_sent_in_parallel_completes_one_login(api: Api) -> None:
    """Who looks over a shoulder and is as quick as the owner comes in beside him."""
    racers = max(2, min(MOST_RACERS, api.target.profile.code_limit - 1))
    for _ in range(ROUNDS):
        account = api.with_mfa(api.fresh_account())
        sessions = []
        for _ in range(racers):
            challenged(api, account)
            sessions.append(account.session)
        code = fresh_code(api, account)

        outcomes = api.race([Call("verifyMfa", {"code": code}, session) for session in sessions])

        accepted = [outcome for outcome in outcomes if outcome.kind is Kind.ACCEPTED]
        if len(accepted) > 1:
            raise ContractViolation(
                f"one code, sent at one moment to {racers} challenges of an account, completed {len(accepted)} logins",
                expected="one login",
                actual=f"{len(accepted)} logins",
                answer=accepted[-1].answer,
            )
        control(accepted[0] if accepted else outcomes[0])


def in_the_middle_of_a_step(api: Api) -> None:
    """Wait until the target's time is so far from both ends of a time step that a small skew does not change it."""
    step_s = api.target.profile.code_step_s
    past_s = api.now() % step_s
    if not MARGIN * step_s <= past_s <= (1 - MARGIN) * step_s:
        time.sleep((MARGIN * step_s - past_s) % step_s)


def clocks_agree(api: Api, answer: Answer) -> bool:
    """Whether *answer* is dated, if at all, so near to the tester's time that both have the same time step."""
    dated, step_s = answer.header("date"), api.target.profile.code_step_s
    return not dated or abs(parsedate_to_datetime(dated).timestamp() - api.now()) < MARGIN * step_s


@pytest.mark.requirement("MFA-06")
def test_codes_of_other_times_complete_no_login(api: Api) -> None:
    """Each further time step that counts is one more code that a guess may hit, and a longer life for a stolen one."""
    profile = api.target.profile
    nearest = max(profile.code_window_steps, 1) + 1
    far = [sign * steps for steps in range(nearest, max(NEAR_STEPS, nearest) + 1) for sign in (1, -1)]
    within_limit = max(profile.code_limit - 1, 1)
    for first in range(0, len(far), within_limit):
        account = api.with_mfa(api.fresh_account())
        for steps in far[first : first + within_limit]:
            no_code_of(api, account, steps, on_the_edge=abs(steps) == nearest)
        challenged(api, account)
        control(api.as_(account, "verifyMfa", code=fresh_code(api, account)))


def no_code_of(api: Api, account: Account, steps: int, *, on_the_edge: bool) -> None:
    """Judge that the code of the time step *steps* from now completes no login; near the window, clocks must agree."""
    profile = api.target.profile
    challenged(api, account)
    if on_the_edge:
        in_the_middle_of_a_step(api)
    code = account.code(profile, api.now(), steps=steps)
    if code in [account.code(profile, api.now(), steps=near) for near in range(1 - abs(steps), abs(steps))]:
        return  # the same six digits, by chance
    outcome = api.as_(account, "verifyMfa", code=code)
    if on_the_edge and outcome.kind is Kind.ACCEPTED and not clocks_agree(api, outcome.answer):
        undecided("the target's clock and ours differ by too much to tell one time step from the next")
    never(outcome, because=f"the code of {abs(steps)} time steps {'ahead' if steps > 0 else 'ago'}")


def guessed_at(api: Api) -> Account:
    """Return an account on which the profile's limit of wrong codes is spent, each on a challenge of its own."""
    account, profile = api.with_mfa(api.fresh_account()), api.target.profile
    for _ in range(profile.code_limit):
        outcome = api.login(account)
        if outcome.kind is not Kind.CHALLENGED:
            break  # a stricter limit: no challenge is given any more
        wrong = account.wrong_codes(profile, api.now())[0]
        never(api.as_(account, "verifyMfa", code=wrong), because="a wrong code, within the limit")
    return account


@pytest.mark.requirement("MFA-07")
@pytest.mark.impatient
def test_past_the_limit_of_wrong_codes_the_right_one_is_refused_too(api: Api) -> None:
    """Six digits fall to a program in a day, unless somebody counts; a new challenge must not set the count back."""
    bystander = api.with_mfa(api.fresh_account())
    account = guessed_at(api)
    right = fresh_code(api, account)

    for _ in range(2):
        if api.login(account).kind is Kind.CHALLENGED:
            never(api.as_(account, "verifyMfa", code=right), because="the right code, past the limit of wrong ones")

    challenged(api, bystander)
    control(api.as_(bystander, "verifyMfa", code=fresh_code(api, bystander)))


@pytest.mark.requirement("MFA-07")
@pytest.mark.impatient
def test_the_right_code_counts_again_once_the_window_has_passed(clock: Clock) -> None:
    """A throttle that never lets go lets anybody lock everybody out."""
    account = guessed_at(clock.api)

    clock.advance(clock.api.target.profile.code_window_s + 1)

    control(clock.api.login(account), Kind.CHALLENGED)
    code = fresh_code(clock.api, account)
    expect(clock.api.as_(account, "verifyMfa", code=code), Kind.ACCEPTED, because="the right code after the window")
