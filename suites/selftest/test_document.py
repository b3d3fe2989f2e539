"""The document reader: what it reads, and on which line."""

from __future__ import annotations

import json

import pytest

from contract.document import Document, HeaderSpec, ParameterSpec, contract_document, load_bytes

HEAD = "openapi: 3.1.0\ninfo: {title: t, version: '1'}\n"
SCHEMAS = HEAD + "components:\n  schemas:\n"


def read(text: str) -> Document:
    return load_bytes(text.encode(), "api.yaml")


# What is read


def test_words_that_old_yaml_took_for_booleans_and_dates_are_texts():
    data = read(HEAD + "x: {a: no, b: 2026-11-20, c: yes, d: 12:30:45, e: 0o17, f: 1e3, g: ~, h: True, i: '7'}\n").data

    assert data["x"] == {
        "a": "no", "b": "2026-11-20", "c": "yes", "d": "12:30:45", "e": 15, "f": 1000.0, "g": None, "h": True, "i": "7",
    }  # fmt: skip


def test_keys_are_texts_whatever_they_look_like():
    document = read(HEAD + "paths: {/a: {get: {responses: {200: {description: yes}, default: {description: d}}}}}\n")

    assert list(document.all_operations[0].responses) == ["200", "default"]


def test_an_alias_and_a_merge_key_repeat_what_they_name_with_its_lines():
    document = read(HEAD + "x-a: &a\n  one: 1\n  two: 2\nx-b: *a\nx-c:\n  <<: *a\n  two: 3\n")

    assert document.data["x-b"] == {"one": 1, "two": 2}
    assert document.data["x-c"] == {"one": 1, "two": 3}
    assert document.line("/x-b/two") == 5
    assert document.line("/x-c/one") == 4
    assert document.line("/x-c/two") == 9


def test_json_is_read_like_yaml_with_lines_and_surrogate_pairs():
    data = {"openapi": "3.0.3", "info": {"title": 'a\tb \U0001f600 / "', "version": "1"}, "paths": {}, "x": [1.5, None]}
    text = json.dumps(data, indent=1)

    document = load_bytes(text.encode(), "api.json")

    assert document.data == data
    assert document.line("/x/1") == text[: text.index("null")].count("\n") + 1


@pytest.mark.parametrize(
    ("pointer", "line"),
    [("", 1), ("/info/version", 2), ("/paths/~1a~1{b}/get", 5), ("/paths/~1a~1{b}/get/tags/1", 7)],
    ids=["document", "in-one-line", "escaped", "item"],
)
def test_a_pointer_has_the_line_of_its_key(pointer, line):
    document = read(HEAD + "paths:\n  /a/{b}:\n    get:\n      tags: [x,\n        y]\n")

    assert document.line(pointer) == line


def test_a_pointer_to_nothing_has_the_line_of_its_nearest_ancestor():
    document = read(HEAD + "paths:\n  /a:\n    get:\n      tags: [x]\n")

    assert document.line("/paths/~1a/get/responses/401") == 5


# What operations say


OPERATIONS = (
    HEAD
    + """\
servers: [{url: 'https://{host}/v2/', variables: {host: {default: api.example}}}]
security: [{key: []}]
paths:
  /things/{id}:
    parameters: [{name: id, in: path, required: true, schema: {type: string}}, {$ref: '#/components/parameters/Page'}]
    get:
      operationId: getThing
      parameters: [{name: page, in: query, required: true, content: {application/json: {schema: {type: integer}}}}]
      responses:
        '200': {$ref: '#/components/responses/Thing'}
        4XX: {description: no}
    put:
      security: [{key: [write], other: []}, {}]
      requestBody: {$ref: '#/components/requestBodies/Thing'}
      responses: {'204': {description: done}}
  /things/new:
    $ref: '#/components/pathItems/New'
components:
  parameters: {Page: {name: page, in: query, schema: {type: string}}}
  responses:
    Thing:
      description: ok
      headers: {ETag: {required: true, schema: {type: string}}}
      content: {application/json: {schema: {type: object}}, text/plain: {}}
  requestBodies: {Thing: {required: true, content: {application/json: {schema: {type: object}}}}}
  pathItems: {New: {post: {operationId: newThing, security: [], responses: {}}}}
  securitySchemes: {key: {type: apiKey, in: header, name: K}, other: {type: http, scheme: basic}}
"""
)


def test_an_operation_has_its_path_items_parameters_and_its_own_instead_of_those_of_the_same_name():
    item, own = "/paths/~1things~1{id}/parameters/0", "/paths/~1things~1{id}/get/parameters/0"

    assert read(OPERATIONS).operations["getThing"].parameters == (
        ParameterSpec("id", "path", True, item, f"{item}/schema"),
        ParameterSpec("page", "query", True, own, f"{own}/content/application~1json/schema"),
    )


def test_references_of_responses_and_bodies_are_followed():
    get, put, _ = read(OPERATIONS).all_operations

    assert get.responses["200"].pointer == "/components/responses/Thing"
    assert get.responses["200"].header("etag") == HeaderSpec(True, "/components/responses/Thing/headers/ETag/schema")
    assert get.responses["200"].media == {
        "application/json": "/components/responses/Thing/content/application~1json/schema",
        "text/plain": "",
    }
    assert put.request_required
    assert put.request_pointer == "/components/requestBodies/Thing"


def test_security_is_inherited_replaced_or_lifted():
    get, put, new = read(OPERATIONS).all_operations

    assert (get.security, get.secured) == (({"key": ()},), True)
    assert (put.security, put.secured) == (({"key": ("write",), "other": ()}, {}), False)
    assert (new.security, new.secured) == ((), False)


def test_operations_are_by_id_and_all_of_them_in_order():
    document = read(OPERATIONS)

    assert list(document.operations) == ["getThing", "newThing"]
    assert [operation.label for operation in document.all_operations] == [
        "GET /things/{id}", "PUT /things/{id}", "POST /things/new",
    ]  # fmt: skip


def test_the_base_path_is_that_of_the_first_server():
    assert read(OPERATIONS).base_path == "/v2"
    assert read(HEAD).base_path == ""
    assert contract_document().base_path == "/api/v1"


@pytest.mark.parametrize(
    ("method", "path", "label"),
    [
        ("post", "/things/new", "POST /things/new"),
        ("GET", "/things/7?x=/y", "GET /things/{id}"),
        ("GET", "/things/new", None),
        ("GET", "/things/7/8", None),
        ("GET", "/things/", None),
    ],
)
def test_a_concrete_path_beats_a_template(method, path, label):
    operation = read(OPERATIONS).match(method, path)

    assert (operation and operation.label) == label


def test_a_path_exists_with_whatever_method():
    document = read(OPERATIONS)

    assert document.path_exists("/things/new")
    assert not document.path_exists("/other")


def test_a_schema_may_contain_itself_through_a_property():
    document = read(SCHEMAS + "    Node: {type: object, properties: {next: {$ref: '#/components/schemas/Node'}}}\n")

    node, pointer = document.resolve({"$ref": "#/components/schemas/Node"})

    assert document.resolve(node["properties"]["next"]) == (node, pointer)


def test_data_in_examples_is_not_taken_for_references():
    document = read(
        SCHEMAS + "    A: {example: {$ref: 'http://x/'}, properties: {$ref: {type: string}, default: {}}}\n"
    )

    assert document.data["components"]["schemas"]["A"]["example"] == {"$ref": "http://x/"}
