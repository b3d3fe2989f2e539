"""429: enough for now. Guessing is slowed down for everybody, and only for the account that is guessed at."""

from __future__ import annotations

import pytest

from contract.answers import Kind
from contract.checks import not_cacheable, retry_after, status
from suites.rig.api import Api
from suites.rig.clock import Clock
from suites.rig.guessing import throttled
from suites.rig.judging import control, expect
from suites.rig.patience import wait_asked_for


@pytest.mark.requirement("ABUSE-01")
@pytest.mark.impatient
def test_after_the_limit_of_failed_logins_the_next_is_429(api: Api) -> None:
    """Without a limit a password of eight letters falls over a weekend."""
    account = api.fresh_account(signed_in=False)
    bystander = api.fresh_account(signed_in=False)
    profile = api.target.profile

    for _ in range(profile.login_limit):
        expect(
            api.call("loginUser", email=account.email, password="not the password"),
            Kind.REFUSED_CREDENTIALS,
            because="a wrong password, within the limit",
        )
    throttled = api.call("loginUser", email=account.email, password="not the password")

    status(throttled.answer, *profile.throttle_status)
    control(api.login(bystander))


@pytest.mark.requirement("ABUSE-02")
@pytest.mark.impatient
def test_a_429_says_when_to_come_back_and_does_not_ask_to_be_kept(api: Api) -> None:
    """A client that is not told when comes back at once, and a cache passes one user's refusal on to another."""
    answer = throttled(api, api.fresh_account(signed_in=False)).answer

    retry_after(answer, at_most_s=api.target.profile.login_window_s, at_least_s=1)
    not_cacheable(answer)


@pytest.mark.requirement("ABUSE-02")
@pytest.mark.impatient
def test_after_the_wait_that_a_429_asks_for_the_right_password_logs_in(clock: Clock) -> None:
    """A lock that outlasts what it says sends its owner to support."""
    api = clock.api
    account = api.fresh_account(signed_in=False)
    answer = throttled(api, account).answer
    retry_after(answer, at_most_s=api.target.profile.login_window_s, at_least_s=1)

    clock.advance(wait_asked_for(answer))

    expect(api.login(account), Kind.ACCEPTED, because="the right password, after the wait that was asked for")
