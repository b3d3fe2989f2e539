"""The judge of answers finds each kind of drift, names its place in answer and document, and accepts the rest."""

from __future__ import annotations

import json

import pytest

from contract.answers import Answer, Request
from contract.document import contract_document, load_bytes
from contract.errors import BindingError, ContractViolation, HarnessError
from contract.schemas import Judge, Violation, conforms
from contract.schemas.violations import RULES
from suites.selftest.answered import answered
from suites.selftest.good_answers import good_answers
from suites.selftest.judged import INTEGER, JSON, TEXT, found, judge_of, object_of

# status, media type, content


def test_an_undocumented_status_is_named_with_the_documented_ones():
    assert judge_of(TEXT).violations("get", answered(418)) == (
        Violation("DRIFT-STATUS", "", "a documented status (200)", "418", "/paths/~1x/get/responses"),
    )


def test_ranges_and_default_document_a_status():
    data = json.loads(json.dumps(judge_of(TEXT).document.data))
    responses = data["paths"]["/x"]["get"]["responses"]
    responses["4xx"] = {"description": "d", "content": {"application/json": {"schema": INTEGER}}}
    responses["default"] = {"description": "d"}
    judge = Judge(load_bytes(json.dumps(data).encode(), "api.json"))

    assert found(judge, 1, status=418) == []
    assert found(judge, "a", status=418) == [("DRIFT-FIELD-TYPE", "")]
    assert found(judge, b"", status=500) == []
    assert found(judge, b"x", status=500) == [("DRIFT-BODY-UNEXPECTED", "")]


def test_no_answer_is_no_drift():
    assert judge_of(TEXT).violations("get", answered(0)) == ()


@pytest.mark.parametrize(
    ("body", "headers", "violation"),
    [
        (b"", [JSON], ("DRIFT-BODY-MISSING", "content of application/json", "no content")),
        (b"a", ["X: y"], ("DRIFT-MEDIA", "a documented media type (application/json)", "no Content-Type")),
        (
            b"a",
            ["Content-Type: Text/HTML;x=y"],
            ("DRIFT-MEDIA", "a documented media type (application/json)", "text/html"),
        ),
        (b"a", [JSON], ("DRIFT-BODY-MALFORMED", "one strict JSON text", "Expecting value at character 0")),
        (
            b"[" * 100_000,
            [JSON],
            ("DRIFT-BODY-MALFORMED", "one strict JSON text", "it is nested too deeply to be read"),
        ),
    ],
)
def test_content_of_another_kind_is_named(body, headers, violation):
    rule, expected, actual = violation
    place = "/paths/~1x/get/responses/200/content"

    assert judge_of(TEXT).violations("get", answered(200, *headers, body=body)) == (
        Violation(rule, "", expected, actual, place),
    )


def test_content_where_none_is_documented_is_named():
    judge = judge_of(None)
    place = "/paths/~1x/get/responses/200"

    assert judge.violations("get", answered(200)) == ()
    assert judge.violations("get", answered(200, JSON, body="{}")) == (
        Violation("DRIFT-BODY-UNEXPECTED", "", "no content (as documented)", "2 bytes of application/json", place),
    )


def test_an_answer_to_head_has_no_content():
    assert found(judge_of(TEXT), b"", method="HEAD") == []
    assert found(judge_of(TEXT), '"a"', method="HEAD") == [("DRIFT-BODY-UNEXPECTED", "")]


def test_ranges_of_media_types_document_what_is_in_them():
    media = {"text/*": {"schema": {"pattern": "^a"}}, "*/*": {}, "application/json; charset=utf-8": {"schema": INTEGER}}
    judge = judge_of(None, content=media)

    assert found(judge, b"a", "Content-Type: text/csv") == []
    assert found(judge, b"b", "Content-Type: text/csv") == [("DRIFT-FIELD-VALUE", "")]
    assert found(judge, b"\xff", "Content-Type: image/png") == []
    assert found(judge, "a") == [("DRIFT-FIELD-TYPE", "")]


def test_a_value_that_no_schema_describes_must_still_be_json():
    judge = judge_of(None, content={"application/json": {}})

    assert found(judge, {"a": 1}) == []
    assert found(judge, b"{") == [("DRIFT-BODY-MALFORMED", "")]


# headers

HEADERS = {
    "X-Count": {"required": True, "schema": {"$ref": "#/components/schemas/Count"}},
    "X-Ids": {"schema": {"type": "array", "items": INTEGER}},
    "X-On": {"schema": {"type": "boolean"}},
    "X-Rate": {"schema": {"type": "number", "maximum": 1}},
    "X-Json": {"content": {"application/json": {"schema": object_of(a=INTEGER)}}},
    "X-Any": {},
    "Content-Type": {"schema": INTEGER},
    "Set-Cookie": {"schema": INTEGER},
}


