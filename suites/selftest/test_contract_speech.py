"""What a target is that keeps our contract to the letter, read from the contract itself."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace

import pytest

from contract.answers import Answer, Kind, Request, at
from contract.classify import classify
from contract.document import contract_document
from contract.targets.claims import FEATURE_NEEDS, FEATURE_OPERATIONS
from contract.targets.contract_speech import FEATURES_OF_CONTRACT, operations, rules
from contract.targets.model import FEATURES, OPERATIONS, Profile, Rule, Target
from contract.targets.read import from_url
from contract.targets.words import MUST_SEND
from contract.words import INPUTS

DOCUMENT = contract_document()
TARGET = from_url("http://127.0.0.1:8000")

KIND_OF_PROBLEM = {
    "authentication-required": Kind.REFUSED_TOKEN,
    "database-unavailable": Kind.UNAVAILABLE,
    "email-taken": Kind.CONFLICT,
    "forbidden": Kind.FORBIDDEN,
    "identity-service-unavailable": Kind.UNAVAILABLE,
    "invalid-credentials": Kind.REFUSED_CREDENTIALS,
    "invalid-reset-token": Kind.REFUSED_TOKEN,
    "invalid-token": Kind.REFUSED_TOKEN,
    "malformed-body": Kind.INVALID_INPUT,
    "method-not-allowed": Kind.UNRECOGNISED,
    "mfa-state": Kind.CONFLICT,
    "not-found": Kind.INVALID_INPUT,
    "not-ready": Kind.UNAVAILABLE,
    "proof-refused": Kind.REFUSED_CREDENTIALS,
    "throttled": Kind.THROTTLED,
    "too-large": Kind.INVALID_INPUT,
    "unsupported-media-type": Kind.INVALID_INPUT,
    "validation-failed": Kind.INVALID_INPUT,
}


def examples() -> Iterator[tuple[str, int, str, bytes]]:
    """Yield each example answer of the contract: operation, status, name of the example, body."""
    for id, operation in DOCUMENT.operations.items():
        for status, response in operation.responses.items():
            if not response.media:
                yield id, int(status), "", b""
            for media in response.media:
                found = DOCUMENT.at(f"{response.pointer}/content/{media.replace('/', '~1')}/examples")
                for name, example in found.items():
                    yield id, int(status), name, json.dumps(DOCUMENT.resolve(example)[0]["value"]).encode()


EXAMPLES = list(examples())


def kind_of(target: Target, operation: str, status: int, body: bytes = b"") -> Kind:
    return classify(target, operation, Answer(Request("POST", "http://127.0.0.1:8000/"), status, (), body))


@pytest.mark.parametrize(
    ("operation", "status", "name", "body"), EXAMPLES, ids=[f"{each[0]}-{each[1]}-{each[2]}" for each in EXAMPLES]
)
def test_every_answer_of_the_contract_is_of_the_right_kind(operation: str, status: int, name: str, body: bytes) -> None:
    """A refusal that was read as another would let a check pass, or fail, for the wrong reason."""
    problem = at(json.loads(body or "null"), "/type", "")
    wanted = KIND_OF_PROBLEM[problem.rpartition(":")[2]] if problem else Kind.ACCEPTED
    if name == "challenged":
        wanted = Kind.CHALLENGED

    assert kind_of(TARGET, operation, status, body) is wanted


def test_a_login_without_a_token_is_no_success() -> None:
    """Field failure B3: a 200 whose token got lost on the way must never pass for a login."""
    assert kind_of(TARGET, "loginUser", 200, b'{"user": {}}') is Kind.UNRECOGNISED


@pytest.mark.parametrize("operation", ["getUser", "updateUser"])
def test_a_missing_record_is_a_refusal_where_records_are_hidden(operation: str) -> None:
    hiding = Profile(forbidden="hidden")
    target = replace(TARGET, profile=hiding, answers=rules(hiding))

    assert kind_of(TARGET, operation, 404) is Kind.INVALID_INPUT
    assert kind_of(target, operation, 404) is Kind.FORBIDDEN


def test_the_profile_s_own_status_of_a_known_address_is_a_conflict() -> None:
    assert rules(Profile(duplicate_registration=418))["registerUser"] == (Rule(Kind.CONFLICT, (418,)),)


def test_a_status_that_also_stands_for_bad_input_is_left_to_the_file() -> None:
    """Every malformed registration would pass for a known address."""
    assert "registerUser" not in rules(Profile(duplicate_registration=400))


def test_the_words_for_operations_are_the_contract_s() -> None:
    assert set(DOCUMENT.operations) == OPERATIONS == set(operations())


@pytest.mark.parametrize("id", sorted(OPERATIONS))
def test_an_operation_sends_each_of_its_inputs(id: str) -> None:
    (step,) = operations()[id].steps

    assert set(step.send) == INPUTS[id].needs | INPUTS[id].may
    assert (step.method, step.path) == (DOCUMENT.operations[id].method, DOCUMENT.operations[id].path)
    assert (step.auth == "session") == DOCUMENT.operations[id].secured


def test_tokens_and_identifiers_are_captured_where_the_contract_has_them() -> None:
    capture = {id: operation.steps[0].capture for id, operation in operations().items()}

    assert {word: place for word, place in capture["loginUser"].items() if word.endswith(("Token", "Id", "In"))} == {
        "accessToken": "/accessToken",
        "refreshToken": "/refreshToken",
        "sessionToken": "/sessionToken",
        "userId": "/user/id",
        "expiresIn": "/expiresIn",
    }
    assert capture["registerUser"]["userId"] == capture["getCurrentUser"]["userId"] == "/id"
    assert set(capture["setupMfa"]) == {"secret", "otpauthUri", "qrCode", "backupCodes"}


@pytest.mark.parametrize("id", ["getUser", "listUsers", "updateUser", "getReadiness", "requestPasswordReset"])
def test_nothing_is_captured_from_what_is_about_somebody_else(id: str) -> None:
    """An admin who reads a user's record would go on as that user."""
    assert operations()[id].steps[0].capture == {}


