"""Schemas of OpenAPI 3.0, and documents that repeat a node by an alias, are judged as they are meant."""

from __future__ import annotations

import pytest

from contract.document import load_bytes
from contract.schemas import Judge
from suites.selftest.answered import answered
from suites.selftest.judged import INTEGER, JSON, UNDOCUMENTED, found, judge_of, object_of


@pytest.mark.parametrize(
    ("schema", "good", "bad"),
    [
        ({"type": "string", "nullable": True}, [None, "a"], [1]),
        ({"type": "string", "nullable": False}, ["a"], [None]),
        ({"type": "string", "nullable": True, "enum": ["a"]}, [None, "a"], ["b"]),
        (
            {"nullable": True, "allOf": [{"$ref": "#/components/schemas/Thing"}]},
            [None, {"a": 1}],
            [{"a": "x"}, {"b": 1}],
        ),
        ({"$ref": "#/components/schemas/Thing", "nullable": True, "required": ["zz"]}, [{"a": 1}], [None]),
        ({"type": "integer", "minimum": 1, "exclusiveMinimum": True}, [2], [1]),
        ({"type": "integer", "maximum": 1, "exclusiveMaximum": False}, [1], [2]),
        ({"type": "object", "properties": {"p": {"writeOnly": True}}, "required": ["p"]}, [{}], [{"p": 1}]),
    ],
)
def test_schemas_of_openapi_3_0_mean_what_they_meant_there(schema, good, bad):
    judge = judge_of(schema, version="3.0.3", schemas={"Thing": object_of(a=INTEGER)})

    assert [value for value in good if found(judge, value)] == []
    assert [value for value in bad if not found(judge, value)] == []


def test_a_place_that_was_moved_is_told_by_its_nearest_ancestor():
    judge = judge_of({"nullable": True, "allOf": [object_of(a=INTEGER)]}, version="3.0.3")
    (violation,) = judge.violations("get", answered(200, JSON, body={"a": "x"}))

    assert (violation.rule, violation.pointer) == ("DRIFT-FIELD-TYPE", "/a")
    assert violation.document == "/paths/~1x/get/responses/200/content/application~1json/schema"


def test_a_node_that_an_alias_repeats_is_judged_in_each_place():
    text = """
        openapi: 3.1.0
        info: { title: t, version: '1' }
        paths:
          /x:
            get:
              operationId: get
              responses:
                '200':
                  description: d
                  content:
                    application/json:
                      schema:
                        allOf:
                          - &part { type: object, properties: { a: { type: string } } }
                          - type: object
                            properties: { part: *part }
    """
    judge = Judge(load_bytes(text.encode(), "api.yaml"))

    assert found(judge, {"a": "", "part": {"a": ""}}) == []
    assert found(judge, {"a": "", "part": {"part": ""}}) == [(UNDOCUMENTED, "/part/part")]
