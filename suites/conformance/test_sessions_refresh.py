"""Refresh tokens that come twice at once, too late, or from nowhere."""

from __future__ import annotations

import math

import pytest

from contract.answers import Kind
from contract.errors import ContractViolation
from suites.rig.api import Api, Call
from suites.rig.clock import LEEWAY_S, Clock
from suites.rig.judging import Advice, control, expect, not_exercised

SHARE, STEPS, MOST_STEPS = 0.8, 3, 150
"""Of a refresh token's lifetime, what passes between two refreshes; and how many there are, at least and at most."""
RACERS = 20
ROUNDS = 5

UNHEARD_OF = {
    "a text that nobody was given": "kX2v0Yw1qT8nB5mZ7rL4cH9dS6fG3jA-pE_uIoWxQtN",
    "one letter": "x",
    "a text that reads like a JWT": "e30.e30.e30",
    "nothing but padding": "====",
    "an empty text": "",
    "null": None,
    "a number": 7,
}


@pytest.mark.requirement("SESS-04")
def test_parallel_exchanges_of_one_refresh_token_leave_one_session(api: Api) -> None:
    """Where two exchanges of one token both succeed, the thief's session lives beside the owner's, and nobody sees."""
    account = api.fresh_account(signed_in=False)
    found: ContractViolation | None = None
    for _ in range(ROUNDS):
        control(api.login(account))
        outcomes = api.race([Call("refreshToken", {}, account.session)] * RACERS)
        accepted = [outcome for outcome in outcomes if outcome.kind is Kind.ACCEPTED]
        control(accepted[0] if accepted else outcomes[0])
        heirs = {outcome.session.refresh_token: outcome for outcome in accepted}
        if len(heirs) > 1:
            live = sum(api.refresh_with(heir.session).kind is Kind.ACCEPTED for heir in heirs.values())
            finding = ContractViolation if live > 1 else Advice
            found = finding(
                f"{RACERS} parallel exchanges of one refresh token gave {len(heirs)} successors, of which {live} live",
                expected="one successor",
                actual=f"{len(heirs)} successors, {live} of them live",
                answer=accepted[-1].answer,
            )
            if live > 1:
                raise found
    if found:
        raise found


@pytest.mark.requirement("SESS-05")
def test_a_refresh_token_that_nobody_was_given_is_refused(api: Api) -> None:
    """What is looked up and not found, or cannot even be read, must not fail the server."""
    account = api.visitor()
    others = api.shared_account().session.access_token
    tokens = {**UNHEARD_OF, **({"another user's access token": others} if others else {})}

    for what, token in tokens.items():
        expect(api.call("refreshToken", refreshToken=token), Kind.REFUSED_TOKEN, Kind.INVALID_INPUT, because=what)

    control(api.refresh(account))


@pytest.mark.requirement("SESS-05")
def test_a_refresh_token_past_its_lifetime_is_refused(clock: Clock) -> None:
    """A backup or an old phone holds tokens for ever; they must not."""
    api = clock.api
    account = api.fresh_account()
    late = account.session
    control(api.login(account))
    control(api.refresh(account))

    clock.advance(api.target.profile.refresh_lifetime_s + LEEWAY_S)

    outcome = api.refresh_with(late)
    expect(outcome, Kind.REFUSED_TOKEN, Kind.INVALID_INPUT, because="a refresh token past its lifetime")
    control(api.login(account))
    control(api.refresh(account))


@pytest.mark.requirement("SESS-06")
def test_refreshing_in_time_does_not_keep_a_session_for_ever(clock: Clock) -> None:
    """Whoever once stole a refresh token would be its owner's guest for as long as he likes."""
    api, profile = clock.api, clock.api.target.profile
    past_its_end_s = profile.session_lifetime_s + LEEWAY_S
    steps = max(math.ceil(past_its_end_s / (SHARE * profile.refresh_lifetime_s)), STEPS)
    if steps > MOST_STEPS:
        not_exercised(f"it takes {steps} refreshes; give a variant whose lifetimes are nearer to each other")
    account = api.fresh_account()
    for _ in range(steps - 1):
        clock.advance(past_its_end_s / steps)
        control(api.refresh(account))

    clock.advance(past_its_end_s / steps)

    outcome = api.refresh(account)
    expect(outcome, Kind.REFUSED_TOKEN, Kind.INVALID_INPUT, because="a session past its absolute lifetime")
    control(api.login(account))
    control(api.refresh(account))