def test_a_feature_s_operations_are_the_contract_s() -> None:
    named = {id for groups in FEATURE_OPERATIONS.values() for group in groups for id in group}

    assert set(FEATURE_OPERATIONS) <= FEATURES
    assert named | {"disableMfa"} == OPERATIONS
    assert set(FEATURE_NEEDS) | set(FEATURE_NEEDS.values()) <= FEATURES
    assert set(MUST_SEND) <= OPERATIONS


@pytest.mark.parametrize(
    ("url", "base_url"),
    [
        ("http://127.0.0.1:8000", "http://127.0.0.1:8000/api/v1"),
        ("http://127.0.0.1:8000/", "http://127.0.0.1:8000/api/v1"),
        ("https://api.example.com/auth/v2/", "https://api.example.com/auth/v2"),
        ("HTTPS://api.example.com", "https://api.example.com/api/v1"),
        ("http://[::1]:8000", "http://[::1]:8000/api/v1"),
    ],
)
def test_a_bare_url_speaks_our_contract(url: str, base_url: str) -> None:
    """Without a path the contract's own is meant; with one, the URL is taken at its word."""
    target = from_url(url)

    assert target.base_url == base_url
    assert target.speaks_contract
    assert target.features == FEATURES_OF_CONTRACT
    assert target.facilities == {}


@pytest.mark.parametrize("required", [True, False])
def test_a_login_that_asks_for_the_second_factor_is_challenged_whatever_is_beside_it(required: bool) -> None:
    """Taken for an accepted login, it would hide what MFA-01 is to find behind refused controls of every other row."""
    said = {"mfaRequired": required, "sessionToken": "s" * 43, "accessToken": "a.b.c", "refreshToken": "r" * 43}
    answer = Answer(Request("POST", "/auth/login", operation="loginUser"), 200, body=json.dumps(said).encode())

    assert classify(TARGET, "loginUser", answer) is (Kind.CHALLENGED if required else Kind.ACCEPTED)
