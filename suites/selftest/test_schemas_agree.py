"""Our judge and openapi-core say the same of good answers and of mutations of them, but for named differences."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from contract.answers import Answer
from contract.document import Document, contract_document, load_bytes
from contract.schemas import Judge
from suites.selftest.good_answers import good_answers
from suites.selftest.openapi_core_judge import OpenapiCoreJudge


@dataclass(frozen=True)
class Mutation:
    """
    One change of a good answer.

    `of` names the good answer; `put` maps JSON Pointers to values, `drop` lists those taken away; `headers` maps names
    to values, None to take the field away; `body` replaces the bytes, `before` the brace
    that they open with.
    """

    name: str
    of: str
    put: Mapping[str, Any] = field(default_factory=dict)
    drop: tuple[str, ...] = ()
    headers: Mapping[str, str | None] = field(default_factory=dict)
    status: int = 0
    body: bytes | None = None
    before: bytes = b""


LOGIN, CHALLENGED = "loginUser 200 signedIn", "loginUser 200 challenged"
ME, PAGE, MFA = "getCurrentUser 200 user", "listUsers 200 lastPage", "setupMfa 200 setup"
REFUSED, INVALID = "getCurrentUser 401 refused", "registerUser 422 tooShort"
THROTTLED, DOWN = "loginUser 429 throttled", "getReadiness 503 databaseDown"
CREATED, DONE, BAD_METHOD = "registerUser 201 created", "logoutUser 204", "loginUser 405 notAllowed"

MUTATIONS = [
    # members that are missing
    Mutation("login without access token", LOGIN, drop=("/accessToken",)),
    Mutation("login without user", LOGIN, drop=("/user",)),
    Mutation("login without token type", LOGIN, drop=("/tokenType",)),
    Mutation("user within login without id", LOGIN, drop=("/user/id",)),
    Mutation("challenge without session token", CHALLENGED, drop=("/sessionToken",)),
    Mutation("page without next", PAGE, drop=("/next",)),
    Mutation("problem without request id", REFUSED, drop=("/requestId",)),
    Mutation("validation problem without errors", INVALID, drop=("/errors",)),
    Mutation("validation problem without title", INVALID, drop=("/title",)),
    Mutation("member error without code", INVALID, drop=("/errors/0/code",)),
    Mutation("an empty object", ME, body=b"{}"),
    # members of another type
    Mutation("lifetime as text", LOGIN, put={"/expiresIn": "3600"}),
    Mutation("lifetime with a fraction", LOGIN, put={"/expiresIn": 3600.5}),
    Mutation("lifetime as 3600.0", LOGIN, put={"/expiresIn": 3600.0}),
    Mutation("boolean as number", ME, put={"/disabled": 0}),
    Mutation("number as boolean", LOGIN, put={"/expiresIn": True}),
    Mutation("id is null", ME, put={"/id": None}),
    Mutation("name is null", ME, put={"/displayName": None}),
    Mutation("users is an object", PAGE, put={"/users": {}}),
    Mutation("user in a page is null", PAGE, put={"/users/0": None}),
    Mutation("an array for an object", ME, body=b"[]"),
    Mutation("a text for an object", ME, body=b'"Ada"'),
    Mutation("null for an object", ME, body=b"null"),
    Mutation("status of a problem as text", REFUSED, put={"/status": "401"}),
    # values that are not allowed
    Mutation("id is no uuid", ME, put={"/id": "7"}),
    Mutation("time without zone", ME, put={"/createdAt": "2026-11-20T09:30:00"}),
    Mutation("time with a blank", ME, put={"/createdAt": "2026-11-20 09:30:00Z"}),
    Mutation("time with an offset", ME, put={"/createdAt": "2026-11-20T09:30:00.25+01:00"}),
    Mutation("address without @", ME, put={"/email": "ada"}),
    Mutation("name too long", ME, put={"/displayName": "a" * 101}),
    Mutation("unknown role", ME, put={"/role": "root"}),
    Mutation("token type in lower case", LOGIN, put={"/tokenType": "bearer"}),
    Mutation("token too short", LOGIN, put={"/accessToken": "abc"}),
    Mutation("lifetime of nothing", LOGIN, put={"/expiresIn": 0}),
    Mutation("challenge lives too long", CHALLENGED, put={"/expiresIn": 601}),
    Mutation("challenge that is none", CHALLENGED, put={"/mfaRequired": False}),
    Mutation("secret in lower case", MFA, put={"/secret": "jbswy3dpehpk3pxpjbswy3dpehpk3pxp"}),
    Mutation("no backup codes", MFA, put={"/backupCodes": []}),
    Mutation("problem type that is not ours", REFUSED, put={"/type": "about:blank"}),
    Mutation("no errors in the list", INVALID, put={"/errors": []}),
    Mutation("status of a problem out of range", REFUSED, put={"/status": 200}),
    Mutation("unknown state of a dependency", DOWN, put={"/dependencies/0/status": "broken"}),
    # alternatives
    Mutation("tokens and challenge at once", LOGIN, put={"/mfaRequired": True, "/sessionToken": "q" * 43}),
    Mutation("challenge with an access token", CHALLENGED, put={"/accessToken": "a" * 40}),
    Mutation("tokens that call themselves a challenge", LOGIN, put={"/mfaRequired": False}),
    # status and media type
    Mutation("undocumented status", ME, status=418),
    Mutation("documented status, body of another", ME, status=401, headers={"WWW-Authenticate": "Bearer"}),
    Mutation("error under another label", REFUSED, headers={"Content-Type": "application/json"}),
    Mutation("page of HTML", ME, headers={"Content-Type": "text/html"}, body=b"<p>Ada"),
    Mutation("label with a charset", ME, headers={"Content-Type": "application/json; charset=utf-8"}),
    Mutation("label in upper case", ME, headers={"Content-Type": "Application/JSON"}),
    Mutation("content without a label", ME, headers={"Content-Type": None}),
    # headers
    Mutation("no request id", ME, headers={"X-Request-ID": None}),
    Mutation("request id too short", ME, headers={"X-Request-ID": "1"}),
    Mutation("header names in lower case", ME, headers={"X-Request-ID": None, "x-request-id": "7c9e6679-7425"}),
    Mutation("no challenge", REFUSED, headers={"WWW-Authenticate": None}),
    Mutation("challenge of another scheme", REFUSED, headers={"WWW-Authenticate": "Basic"}),
    Mutation("no waiting time", THROTTLED, headers={"Retry-After": None}),
    Mutation("waiting time in words", THROTTLED, headers={"Retry-After": "soon"}),
    Mutation("waiting time with a fraction", THROTTLED, headers={"Retry-After": "1.5"}),
    Mutation("waiting time below zero", THROTTLED, headers={"Retry-After": "-1"}),
    Mutation("no methods", BAD_METHOD, headers={"Allow": None}),
    Mutation("no location", CREATED, headers={"Location": None}),
    Mutation("undocumented header", ME, headers={"X-Powered-By": "anything"}),
    Mutation("done without request id", DONE, headers={"X-Request-ID": None}),
    # bytes
    Mutation("no content", ME, body=b""),
    Mutation("JSON that breaks off", ME, body=b'{"id": "018f5e0c'),
    Mutation("text that is no JSON", REFUSED, body=b"Unauthorized"),
    Mutation("bytes that are no UTF-8", ME, body=b'{"id": "\xff"}'),
    # where the two differ
    Mutation("undocumented member", ME, put={"/passwordHash": "x"}),
    Mutation("undocumented member deep inside", PAGE, put={"/users/0/passwordHash": "x"}),
    Mutation("undocumented member of a problem", REFUSED, put={"/trace": "x"}),
    Mutation("undocumented member of an alternative", LOGIN, put={"/scope": "all"}),
    Mutation("member for requests only", ME, put={"/password": "x"}),
    Mutation("204 with content", DONE, body=b"{}", headers={"Content-Type": "application/json"}),
    Mutation("byte order mark", ME, before=b"\xef\xbb\xbf{"),
    Mutation("repeated member", ME, before=b'{"id": "1", '),
    Mutation("NaN", ME, before=b'{"id": NaN, '),
    Mutation("no reference as instance", REFUSED, put={"/instance": "a b"}),
]

OPEN = "openapi-core lets pass whatever a schema does not forbid; told to forbid, it refuses every allOf"
LENIENT = "openapi-core reads JSON as Python does: byte order mark, NaN and repeated names included"
DIFFERENCES = {
    "undocumented member": OPEN,
    "undocumented member deep inside": OPEN,
    "undocumented member of a problem": OPEN,
    "undocumented member of an alternative": OPEN,
    "byte order mark": LENIENT,
    "repeated member": LENIENT,
    "NaN": LENIENT,
    "no reference as instance": "openapi-core does not check the format uri-reference",
    "member for requests only": "openapi-core minds writeOnly in OpenAPI 3.0 alone",
    "204 with content": "openapi-core does not look at the content of a response that documents none",
}


def document_with_a_member_for_requests_only() -> Document:
    """Return our contract with one member more: openapi.yaml itself has none that is for requests only."""
    data = json.loads(json.dumps(contract_document().data))
    data["components"]["schemas"]["User"]["properties"]["password"] = {"type": "string", "writeOnly": True}
    return load_bytes(json.dumps(data).encode(), "openapi.json")


DOCUMENT = document_with_a_member_for_requests_only()
GOOD = {good.name: good for good in good_answers(DOCUMENT)}


@pytest.fixture(scope="module")
def ours():
    return Judge(DOCUMENT)


@pytest.fixture(scope="module")
def theirs():
    return OpenapiCoreJudge(DOCUMENT)


def mutated(mutation: Mutation) -> Answer:
    answer = GOOD[mutation.of].answer
    headers = [pair for pair in answer.headers if pair[0] not in mutation.headers]
    headers += [(name, value) for name, value in mutation.headers.items() if value is not None]
    body = answer.body if mutation.body is None else mutation.body
    if mutation.before:
        body = mutation.before + body.removeprefix(b"{")
    if mutation.put or mutation.drop:
        value = json.loads(body)
        for pointer in mutation.drop:
            parent, name = _parent(value, pointer)
            del parent[name]
        for pointer, given in mutation.put.items():
            parent, name = _parent(value, pointer)
            parent[name] = given
        body = json.dumps(value).encode()
    return replace(answer, status=mutation.status or answer.status, headers=tuple(headers), body=body)


def _parent(value: Any, pointer: str) -> tuple[Any, Any]:
    *above, name = [int(part) if part.isdigit() else part for part in pointer.split("/")[1:]]
    for part in above:
        value = value[part]
    return value, name


def test_there_are_enough_mutations_and_no_difference_without_one():
    names = [mutation.name for mutation in MUTATIONS]

    assert len(names) == len(set(names)) >= 40
    assert set(DIFFERENCES) <= set(names)


@pytest.mark.parametrize("name", GOOD)
def test_both_accept_a_good_answer(name, ours, theirs):
    good = GOOD[name]

    assert ours.violations(good.operation, good.answer) == ()
    assert theirs.refusal(good.answer) == ""


@pytest.mark.parametrize("mutation", MUTATIONS, ids=lambda mutation: mutation.name)
def test_both_say_the_same_of_a_mutation(mutation, ours, theirs):
    answer = mutated(mutation)
    found = ours.violations(GOOD[mutation.of].operation, answer)
    refusal = theirs.refusal(answer)

    if mutation.name in DIFFERENCES:
        assert found and not refusal, DIFFERENCES[mutation.name]
    else:
        assert bool(found) == bool(refusal), f"ours: {found or 'accepts'}; openapi-core: {refusal or 'accepts'}"
