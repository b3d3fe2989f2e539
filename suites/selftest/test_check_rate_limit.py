"""Rate-limit fields: read by their grammar, and believed only as far as they agree with a throttle."""

from __future__ import annotations

import pytest

from contract.answers import Answer, Request
from contract.checks import agreeing, quotas
from contract.checks.rate_limit import Quota
from contract.errors import ContractViolation


def said(status: int = 401, **fields: str) -> Answer:
    """Return an answer with *fields*, whose names have _ for -."""
    headers = tuple((name.replace("_", "-"), value) for name, value in fields.items())
    return Answer(Request("POST", "http://127.0.0.1/login"), status, headers)


@pytest.mark.parametrize(
    ("fields", "found"),
    [
        ({}, ()),
        ({"RateLimit": '"login";r=4;t=900'}, (Quota("login", 4, 900),)),
        ({"RateLimit": '"login"; r=4, "day";r=0;t=3;pk=:aGk=:'}, (Quota("login", 4), Quota("day", 0, 3))),
        ({"RateLimit_Policy": '"login";q=5;w=900;qu="requests"'}, ()),
        ({"X_RateLimit_Remaining": "3", "X_RateLimit_Reset": "1790000000"}, (Quota("", 3),)),
        ({"RateLimit_Limit": "5, 5;w=900", "RateLimit_Remaining": "0"}, (Quota("", 0),)),
    ],
)
def test_fields_are_read(fields: dict[str, str], found: tuple[Quota, ...]) -> None:
    assert quotas(said(**fields)) == found


@pytest.mark.parametrize(
    "fields",
    [
        {"RateLimit": "login;r=4"},
        {"RateLimit": '"login"'},
        {"RateLimit": '"login";r=-1'},
        {"RateLimit": '"login";r=4.5'},
        {"RateLimit": '"login";r=4,'},
        {"RateLimit": '"login";r=4 "day";r=1'},
        {"RateLimit": '"login";r=4;t=soon'},
        {"RateLimit_Policy": '"login";w=900'},
        {"RateLimit_Remaining": "-1"},
        {"X_RateLimit_Limit": "many"},
    ],
)
def test_what_does_not_follow_the_grammar_is_said(fields: dict[str, str]) -> None:
    with pytest.raises(ContractViolation, match="is not well formed"):
        quotas(said(**fields))


def counted(*remaining: int, wait: str = "900", reset: int = 900) -> tuple[list[Answer], Answer]:
    """Return refusals with what remains of the quota at each, and the last of them, which is a throttle."""
    last = said(429, RateLimit=f'"login";r={remaining[-1]};t={reset}', Retry_After=wait)
    return [*(said(RateLimit=f'"login";r={each};t={reset}') for each in remaining[:-1]), last], last


def test_a_count_that_falls_to_nothing_agrees() -> None:
    answers, last = counted(4, 3, 2, 1, 0, 0)

    assert agreeing(answers, throttled=[last]) == answers


@pytest.mark.parametrize(
    ("remaining", "wait", "fault"),
    [
        ((5, 5, 5), "900", "something remains of every quota"),
        ((3, 4, 0), "900", "has risen"),
        ((1, 0, 0), "60", "before the quota is whole again"),
    ],
)
def test_what_does_not_agree_is_said(remaining: tuple[int, ...], wait: str, fault: str) -> None:
    answers, last = counted(*remaining, wait=wait)

    with pytest.raises(ContractViolation, match=fault):
        agreeing(answers, throttled=[last])
