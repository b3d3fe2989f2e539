"""Locks that end, counts that are cleared, and the cap that neither time nor patience gets around."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from contract.answers import Kind
from contract.errors import ContractViolation
from contract.flows import Outcome
from suites.rig.api import Api
from suites.rig.clock import Clock
from suites.rig.guessing import WRONG, throttled
from suites.rig.identities import Account
from suites.rig.judging import expect, not_applicable, undecided
from suites.rig.patience import wait_asked_for

MOST_IN_A_ROW = 100  # NIST SP 800-63B-4 section 3.2.2
PATIENCE = 20  # throttled answers in a row, each waited out, before a lock counts as one that does not end
SOON_S = 1


def guess(api: Api, account: Account) -> Outcome:
    """Try a wrong password."""
    return api.call("loginUser", email=account.email, password=WRONG)


@pytest.mark.requirement("ABUSE-06")
@pytest.mark.impatient
def test_the_lock_ends_by_itself(clock: Clock) -> None:
    """A lock that only support can open lets anybody lock anybody out, for good, with five requests."""
    api = clock.api
    account = api.fresh_account(signed_in=False)
    throttled(api, account)

    clock.advance(api.target.profile.login_window_s + SOON_S)

    expect(api.login(account), Kind.ACCEPTED, because="the right password, after the window")


@pytest.mark.requirement("ABUSE-06")
@pytest.mark.impatient
def test_a_success_clears_the_failures_before_it(api: Api) -> None:
    """Who mistypes now and then would be locked out of an account that nobody attacks."""
    profile = api.target.profile
    if profile.login_counts == "attempts":
        not_applicable("the target counts attempts, right ones too")
    if profile.login_limit < 2:
        not_applicable("the target allows one failure, and there is nothing to clear")
    throttled(api, api.fresh_account(signed_in=False))
    account = api.fresh_account(signed_in=False)

    for half in ("before", "after"):
        for number in range(1, profile.login_limit):
            because = f"failure {number}, {half} a success"
            expect(guess(api, account), Kind.REFUSED_CREDENTIALS, because=because)
        expect(
            api.login(account), Kind.ACCEPTED, because=f"the right password after {profile.login_limit - 1} failures"
        )


@pytest.mark.requirement("ABUSE-07")
@pytest.mark.impatient
def test_no_more_than_a_hundred_failures_in_a_row_are_looked_at(clock: Clock) -> None:
    """Five guesses in a quarter of an hour are 480 a day, for years; the common passwords are a thousand."""
    api = clock.api
    account = api.fresh_account()

    failures = 0
    while failures < MOST_IN_A_ROW:
        outcome = after_the_lock(clock, lambda: guess(api, account))
        if outcome.kind is not Kind.REFUSED_CREDENTIALS:
            break  # it is refused for another reason than the password: that is the cap
        failures += 1
    clock.advance(api.target.profile.login_window_s + SOON_S)
    last = after_the_lock(clock, lambda: api.login(account))

    if last.kind in (Kind.ACCEPTED, Kind.CHALLENGED):
        raise ContractViolation(
            f"after {failures} failures in a row a guess is still looked at, and a right one lets in",
            expected=f"a recovery, or a disabled account, after {MOST_IN_A_ROW} failures",
            actual=f"{last.kind} ({last.answer.status})",
            answer=last.answer,
        )


def after_the_lock(clock: Clock, attempt: Callable[[], Outcome]) -> Outcome:
    """Return what *attempt* comes to once no lock is in its way, each waited out for as long as it asks for."""
    for _ in range(PATIENCE):
        outcome = attempt()
        if outcome.kind is not Kind.THROTTLED:
            return outcome
        clock.advance(max(wait_asked_for(outcome.answer), SOON_S))
    undecided(f"{PATIENCE} locks in a row were waited out, and there is still one")