@pytest.mark.parametrize(
    ("lines", "violations"),
    [
        (["x-count: 7", "X-Ids: 1,2", "x-ids: 3", "X-On: true", "X-Rate: 1e-3", 'X-Json: {"a": 1}'], []),
        (["X-Count: 0", "X-Any: a", "Set-Cookie: a=b"], []),
        ([], [("DRIFT-HEADER-MISSING", "X-Count")]),
        (["X-Count: -1"], [("DRIFT-HEADER-VALUE", "X-Count")]),
        (["X-Count: 1.0"], [("DRIFT-HEADER-TYPE", "X-Count")]),
        (["X-Count: 1", "X-Count: 2"], [("DRIFT-HEADER-TYPE", "X-Count")]),
        (["X-Count: 1", "X-Ids: 1,a"], [("DRIFT-HEADER-TYPE", "X-Ids")]),
        (["X-Count: 1", "X-On: yes"], [("DRIFT-HEADER-TYPE", "X-On")]),
        (["X-Count: 1", "X-Rate: 1.5"], [("DRIFT-HEADER-VALUE", "X-Rate")]),
        (["X-Count: 1", "X-Rate: Infinity"], [("DRIFT-HEADER-TYPE", "X-Rate")]),
        (["X-Count: 1", 'X-Json: {"a": "b"}'], [("DRIFT-HEADER-TYPE", "X-Json")]),
        (["X-Count: 1", "X-Json: {"], [("DRIFT-HEADER-TYPE", "X-Json")]),
    ],
)
def test_headers_are_read_as_their_schemas_mean_them(lines, violations):
    judge = judge_of(None, schemas={"Count": {"type": "integer", "minimum": 0}}, headers=HEADERS)

    assert found(judge, b"", *(lines or ["X-None: 1"])) == violations


def test_a_header_violation_says_where_the_document_asks_for_it():
    judge = judge_of(None, schemas={"Count": {"type": "integer", "minimum": 0}}, headers=HEADERS)

    assert judge.violations("get", answered(200, "X-Count: many")) == (
        Violation("DRIFT-HEADER-TYPE", "X-Count", 'type: "integer"', "many", "/components/schemas/Count/type"),
    )
    assert judge.violations("get", answered(200)) == (
        Violation(
            "DRIFT-HEADER-MISSING",
            "X-Count",
            "a header X-Count",
            "absent",
            "/paths/~1x/get/responses/200/headers/X-Count",
        ),
    )


# misuse, and the whole


def test_a_schema_that_is_none_is_one_line():
    with pytest.raises(BindingError) as raised:
        judge_of({"type": "number", "minimum": "low"}).violations("get", answered(200, JSON, body="1"))

    assert str(raised.value) == (
        'api.json:1: no JSON Schema: "low" is not of type "number"; \'python -m contract lint\' says where.'
    )


def test_an_unknown_operation_is_ours_to_mend():
    with pytest.raises(HarnessError) as raised:
        judge_of(TEXT).violations("got", answered(200))

    assert str(raised.value) == "api.json: unknown operation 'got'. Did you mean 'get'? Valid: get."


def test_every_violation_has_a_rule_with_a_sentence():
    document = contract_document()
    judge = Judge(document)
    empty = Answer(Request("GET", "http://api.test/"), 401, (("Content-Type", "application/problem+json"),), b"{}")
    violations = judge.violations(document.operations["getCurrentUser"], empty)

    assert {one.rule for one in violations} <= RULES.keys()
    assert [str(one) for one in violations][:2] == [
        "DRIFT-HEADER-MISSING at WWW-Authenticate: expected a header WWW-Authenticate, actual absent",
        "DRIFT-HEADER-MISSING at X-Request-ID: expected a header X-Request-ID, actual absent",
    ]


def test_the_check_names_what_differs():
    good = next(good_answers(contract_document()))
    judge = Judge(contract_document())
    assert conforms(good.answer, judge, good.operation) is good.answer

    with pytest.raises(ContractViolation) as raised:
        conforms(answered(200, JSON, body={"a": 1, "b": "x"}), judge_of(object_of(a=TEXT)), "get")

    assert str(raised.value) == (
        "GET /api/v1/users/me, answered 200: DRIFT-FIELD-TYPE /a, DRIFT-FIELD-UNDOCUMENTED /b\n"
        '  expected   type: "string"; only members that the document names\n'
        "  actual     an integer; a member that it does not name"
    )
