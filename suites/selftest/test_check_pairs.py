"""Two answers that should be alike are; what tells them apart is named (ABUSE-08)."""

from __future__ import annotations

import pytest

from contract.checks import alike
from contract.errors import ContractViolation
from suites.selftest.answered import answered

ONE, OTHER = "7c9e6679-7425-40de-944b-e07fc1f90ae7", "018f5e0c-7d1a-4c1e-9a41-6f2f8a1b2c3d"


def pair(first, second, status=401):
    """Return two answers, each given as a body and header lines."""
    return tuple(answered(status, *headers, body=body) for body, *headers in (first, second))


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (
            ({"title": "no", "requestId": ONE}, "Date: Sat, 21 Nov 2026 00:00:00 GMT", f"X-Request-ID: {ONE}"),
            ({"title": "no", "requestId": OTHER}, "Date: Sat, 21 Nov 2026 00:00:01 GMT", f"x-request-id: {OTHER}"),
        ),
        (
            ({"at": "2026-11-21T00:00:00Z"}, "X-RateLimit-Remaining: 4", 'ETag: "a"', "Content-Length: 30"),
            ({"at": "2026-11-21T00:00:00.5Z"}, "X-RateLimit-Remaining: 3", 'ETag: "b"', "Content-Length: 32"),
        ),
        (
            ({"traceId": "00-ab-01", "attemptsRemaining": 4, "timestamp": 1795219200},),
            ({"traceId": "00-cd-01", "attemptsRemaining": 3, "timestamp": 1795219201},),
        ),
        (({"csrf_token": "aaa.b"},), ({"csrf_token": "ccc.d"},)),
        (({"a": {"xsrfToken": "aaa"}},), ({"a": {"xsrfToken": "bbb"}},)),
        (("see req-000001", "X-Request-Id: req-000001"), ("see req-000002", "X-Request-Id: req-000002")),
        (
            ("", "Set-Cookie: csrf=aa; Expires=Sat, 21 Nov 2026 00:00:00 GMT; Path=/"),
            ("", "Set-Cookie: csrf=bb; Expires=Sat, 21 Nov 2026 00:00:09 GMT; Path=/"),
        ),
    ],
)
def test_dates_identifiers_and_counters_tell_nothing_apart(first, second):
    answers = pair(first, second)

    assert alike(*answers) == answers


def test_what_the_caller_sent_may_be_repeated():
    first, second = pair(({"no": 'a"b@x.test'},), ({"no": "cd@x.test"},))

    assert alike(first, second, echoed=('a"b@x.test', "cd@x.test"))
    with pytest.raises(ContractViolation):
        alike(first, second)


LONG = "a" * 300


@pytest.mark.parametrize(
    ("first", "second", "fault", "expected", "actual"),
    [
        (
            ({}, "A: 1"),
            ({}, "A: 1", "B: 2", "B: 3"),
            "a header field tells them apart",
            "the same header fields",
            "has b besides",
        ),
        (
            ({}, "A: 1", "C: 1"),
            ({}, "B: 1", "C: 1"),
            "a header field tells them apart",
            "the same header fields",
            "lacks a, has b besides",
        ),
        (({}, "A: 1", "A: 1"), ({}, "A: 1"), "a header field tells them apart", "the same header fields", "lacks a"),
        (
            ({}, "A: 1", "B: 2"),
            ({}, "B: 2", "A: 1"),
            "the order of the header fields tells them apart",
            "a as header field 1",
            "b as header field 1",
        ),
        (
            ({}, "WWW-Authenticate: Bearer"),
            ({}, "WWW-Authenticate: Basic"),
            "the value of WWW-Authenticate tells them apart",
            "WWW-Authenticate: Bearer",
            "WWW-Authenticate: Basic",
        ),
        (
            ({}, f"A: {LONG}1"),
            ({}, f"A: {LONG}2"),
            "the value of A tells them apart",
            f"A: …{'a' * 20}1",
            f"A: …{'a' * 20}2",
        ),
        (
            ({}, "Set-Cookie: a=1; Path=/"),
            ({}, "Set-Cookie: b=2; Path=/"),
            "the value of Set-Cookie tells them apart",
            "Set-Cookie: a=*; Path=/",
            "Set-Cookie: b=*; Path=/",
        ),
        (
            ({"title": "wrong password"},),
            ({"title": "unknown user"},),
            "the member /title tells them apart",
            '"wrong password"',
            '"unknown user"',
        ),
        (({"a": {"b/c": [1, 2]}},), ({"a": {"b/c": [1, 3]}},), "the member /a/b~1c/1 tells them apart", "2", "3"),
        (({"a": [1]},), ({"a": [1, 1]},), "the member /a tells them apart", "[1]", "[1, 1]"),
        (({"a": 1},), ({"a": True},), "the member /a tells them apart", "1", "true"),
        (({"a": 1, "b": 2},), ({"a": 1},), "the member /b tells them apart", "present", "absent"),
        (({"a": 1},), ({"a": 1, "b": 2},), "the member /b tells them apart", "absent", "present"),
        (('{"a":1}',), ('{"a": 1}',), "the body tells them apart from character 5 on", '{"a":1}', '{"a": 1}'),
        (("no",), ("",), "the body tells them apart from character 0 on", "no", "nothing"),
        (
            ("x" * 70 + "one",),
            ("x" * 70 + "two",),
            "the body tells them apart from character 70 on",
            "…" + "x" * 20 + "one",
            "…" + "x" * 20 + "two",
        ),
        (("[1]",), ("{}",), "the body tells them apart", "[1]", "{}"),
    ],
)
def test_what_tells_two_answers_apart_is_named(first, second, fault, expected, actual):
    with pytest.raises(ContractViolation) as raised:
        alike(*pair(first, second))

    assert str(raised.value) == (
        f"GET /api/v1/users/me, answered 401: {fault}\n"
        f"  expected   {expected}, as in the other answer\n"
        f"  actual     {actual}"
    )


def test_the_status_comes_first():
    with pytest.raises(ContractViolation) as raised:
        alike(answered(401, "A: 1"), answered(404))

    assert str(raised.value) == (
        "GET /api/v1/users/me, answered 404: the status tells them apart\n"
        "  expected   401, as in the other answer\n"
        "  actual     404"
    )


def test_two_answers_that_never_came_are_not_alike():
    with pytest.raises(ContractViolation, match="not answered: nothing came back\n  expected   two answers to compare"):
        alike(answered(0), answered(0))
