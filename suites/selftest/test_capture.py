"""What an identity takes along from an answer, and what it leaves there."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contract.answers import Answer, Kind
from contract.capture import capture
from contract.flows import Outcome, perform
from contract.recorded import run_recorded
from contract.secret import Secret
from contract.session import ANONYMOUS, Session
from contract.targets.model import Operation, Profile, Rule, Scheme, Step, Target
from suites.selftest.small_targets import LOGIN, says, speaking


def login(target: Target, answer: Answer) -> Outcome:
    return run_recorded(perform(target, "loginUser", email="ada@example.com", password=Secret("pw")), [answer])


RENEWING = ("X-New", "at-2"), ("Set-Cookie", "sid=2")


@pytest.mark.parametrize("status", [200, 401, 429, 500])
def test_cookies_and_renewals_are_taken_from_every_answer(status: int) -> None:
    step = Step("GET", "/me", "none", auth="session", capture={"userId": "/id"})
    target = speaking(step, operation="getCurrentUser", scheme=Scheme(renew={"accessToken": "header:X-New"}))
    flow = perform(target, "getCurrentUser", Session(Secret("at-1"), cookies={"sid": Secret("1")}))
    session = run_recorded(flow, [says("GET /me", status, {"id": 7}, *RENEWING)]).session

    assert (session.access_token, session.cookies) == (Secret("at-2"), {"sid": Secret("2")})
    assert session.values == ({"userId": 7} if status == 200 else {})


@pytest.mark.parametrize("status", [400, 401, 409, 429, 500])
def test_a_member_of_a_refusal_is_no_token(status: int) -> None:
    assert login(speaking(LOGIN), says("POST /login", status, {"token": "is required"})).session == ANONYMOUS


def test_what_is_captured_is_in_the_contract_s_units_and_masked() -> None:
    capture = {
        "accessToken": "header:Authorization",
        "expiresIn": "/ttl",
        "backupCodes": "/codes",
        "userId": "/id",
        "header:X-User": "/uid",
    }
    target = speaking(replace(LOGIN, capture=capture), profile=Profile(lifetime_unit="ms"))
    body = {"ttl": "1500", "codes": ["a-b", "c-d"], "id": 7, "uid": 8}
    session = login(target, says("POST /login", 200, body, ("authorization", "bearer at"))).session

    assert session.access_token == Secret("at")
    assert session.values == {"expiresIn": 1.5, "backupCodes": (Secret("a-b"), Secret("c-d")), "userId": 7}
    assert "a-b" not in repr(session)
    me = replace(target, operations={"getCurrentUser": Operation("getCurrentUser", (Step("GET", "/me", "none"),))})
    assert next(perform(me, "getCurrentUser", session)).header("x-user") == "8"


@pytest.mark.parametrize("value", ["soon", "nan", None, [], pytest.param(10**400, id="enormous")])
def test_a_lifetime_that_is_no_number_is_left_alone(value: Any) -> None:
    target = speaking(replace(LOGIN, capture={"accessToken": "/token", "expiresIn": "/ttl"}))
    outcome = login(target, says("POST /login", 200, {"token": "at", "ttl": value}))

    assert outcome.session.values.get("expiresIn") == value


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.sampled_from(["token", "id", "ttl", "codes", "error"]), inner),
)
GREEDY = speaking(
    Step(
        "POST",
        "/login",
        send=LOGIN.send,
        capture={
            "accessToken": "/token",
            "sessionToken": "/token/0",
            "userId": "/id",
            "expiresIn": "/ttl",
            "backupCodes": "/codes",
            "header:X-Id": "/id",
            "csrf": "cookie:c",
        },
    ),
    answers={
        "loginUser": (Rule(Kind.PENDING, at="/error", equals=[1]), Rule(Kind.CHALLENGED, (401,), has="/id/token"))
    },
    profile=Profile(lifetime_unit="ms"),
)


@settings(deadline=None, database=None)
@given(st.integers(0, 599), JSON, st.text(), st.text())
def test_nothing_that_a_target_says_breaks_the_reading(status: int, body: Any, cookie: str, header: str) -> None:
    """A strange answer is the target's finding, never an error of ours."""
    answer = says("POST /login", status, body, ("Set-Cookie", f"c={cookie}"), ("Date", header))

    assert isinstance(login(GREEDY, answer).kind, Kind)


@pytest.mark.parametrize("depth", [100, 900, 100_000])
def test_a_body_that_is_nested_without_end_breaks_nothing(depth: int) -> None:
    body = b'{"token": "t", "codes": ' + b"[" * depth + b"]" * depth + b"}"

    assert login(GREEDY, replace(says("POST /login", 200), body=body)).kind in (Kind.ACCEPTED, Kind.UNRECOGNISED)


@pytest.mark.parametrize(("kind", "holds"), [(Kind.CHALLENGED, "challenge"), (Kind.ACCEPTED, "access_token")])
def test_one_place_for_token_and_challenge_holds_what_the_answer_means(kind: Kind, holds: str) -> None:
    """A challenge that passed for an access token would be sent as one, and the login would seem to be complete."""
    step = Step("POST", "/login", capture={"accessToken": "/token", "sessionToken": "/token"})
    answer = says("POST /login", 401 if kind is Kind.CHALLENGED else 200, {"token": "a token of this test"})

    session = capture(Target("acme", "https://api.example"), step, Session(), answer, kind)

    held = {name: getattr(session, name) for name in ("access_token", "challenge")}
    assert held[holds] == Secret("a token of this test")
    assert [name for name, value in held.items() if value is None] == list({"access_token", "challenge"} - {holds})
