"""The linter on documents that are not ours: OpenAPI 3.0, other names, shared parts, shapes that are none."""

from __future__ import annotations

import copy
import json
import random
from contextlib import suppress
from typing import Any

import pytest

from contract.document import contract_document, load_bytes
from contract.errors import BindingError
from contract.lint import lint
from contract.lint.nature import natures

THREE_ZERO = """\
openapi: 3.0.3
info: {title: t, version: '1'}
paths:
  /things/{thing}:
    get:
      operationId: getThing
      summary: One thing.
      parameters:
        - {name: thing, in: path, required: true, schema: {$ref: '#/components/schemas/Positive'}, example: 1}
      responses:
        '200':
          description: The thing.
          content:
            application/json:
              schema: {$ref: '#/components/schemas/Thing'}
              example: {id: 1, note: null, owner: null}
        '503':
          description: Down.
          headers: {Retry-After: {schema: {type: integer}, example: 3}}
    put:
      operationId: putThing
      summary: Replace it.
      parameters: [{name: thing, in: path, required: true, schema: {type: integer}}]
      requestBody:
        content: {application/json: {schema: {$ref: '#/components/schemas/Thing'}, example: {note: text}}}
      responses:
        '204': {description: Done.}
        '400': {description: No.}
        '503': {description: Down., headers: {Retry-After: {schema: {type: integer}}}}
components:
  schemas:
    Thing:
      type: object
      required: [id, note]
      properties:
        id: {type: integer, readOnly: true}
        note: {type: string, nullable: true}
        owner: {nullable: true, allOf: [{$ref: '#/components/schemas/Owner'}]}
    Owner: {type: object}
    Positive: {type: integer, minimum: 0, exclusiveMinimum: true}
"""


def linted(text: str) -> list[str]:
    return [str(finding) for finding in lint(load_bytes(text.encode(), "api.yaml"))]


def test_a_sound_document_of_openapi_30_is_clean():
    assert linted(THREE_ZERO) == []


@pytest.mark.parametrize(
    ("sound", "faulty", "finding"),
    [
        ("example: 1}", "example: no}",
         'api.yaml:9: error LINT-EXAMPLE-INVALID the example is not valid: "no" is not of type "integer"'),
        ("example: 1}", "example: 0}",
         "api.yaml:9: error LINT-EXAMPLE-INVALID the example is not valid: "
         "0 is less than or equal to the minimum of 0"),
        ("note: {type: string, nullable: true}", "note: {type: string}",
         'api.yaml:16: error LINT-EXAMPLE-INVALID the example is not valid: null is not of type "string"'),
        ("owner: null", "owner: 7",
         'api.yaml:16: error LINT-EXAMPLE-INVALID the example is not valid: 7 is not of type "object"'),
        ("description: The thing.", "x-description: gone",
         'api.yaml:11: error LINT-STRUCTURE "description" is a required property'),
        ("Owner: {type: object}", "Owner: {type: obj}",
         'api.yaml:39: error LINT-STRUCTURE "obj" is not one of "array", "boolean" or 4 other candidates'),
    ],
    ids=["word", "exclusive-bound", "not-nullable", "nullable-allof", "within-oneof", "type"],
)  # fmt: skip
def test_a_fault_in_a_document_of_openapi_30_is_told_where_it_is(sound, faulty, finding):
    assert finding in linted(THREE_ZERO.replace(sound, faulty))


def test_a_fault_of_a_part_that_many_operations_share_is_told_once():
    text = json.dumps(contract_document().data, indent=1).replace('"WWW-Authenticate"', '"X-Authenticate"')

    found = linted(text)

    assert [line.partition(" error ")[2] for line in found] == [
        "LINT-WWW-AUTHENTICATE this 401 documents no header WWW-Authenticate."
    ] * 2  # of InvalidToken and of InvalidCredentials


def test_a_message_is_no_longer_than_a_line_and_has_no_line_end():
    name = "line\\nend \\e[31m" + "x" * 500

    (finding,) = linted(THREE_ZERO.replace("paths:", f'"{name}": 1\npaths:'))

    assert finding == f"api.yaml:3: error LINT-STRUCTURE 'line\\nend \\x1b[31m{'x' * 284}…"


