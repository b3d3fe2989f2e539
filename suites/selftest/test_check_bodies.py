"""Bodies are what their label says, problems tell the truth, and errors repeat the request identifier."""

from __future__ import annotations

import pytest

from contract.checks import media_type_matches, problem_details, request_id
from suites.selftest.answered import answered, refused

JSON = "Content-Type: application/json"
PROBLEM = "Content-Type: application/problem+json"
ID = "7c9e6679-7425-40de-944b-e07fc1f90ae7"


@pytest.mark.parametrize(
    "answer",
    [
        answered(204),
        answered(200, JSON, body='{"a": [1, null, "ä", 1e400, ' + "9" * 5000 + "]}"),
        answered(200, "Content-Type: Application/JSON ; charset=UTF-8", body="[]"),
        answered(401, PROBLEM, body="{}"),
        answered(200, JSON, body=r'"\ud83d\ude00 and half a pair \ud800"'),
        answered(200, "Content-Type: text/html; charset=utf-8", body="<p>ä"),
        answered(200, "Content-Type: text/plain", body="{curly}"),
        answered(200, "Content-Type: text/plain", body="[1]"),
        answered(200, "Content-Type: image/png", body=b"\x89PNG\xff"),
        answered(200, JSON, "Content-Encoding: gzip", body=b"\x1f\x8b"),
        answered(200, method="HEAD"),
    ],
)
def test_bytes_that_agree_with_their_label_are_accepted(answer):
    assert media_type_matches(answer) is answer


STRICT = "one strict JSON text in UTF-8 (RFC 8259)"


@pytest.mark.parametrize(
    ("headers", "body", "fault", "expected", "actual"),
    [
        ([], "x", "content without one media type", "one Content-Type for 1 bytes of content", "no Content-Type"),
        (
            [JSON, "content-type: text/html"],
            "{}",
            "content without one media type",
            "one Content-Type for 2 bytes of content",
            "Content-Type: application/json, text/html",
        ),
        (
            ["Content-Type: json"],
            "{}",
            "the media type does not follow the grammar",
            "a media type: not of the form type/subtype; name=value",
            "Content-Type: json",
        ),
        (
            ["Content-Type: text/html"],
            ' {"a": 1}',
            "JSON under another label",
            "Content-Type: application/json",
            "Content-Type: text/html",
        ),
        (
            ["Content-Type: text/plain; charset=us-ascii"],
            "ä",
            "the bytes are not in the declared charset",
            "Content-Type: text/plain; charset=us-ascii",
            "byte 0 is not us-ascii",
        ),
        (
            [JSON],
            "<html>",
            "application/json that is not JSON",
            STRICT,
            "Expecting value at character 0; the body starts <html>",
        ),
        (
            [PROBLEM],
            '{"a": NaN}',
            "application/problem+json that is not JSON",
            STRICT,
            'NaN is not a JSON value; the body starts {"a": NaN}',
        ),
        (
            [JSON],
            "[-Infinity]",
            "application/json that is not JSON",
            STRICT,
            "-Infinity is not a JSON value; the body starts [-Infinity]",
        ),
        (
            [JSON],
            '{"a": 1, "a": 1}',
            "application/json that is not JSON",
            STRICT,
            'the member name "a" is repeated; the body starts {"a": 1, "a": 1}',
        ),
        (
            [JSON],
            b"\xef\xbb\xbf{}",
            "application/json that is not JSON",
            STRICT,
            "it starts with a byte order mark; the body starts \\ufeff{}",
        ),
        (
            [JSON],
            b'"\xff"',
            "application/json that is not JSON",
            STRICT,
            'byte 1 is not UTF-8; the body starts "\ufffd"',
        ),
        (
            [JSON],
            "{} {}",
            "application/json that is not JSON",
            STRICT,
            "Extra data at character 3; the body starts {} {}",
        ),
        (
            [JSON],
            "[" * 100_000,
            "application/json that is not JSON",
            STRICT,
            "it is nested too deeply to be read; the body starts " + "[" * 40,
        ),
    ],
)
def test_bytes_that_belie_their_label_are_refused(headers, body, fault, expected, actual):
    assert refused(media_type_matches, answered(200, *headers, body=body)) == (fault, expected, actual)


