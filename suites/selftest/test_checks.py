"""Status, waiting and storing: each check accepts what its source allows, and says what it refuses."""

from __future__ import annotations

import pytest

from contract.checks import no_store, not_cacheable, retry_after, status
from contract.checks.dates import parse_date
from contract.errors import ContractViolation
from suites.selftest.answered import answered, refused


def test_a_listed_status_is_accepted():
    answer = answered(403)

    assert status(answer, 401, 403) is answer


def test_another_status_is_refused_and_only_an_error_s_body_is_shown():
    fault = "another status was expected"

    assert refused(status, answered(200, body={"accessToken": "abc"}), 401, 403) == (fault, "401 or 403", "200")
    assert refused(status, answered(404, body={"code": "x"}), 401) == (fault, "401", '404 {"code": "x"}')
    assert refused(status, answered(500, body="a\r\n\x00" + "b" * 500), 401) == (
        fault,
        "401",
        "500 a\\r\\n\\x00" + "b" * 191 + "…",
    )


def test_no_answer_has_no_status():
    with pytest.raises(ContractViolation) as raised:
        status(answered(0), 200)

    assert str(raised.value) == (
        "GET /api/v1/users/me, not answered: nothing came back\n"
        "  expected   200\n"
        "  actual     no answer: no reason known"
    )


@pytest.mark.parametrize(
    "headers",
    [
        ["Retry-After: 0"],
        ["retry-after: 900"],
        ["Retry-After: Sat, 21 Nov 2026 00:15:00 GMT", "Date: Sat, 21 Nov 2026 00:00:00 GMT"],
        ["Retry-After: Saturday, 21-Nov-26 00:15:00 GMT", "Date: Sat Nov 21 00:00:00 2026"],
        ["Retry-After: Sat, 21 Nov 2026 00:15:01 GMT", "Date: Sat, 21 Nov 2026 00:00:00 GMT"],
    ],
)
def test_a_true_wait_is_accepted(headers):
    assert retry_after(answered(429, *headers), at_most_s=900)


@pytest.mark.parametrize(
    ("headers", "fault", "actual"),
    [
        ([], "it does not say once when to come back", "no Retry-After"),
        (["Retry-After: 1", "Retry-After: 2"], "it does not say once when to come back", "Retry-After: 1, 2"),
        (["Retry-After: 901"], "the wait is longer than it can be", "Retry-After: 901"),
        (["Retry-After: " + "9" * 30], "the wait is longer than it can be", "Retry-After: " + "9" * 30),
        (["Retry-After: 1.5"], "Retry-After is neither whole seconds nor a date", "Retry-After: 1.5"),
        (["Retry-After: -1"], "Retry-After is neither whole seconds nor a date", "Retry-After: -1"),
        (["Retry-After: ٣"], "Retry-After is neither whole seconds nor a date", "Retry-After: ٣"),
        (
            ["Retry-After: Fri, 21 Nov 2026 00:15:00 GMT"],
            "Retry-After is neither whole seconds nor a date",
            "Retry-After: Fri, 21 Nov 2026 00:15:00 GMT",
        ),
        (
            ["Retry-After: Sat, 21 Nov 2026 00:15:02 GMT", "Date: Sat, 21 Nov 2026 00:00:00 GMT"],
            "the wait is longer than it can be",
            "Retry-After: Sat, 21 Nov 2026 00:15:02 GMT, 902 s after Date",
        ),
        (
            ["Retry-After: Sat, 21 Nov 2026 00:00:00 GMT", "Date: Sat, 21 Nov 2026 00:00:02 GMT"],
            "the wait is shorter than it can be",
            "Retry-After: Sat, 21 Nov 2026 00:00:00 GMT, -2 s after Date",
        ),
    ],
)
def test_an_untrue_wait_is_refused(headers, fault, actual):
    expected = "one Retry-After of 0 to 900 s, as a whole number or a date"

    assert refused(retry_after, answered(429, *headers), at_most_s=900) == (fault, expected, actual)