def nature(method: str, path: str, body: list[str], *, secured: bool = False) -> set[str]:
    operation = {
        "security": [{"key": []}] if secured else [],
        "requestBody": {"content": {"application/json": {"schema": {"properties": {name: {} for name in body}}}}},
    }
    data = {"openapi": "3.1.0", "paths": {path: {method: operation}}}
    (found,) = natures(load_bytes(json.dumps(data).encode(), "api.json")).values()
    names = ("registers", "logs_in", "refreshes", "proves", "resets", "takes_password")
    return {name for name in names if getattr(found, name)}


@pytest.mark.parametrize(
    ("method", "path", "body", "expected"),
    [
        ("post", "/signup", ["email", "password"], {"registers", "takes_password"}),
        ("post", "/v1/sign-up", [], {"registers"}),
        ("post", "/sessions", ["username", "passphrase"], {"logs_in", "takes_password"}),
        ("post", "/logIn", ["email"], {"logs_in"}),
        (
            "post",
            "/oauth/token",
            ["grant_type", "username", "password", "refresh_token"],
            {"refreshes", "takes_password"},
        ),
        ("post", "/logout", ["refresh_token"], set()),
        ("post", "/2fa", ["otp"], {"proves"}),
        ("post", "/verify-email", ["token"], {"proves"}),
        ("post", "/registration/confirm", ["code"], {"proves"}),
        ("post", "/password/forgot", ["email"], {"resets"}),
        ("put", "/accounts/recovery", ["token", "new_password"], {"resets"}),
        ("post", "/coupons", ["code"], set()),
        ("post", "/devices/reset", ["id"], set()),
        ("get", "/login", [], set()),
    ],
)
def test_what_an_operation_is_for_is_read_from_path_and_members(method, path, body, expected):
    assert nature(method, path, body) == expected


@pytest.mark.parametrize(
    ("path", "needed"),
    [("/livez", False), ("/.well-known/jwks.json", False), ("/health/ready", True), ("/alive/things", True)],
)
def test_liveness_and_static_documents_need_no_store(path, needed):
    data = {"openapi": "3.1.0", "paths": {path: {"get": {}}}}

    (found,) = natures(load_bytes(json.dumps(data).encode(), "api.json")).values()

    assert found.needs_store is needed


def test_a_password_among_what_an_administrator_sets_is_no_attempt_to_guess_one():
    assert nature("post", "/admin/users", ["email", "password"], secured=True) == set()
    assert nature("post", "/me/delete", ["password"], secured=True) == {"takes_password"}


JUNK: list[Any] = [None, True, -1, 1.5, "", "x", [], {}, [1], {"a": 1}, {"$ref": 5}, {"allOf": {}}, [None, {"x": []}]]
NAMES = ["x", "$ref", "type", "properties", "allOf", "responses", "security", "{a}", "example", "examples", "required"]


def test_a_document_with_parts_of_any_shape_is_linted_or_refused_without_an_error_of_ours():
    linted_documents = 0
    for seed in range(40):
        with suppress(BindingError):
            lint(load_bytes(json.dumps(mutilated(random.Random(seed))).encode(), "api.json"))
            linted_documents += 1

    assert linted_documents > 20


def mutilated(chance: random.Random) -> dict[str, Any]:
    """Return our contract with one to ten parts replaced by what does not belong there."""
    data = copy.deepcopy(dict(contract_document().data))
    for _ in range(chance.choice([1, 3, 10])):
        container = chance.choice([each for each in containers(data) if each and each is not data])
        key = chance.choice(list(container)) if isinstance(container, dict) else chance.randrange(len(container))
        if isinstance(container, dict) and chance.random() < 0.2:
            key = chance.choice(NAMES)
        container[key] = copy.deepcopy(chance.choice(JUNK))
    return data


def containers(node: Any) -> list[Any]:
    below = node.values() if isinstance(node, dict) else node if isinstance(node, list) else ()
    own = [node] if isinstance(node, dict | list) else []
    return own + [each for part in below for each in containers(part)]
