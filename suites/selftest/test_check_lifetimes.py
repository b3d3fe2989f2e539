"""Lifetimes of access tokens: what is announced, what the token says, and what is too long."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest

from contract.answers import Answer, Request
from contract.checks import expires_as_announced
from contract.errors import ContractViolation
from contract.targets.read import from_url
from suites.rig.passive import issued_by, lives_as_announced

ANSWER = Answer(Request("POST", "https://api.example/login", operation="loginUser"), 200)
HOUR_S = 3600


def jwt(**claims: Any) -> str:
    """Return a token with *claims* whose signature nobody looks at."""
    said = base64.urlsafe_b64encode(json.dumps(claims).encode()).rstrip(b"=").decode()
    return f"e30.{said}.c2lnbmF0dXJl"


@pytest.mark.parametrize(
    ("token", "announced_s"),
    [
        (jwt(iat=1000, exp=1000 + HOUR_S), HOUR_S),
        (jwt(iat=1000, exp=1000 + HOUR_S), HOUR_S - 1),  # rounded on the way
        (jwt(iat=1000.5, exp=1900.5), 900.0),
        (jwt(exp=5000), 900),
        ("an-opaque-token", 900),
        ("a.b.c", 900),
    ],
)
def test_a_lifetime_that_is_true_and_short_enough_passes(token: str, announced_s: float) -> None:
    assert expires_as_announced(ANSWER, token, announced_s, at_most_s=HOUR_S) is ANSWER


@pytest.mark.parametrize(
    ("token", "announced_s", "actual"),
    [
        ("an-opaque-token", HOUR_S + 1, "3601 s"),
        ("an-opaque-token", 0, "0"),
        ("an-opaque-token", "soon", "'soon'"),
        ("an-opaque-token", True, "True"),
        (jwt(iat=1000), 900, "no exp"),
        (jwt(iat=1000, exp="tomorrow"), 900, "an exp that is str"),
        (jwt(iat=1000, exp=1000 + 2 * HOUR_S), HOUR_S, "7200 s after iat"),
        (jwt(iat=1000, exp=1000), HOUR_S, "0 s after iat"),
    ],
)
def test_no_end_another_end_and_one_too_late_are_found(token: str, announced_s: Any, actual: str) -> None:
    with pytest.raises(ContractViolation) as found:
        expires_as_announced(ANSWER, token, announced_s, at_most_s=HOUR_S)
    assert found.value.actual == actual


def login_answer(**members: Any) -> Answer:
    """Return an answer to a login with *members*."""
    fields = (("Content-Type", "application/json"),)
    return Answer(ANSWER.request, 200, fields, json.dumps(members).encode())


def test_only_answers_that_issue_a_token_and_announce_a_lifetime_are_judged() -> None:
    target = from_url("https://api.example")
    whole = login_answer(accessToken=jwt(iat=0, exp=HOUR_S), expiresIn=HOUR_S, tokenType="Bearer")

    assert issued_by(target, whole) is not None
    assert lives_as_announced(target, whole) is whole
    assert issued_by(target, login_answer(accessToken="opaque", tokenType="Bearer")) is None
    assert issued_by(target, login_answer(mfaRequired=True, sessionToken="s", expiresIn=300)) is None
    with pytest.raises(ContractViolation):
        lives_as_announced(target, login_answer(accessToken=jwt(iat=0, exp=HOUR_S), expiresIn=900))
