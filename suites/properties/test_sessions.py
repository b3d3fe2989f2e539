"""Sessions, in histories that nobody wrote down."""

from __future__ import annotations

import pytest
from hypothesis import strategies as st

from contract.answers import Kind
from suites.properties.exploring import Explorer
from suites.properties.machines.sessions import Sessions
from suites.properties.strategies.texts import log_uniform
from suites.properties.strategies.tokens import token_texts
from suites.rig.api import Api
from suites.rig.clock import LEEWAY_S, Clock
from suites.rig.judging import control, expect

MOST_EXCHANGES = 3
LATER_S = 30 * 86_400  # the most that a token is late
MOST_LIFETIMES = 25  # of which the clock, that never goes back, passes one after the other


@pytest.mark.requirement("SESS-02")
def test_a_spent_refresh_token_stays_spent_whatever_happens_in_between(api: Api, explore: Explorer) -> None:
    """A thief waits: what is refused at once must be refused after a login, a logout and ten exchanges too."""
    explore.histories(lambda: Sessions(api, "SESS-02"))


@pytest.mark.requirement("SESS-03")
def test_a_replay_ends_its_family_and_no_other_in_any_history(api: Api, explore: Explorer) -> None:
    """A family that outlives the replay of an old token, and not of the newest, still feeds the thief."""
    explore.histories(lambda: Sessions(api, "SESS-03"))


@pytest.mark.requirement("SESS-07")
def test_a_logout_kills_the_refresh_token_in_any_history(api: Api, explore: Explorer) -> None:
    """A logout that ends the first session, or the last one, in place of its own looks right until there are two."""
    explore.histories(lambda: Sessions(api, "SESS-07"))


@pytest.mark.requirement("SESS-08")
def test_a_logout_kills_every_access_token_of_its_session_in_any_history(api: Api, explore: Explorer) -> None:
    """A token from before an exchange is the session's too."""
    explore.histories(lambda: Sessions(api, "SESS-08"))


@pytest.mark.requirement("SESS-05")
def test_no_text_that_was_not_given_out_is_exchanged(api: Api, explore: Explorer) -> None:
    """What is looked up by a text, decoded, or cut in parts fails on one that nobody thought of."""
    account = api.fresh_account()
    live = account.session.refresh_token

    def judge(token: object) -> None:
        outcome = api.call("refreshToken", refreshToken=token)
        expect(outcome, Kind.REFUSED_TOKEN, Kind.INVALID_INPUT, because="a refresh token that was never given out")

    numbers = st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.booleans() | st.none()
    explore.cases(token_texts(live.reveal() if live else "") | numbers, judge)
    control(api.refresh(account))


@pytest.mark.requirement("SESS-05")
def test_no_refresh_token_outlives_its_lifetime_however_often_it_was_exchanged(clock: Clock, explore: Explorer) -> None:
    """An expiry that is looked at for the first token of a session only, or for a while, is none."""
    api = clock.api
    lifetime_s = api.target.profile.refresh_lifetime_s

    def judge(drawn: tuple[int, int]) -> None:
        exchanges, later_s = drawn
        account = api.fresh_account()
        for _ in range(exchanges):
            control(api.refresh(account))
        clock.advance(lifetime_s + LEEWAY_S + later_s)
        because = f"a refresh token from {exchanges} exchanges, {later_s + LEEWAY_S} s past its lifetime"
        expect(api.refresh_with(account.session), Kind.REFUSED_TOKEN, Kind.INVALID_INPUT, because=because)
        control(api.login(account))
        control(api.refresh(account))

    late = st.just(0) | log_uniform(1, LATER_S)
    explore.cases(st.tuples(st.integers(0, MOST_EXCHANGES), late), judge, least=4, most=MOST_LIFETIMES)