def test_a_date_without_a_date_to_count_from_is_refused():
    assert refused(retry_after, answered(429, "Retry-After: Sat, 21 Nov 2026 00:15:00 GMT"), at_most_s=900) == (
        "Retry-After is a date, and there is no valid Date to count from",
        "a valid Date beside a Retry-After that is a date",
        "Date: absent",
    )


def test_a_wait_of_nothing_is_refused_where_it_must_be_positive():
    assert refused(retry_after, answered(429, "Retry-After: 0"), at_most_s=9, at_least_s=1)[0] == (
        "the wait is shorter than it can be"
    )


@pytest.mark.parametrize(
    "text",
    [
        "",
        "0",
        "Sun, 06 Nov 1994 08:49:37",
        "Sun, 6 Nov 1994 08:49:37 GMT",
        "Sun, 31 Feb 1994 08:49:37 GMT",
        "Sun, 06 Nov 1994 24:49:37 GMT",
        "sun, 06 nov 1994 08:49:37 gmt",
        "Fri, 31 Dec 9999 23:59:60 GMT",
    ],
)
def test_what_is_no_date_is_none(text):
    assert parse_date(text) is None


def test_the_three_forms_of_a_date_name_one_time():
    forms = ["Sun, 06 Nov 1994 08:49:37 GMT", "Sunday, 06-Nov-94 08:49:37 GMT", "Sun Nov  6 08:49:37 1994"]

    assert {date.isoformat() for date in map(parse_date, forms) if date} == {"1994-11-06T08:49:37+00:00"}


@pytest.mark.parametrize(
    "headers",
    [
        ["Cache-Control: no-store"],
        ["Cache-Control: No-Store"],
        ["Cache-Control: private, max-age=0,no-store"],
        ["Cache-Control: no-cache", "cache-control: , no-store"],
        ['Cache-Control: ext="a, b=\\"c", no-store'],
    ],
)
def test_a_forbidden_storing_is_accepted(headers):
    assert no_store(answered(200, *headers))


@pytest.mark.parametrize(
    ("headers", "fault", "actual"),
    [
        ([], "it may be stored", "no Cache-Control"),
        (["Cache-Control: no-storex"], "it may be stored", "Cache-Control: no-storex"),
        (["Cache-Control: x-no-store, no-cache"], "it may be stored", "Cache-Control: x-no-store, no-cache"),
        (['Cache-Control: private="no-store"'], "it may be stored", 'Cache-Control: private="no-store"'),
        (['Cache-Control: private="a, no-store"'], "it may be stored", 'Cache-Control: private="a, no-store"'),
        (["Cache-Control: no-store=0"], "it may be stored", "Cache-Control: no-store=0"),
        (
            ["Cache-Control: no-store; max-age=0"],
            "Cache-Control is no list of directives: a comma is missing at character 8",
            "Cache-Control: no-store; max-age=0",
        ),
        (
            ['Cache-Control: "no-store"'],
            "Cache-Control is no list of directives: no token at character 0",
            'Cache-Control: "no-store"',
        ),
    ],
)
def test_what_may_be_stored_is_refused(headers, fault, actual):
    expected = "Cache-Control with the directive no-store"

    assert refused(no_store, answered(200, *headers)) == (fault, expected, actual)


@pytest.mark.parametrize("value", ["", "no-cache", "max-age=0, private", "no-store, max-age=60"])
def test_an_answer_that_does_not_ask_to_be_kept_is_accepted(value):
    assert not_cacheable(answered(429, f"Cache-Control: {value}"))


@pytest.mark.parametrize("value", ["public", "max-age=60", "no-cache, S-MAXAGE=1", "max-age"])
def test_an_answer_that_asks_to_be_kept_is_refused(value):
    assert refused(not_cacheable, answered(429, f"Cache-Control: {value}")) == (
        "it asks to be kept",
        "a Cache-Control without public and without a lifetime",
        f"Cache-Control: {value}",
    )
