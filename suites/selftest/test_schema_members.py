"""Members are judged by the schemas that apply to them: faulty ones, undocumented ones, ones for requests only."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contract.schemas import Violation
from contract.schemas.compiled import Schema
from suites.selftest.answered import answered
from suites.selftest.judged import INTEGER, JSON, TEXT, UNDOCUMENTED, WRITE_ONLY, found, judge_of, object_of


@pytest.mark.parametrize(
    ("schema", "value", "violation"),
    [
        (
            {**object_of(a=TEXT), "required": ["a/b"]},
            {},
            ("DRIFT-FIELD-MISSING", "/a~1b", "a member a/b", "absent", "/required"),
        ),
        (
            object_of(a=INTEGER),
            {"a": None},
            ("DRIFT-FIELD-TYPE", "/a", 'type: "integer"', "null", "/properties/a/type"),
        ),
        (
            {"type": "array", "items": {"type": ["string", "null"]}},
            ["x", 1.5],
            ("DRIFT-FIELD-TYPE", "/1", 'type: ["string", "null"]', "a number", "/items/type"),
        ),
        (
            object_of(a={"format": "date-time"}),
            {"a": "today"},
            ("DRIFT-FIELD-VALUE", "/a", 'format: "date-time"', '"today"', "/properties/a/format"),
        ),
        (
            object_of(a={"pattern": "^x"}),
            {"a": "a secret"},
            ("DRIFT-FIELD-VALUE", "/a", 'pattern: "^x"', "a string of 8 characters", "/properties/a/pattern"),
        ),
        (
            object_of(a={"enum": ["x", "y"]}),
            {"a": "z" * 100},
            ("DRIFT-FIELD-VALUE", "/a", 'enum: ["x", "y"]', '"' + "z" * 59 + "…", "/properties/a/enum"),
        ),
        (
            {"type": "array", "minItems": 2},
            [1],
            ("DRIFT-FIELD-VALUE", "", "minItems: 2", "an array of 1 items", "/minItems"),
        ),
        (
            {**object_of(a=TEXT, b=TEXT), "not": {"required": ["a", "b"]}},
            {"a": "1", "b": "2"},
            ("DRIFT-FIELD-COMBINATION", "", 'not: {"required": ["a", "b"]}', "it matches", "/not"),
        ),
        (
            {**object_of(a=TEXT), "additionalProperties": False},
            {"b": 1},
            (
                "DRIFT-FIELD-UNDOCUMENTED",
                "/b",
                "additionalProperties: false",
                "a member that the document does not name",
                "/additionalProperties",
            ),
        ),
        (
            object_of(a=TEXT),
            {"b": 1},
            (
                "DRIFT-FIELD-UNDOCUMENTED",
                "/b",
                "only members that the document names",
                "a member that it does not name",
                "/properties",
            ),
        ),
        (
            object_of(a={"type": "string", "writeOnly": True}),
            {"a": "x"},
            ("DRIFT-FIELD-WRITE-ONLY", "/a", "a member for requests only", "it is in the response", "/properties/a"),
        ),
    ],
)
def test_a_faulty_member_is_named_with_its_places(schema, value, violation):
    *said, keyword = violation
    place = "/paths/~1x/get/responses/200/content/application~1json/schema"

    answer = answered(200, JSON, body=json.dumps(value))
    assert judge_of(schema).violations("get", answer) == (Violation(*said, place + keyword),)


def test_a_wrong_and_an_undocumented_member_are_both_named():
    schema = {**object_of(accessToken=TEXT, n=INTEGER), "required": ["accessToken"]}

    assert found(judge_of(schema), {"access_token": "x", "n": "1"}) == [
        ("DRIFT-FIELD-MISSING", "/accessToken"),
        ("DRIFT-FIELD-TYPE", "/n"),
        (UNDOCUMENTED, "/access_token"),
    ]


CAT = {**object_of(kind={"const": "cat"}, claws=INTEGER), "required": ["kind"]}
DOG = {**object_of(kind={"const": "dog"}, tail=object_of(length=INTEGER)), "required": ["kind"]}


@pytest.mark.parametrize(
    ("schema", "value", "violations"),
    [
        # an object of its own
        (object_of(a=TEXT), {}, []),
        (object_of(a=object_of(b=TEXT)), {"a": {"b": "", "c": 1}}, [(UNDOCUMENTED, "/a/c")]),
        ({"type": "array", "items": object_of(a=TEXT)}, [{}, {"b": 1}], [(UNDOCUMENTED, "/1/b")]),
        ({"type": "array", "prefixItems": [object_of(a=TEXT)]}, [{"b": 1}], [(UNDOCUMENTED, "/0/b")]),
        # what says something of further members
        ({**object_of(a=TEXT), "additionalProperties": INTEGER}, {"b": 1}, []),
        ({**object_of(a=TEXT), "additionalProperties": INTEGER}, {"b": "1"}, [("DRIFT-FIELD-TYPE", "/b")]),
        (
            object_of(a=TEXT, f={**object_of(a=TEXT), "additionalProperties": True}),
            {"f": {"b": 1}, "c": 1},
            [(UNDOCUMENTED, "/c")],
        ),
        (
            object_of(f={**object_of(a=TEXT), "unevaluatedProperties": True}),
            {"f": {"b": 1}, "c": 1},
            [(UNDOCUMENTED, "/c")],
        ),
        ({**object_of(a=TEXT), "additionalProperties": object_of(c=TEXT)}, {"b": {"d": 1}}, [(UNDOCUMENTED, "/b/d")]),
        ({**object_of(a=TEXT), "patternProperties": {"^x-": INTEGER}}, {"x-b": 1, "b": 1}, [(UNDOCUMENTED, "/b")]),
        # free-form
        ({}, {"a": {"b": 1}}, []),
        ({"type": "object"}, {"a": {"b": 1}}, []),
        ({"type": "object", "required": ["a"]}, {"a": 1, "b": 1}, []),
        (object_of(a={"type": "object"}), {"a": {"b": 1}}, []),
        # schemas that apply together
        ({"allOf": [object_of(a=TEXT), object_of(b=TEXT)]}, {"a": "", "b": ""}, []),
        ({"allOf": [object_of(a=TEXT), object_of(b=TEXT)]}, {"a": "", "c": ""}, [(UNDOCUMENTED, "/c")]),
        ({**object_of(a=TEXT), "anyOf": [{"required": ["a"]}, {"required": ["b"]}]}, {"a": ""}, []),
        ({"allOf": [object_of(p=object_of(a=TEXT)), object_of(p=object_of(b=TEXT))]}, {"p": {"a": "", "b": ""}}, []),
        # alternatives: those that match
        ({"oneOf": [CAT, DOG]}, {"kind": "cat", "claws": 1}, []),
        ({"oneOf": [CAT, DOG]}, {"kind": "cat", "tail": {}}, [(UNDOCUMENTED, "/tail")]),
        ({"oneOf": [CAT, DOG]}, {"kind": "dog", "tail": {"colour": 1}}, [(UNDOCUMENTED, "/tail/colour")]),
        (
            {"oneOf": [CAT, DOG]},
            {"kind": "cow", "claws": 1, "x": 1},
            [("DRIFT-FIELD-VALUE", "/kind"), (UNDOCUMENTED, "/x")],
        ),
        ({"oneOf": [CAT, DOG]}, {"claws": 1}, [("DRIFT-FIELD-MISSING", "/kind")]),
        ({"oneOf": [object_of(a=TEXT), object_of(b=TEXT)]}, {}, [("DRIFT-FIELD-COMBINATION", "")]),
        ({"anyOf": [object_of(a=TEXT), object_of(b=TEXT)]}, {"a": "", "b": ""}, []),
        ({"anyOf": [object_of(p=object_of(a=TEXT)), object_of(p=object_of(b=TEXT))]}, {"p": {"a": "", "b": ""}}, []),
        ({"anyOf": [object_of(a=INTEGER), {"type": "null"}]}, {"a": "x"}, [("DRIFT-FIELD-TYPE", "/a")]),
        ({"anyOf": [{"type": "null"}, object_of(a=INTEGER)]}, {"b": 1}, [(UNDOCUMENTED, "/b")]),
        ({"if": CAT, "then": object_of(x=TEXT), "else": object_of(y=TEXT)}, {"kind": "cat", "x": ""}, []),
        (
            {"if": CAT, "then": object_of(x=TEXT), "else": object_of(y=TEXT)},
            {"kind": "cow", "y": ""},
            [(UNDOCUMENTED, "/kind")],
        ),
        ({**object_of(a=TEXT), "not": object_of(b=INTEGER)}, {"b": "x"}, [(UNDOCUMENTED, "/b")]),
        ({**object_of(a=TEXT), "dependentSchemas": {"a": object_of(b=TEXT)}}, {"a": "", "b": ""}, []),
        ({**object_of(a=TEXT), "dependentSchemas": {"a": object_of(b=TEXT)}}, {"b": ""}, [(UNDOCUMENTED, "/b")]),
        # names that are keywords elsewhere
        (object_of(oneOf=TEXT, properties=object_of(a=TEXT)), {"oneOf": "", "properties": {"a": ""}}, []),
        (object_of(properties=object_of(a=TEXT)), {"properties": {"b": ""}}, [(UNDOCUMENTED, "/properties/b")]),
        (object_of(**{"not": object_of(a=TEXT)}), {"not": {"a": "", "b": 1}}, [(UNDOCUMENTED, "/not/b")]),
        (object_of(**{"a/b": object_of(a=TEXT)}), {"a/b": {"~": 1}}, [(UNDOCUMENTED, "/a~1b/~0")]),
        # for requests only
        ({**object_of(p={"writeOnly": True}), "required": ["p"]}, {}, []),
        ({"allOf": [object_of(p={"writeOnly": True}), object_of(a=TEXT)]}, {"p": 1, "a": ""}, [(WRITE_ONLY, "/p")]),
        ({"type": "array", "items": object_of(p={"writeOnly": True})}, [{"p": 1}], [(WRITE_ONLY, "/0/p")]),
        # half of a surrogate pair, which no schema library takes
        (object_of(a={"type": "string", "maxLength": 1}), {"a": "\ud800"}, []),
        (object_of(a={"type": "string", "maxLength": 1}), {"a": "\ud800", "b": 1}, [(UNDOCUMENTED, "/b")]),
    ],
)
def test_members_are_documented_by_the_schemas_that_apply(schema, value, violations):
    assert found(judge_of(schema), value) == violations


def test_references_are_followed_in_place_and_into_themselves():
    node = {**object_of(name=TEXT, children={"type": "array", "items": {"$ref": "#/components/schemas/Node"}})}
    secret = {"type": "string", "writeOnly": True}
    schemas = {
        "Node": node,
        "Named": {
            "allOf": [
                {"$ref": "#/components/schemas/Node"},
                object_of(title=TEXT, pin={"$ref": "#/components/schemas/Pin"}),
            ]
        },
        "Pin": secret,
    }
    judge = judge_of({"$ref": "#/components/schemas/Named"}, schemas=schemas)

    assert found(judge, {"name": "", "title": "", "children": [{"children": [{"name": ""}]}]}) == []
    assert found(judge, {"children": [{"children": [{"title": ""}]}]}) == [
        (UNDOCUMENTED, "/children/0/children/0/title")
    ]
    assert found(judge, {"pin": "1"}) == [(WRITE_ONLY, "/pin")]


def test_undocumented_members_may_be_let_pass_but_not_those_a_schema_refuses():
    schema = object_of(a={**object_of(b=TEXT), "additionalProperties": False}, p={"writeOnly": True})
    judge = judge_of(schema, undocumented=False)

    assert found(judge, {"x": 1, "p": 1}) == [(WRITE_ONLY, "/p")]
    assert found(judge, {"a": {"c": 1}}) == [(UNDOCUMENTED, "/a/c")]


MEMBERS, WORDS = st.sampled_from("abc"), st.sampled_from(["allOf", "anyOf", "oneOf"])
SCHEMAS = st.recursive(
    st.sampled_from([{}, INTEGER, {"type": "object"}, {"type": "null"}, object_of(a=INTEGER), {"required": ["b"]}]),
    lambda inner: st.one_of(
        st.dictionaries(MEMBERS, inner, min_size=1).map(lambda properties: object_of(**properties)),
        st.builds(lambda word, some: {word: some}, WORDS, st.lists(inner, min_size=1, max_size=3)),
        st.builds(lambda base, more: {**object_of(a=base), "additionalProperties": more}, inner, inner | st.booleans()),
        st.builds(lambda base, more: {"allOf": [base], "unevaluatedProperties": more}, inner, inner | st.booleans()),
        st.builds(lambda test, yes, no: {"if": test, "then": yes, "else": no}, inner, inner, inner),
        st.builds(lambda other, base: {"not": other, "allOf": [base]}, inner, inner),
        inner.map(lambda items: {"type": "array", "items": items}),
        st.just({"$ref": "#/components/schemas/Self"}),
    ),
    max_leaves=8,
)
VALUES = st.recursive(
    st.sampled_from([None, 1, "x"]),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(MEMBERS, inner),
    max_leaves=8,
)


@settings(deadline=None, database=None, derandomize=True, max_examples=300)
@given(schema=SCHEMAS, value=VALUES)
def test_the_short_way_never_accepts_what_the_long_way_refuses(schema, value):
    judge = judge_of(schema, schemas={"Self": object_of(a={"anyOf": [{"$ref": "#/components/schemas/Self"}, INTEGER]})})
    short = found(judge, value)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Schema, "is_faultless", lambda *_: False)
        long = found(judge, value)

    assert short == long