@pytest.mark.parametrize(
    "answer",
    [
        answered(200, JSON, body={"status": 404, "title": 1}),
        answered(401, PROBLEM, body={}),
        answered(401, PROBLEM, body={"status": 401, "type": "about:blank", "title": "", "detail": "x", "x": 1}),
        answered(401, PROBLEM, body={"status": 401.0, "type": "/problems/a%20b", "instance": "#1"}),
    ],
)
def test_a_true_problem_document_is_accepted(answer):
    assert problem_details(answer) is answer


@pytest.mark.parametrize(
    ("body", "name", "expected", "actual"),
    [
        ({"status": 400}, "status", "422, as the status line says", "400"),
        ({"status": "422"}, "status", "422, as the status line says", "'422'"),
        ({"status": None}, "status", "422, as the status line says", "None"),
        ({"title": ["a"]}, "title", "a string", "['a']"),
        ({"detail": None}, "detail", "a string", "None"),
        ({"type": 7}, "type", "a URI reference", "7"),
        ({"type": "not a uri"}, "type", "a URI reference", "'not a uri'"),
        ({"instance": "/%zz"}, "instance", "a URI reference", "'/%zz'"),
        ({"type": "/é"}, "type", "a URI reference", "'/é'"),
    ],
)
def test_an_untrue_problem_document_is_refused(body, name, expected, actual):
    assert refused(problem_details, answered(422, PROBLEM, body=body)) == (
        f"the member {name} of the problem document is wrong",
        expected,
        actual,
    )


def test_a_problem_document_is_an_object():
    assert refused(problem_details, answered(422, PROBLEM, body="[]")) == (
        "a problem document is an object",
        "a JSON object",
        "an array",
    )


@pytest.mark.parametrize(
    ("answer", "options"),
    [
        (answered(200, f"X-Request-ID: {ID}", JSON, body={}), {}),
        (answered(204, f"x-request-id: {ID}"), {}),
        (answered(401, f"X-Request-ID: {ID}", PROBLEM, body={"requestId": ID}), {}),
        (answered(502, f"X-Request-ID: {ID}", body=f"<p>Reference: {ID}"), {}),
        (answered(404, f"X-Request-ID: {ID}", method="HEAD"), {}),
        (
            answered(401, "X-Trace: 0a", body={"error": {"trace": "0a"}}),
            {"header": "X-Trace", "member": "/error/trace", "well_formed": "[0-9a-f]+"},
        ),
    ],
)
def test_a_request_identifier_is_accepted(answer, options):
    assert request_id(answer, **options) is answer


@pytest.mark.parametrize(
    ("answer", "fault", "expected", "actual"),
    [
        (answered(200), "it cannot be found in the logs", "one X-Request-ID", "no X-Request-ID"),
        (
            answered(200, "X-Request-ID: aaaaaaaa", "X-Request-ID: bbbbbbbb"),
            "it cannot be found in the logs",
            "one X-Request-ID",
            "X-Request-ID: aaaaaaaa, bbbbbbbb",
        ),
        (
            answered(200, "X-Request-ID: <script>alert</script>"),
            "the request identifier is not well formed",
            "X-Request-ID that matches [A-Za-z0-9._-]{8,128}",
            "X-Request-ID: <script>alert</script>",
        ),
        (
            answered(200, "X-Request-ID: " + "a" * 300),
            "the request identifier is not well formed",
            "X-Request-ID that matches [A-Za-z0-9._-]{8,128}",
            "X-Request-ID: " + "a" * 200 + "…",
        ),
        (
            answered(401, f"X-Request-ID: {ID}", body={"title": "no"}),
            "the error does not repeat the request identifier",
            f"the member /requestId with {ID}",
            "absent",
        ),
        (
            answered(401, f"X-Request-ID: {ID}", body={"requestId": "other"}),
            "the error does not repeat the request identifier",
            f"the member /requestId with {ID}",
            "other",
        ),
        (
            answered(500, f"X-Request-ID: {ID}", body="Internal Server Error"),
            "the error does not repeat the request identifier",
            f"a body with {ID}",
            "absent",
        ),
    ],
)
def test_a_missing_or_odd_request_identifier_is_refused(answer, fault, expected, actual):
    assert refused(request_id, answer) == (fault, expected, actual)
