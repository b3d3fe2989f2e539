"""
How a target speaks that keeps our contract to the letter, read from `contract/openapi.yaml`.

It is the whole of a bare URL, what a target file inherits where it says nothing else, and the words that files may use.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from itertools import chain
from typing import Any

from contract.answers import Kind, at
from contract.classify import INVALID_INPUT
from contract.document import OperationSpec, ResponseSpec, contract_document
from contract.targets.model import FEATURES, Operation, Profile, Rule, Step
from contract.words import INPUTS, SPARE

FEATURES_OF_CONTRACT = FEATURES - {"cookies", "cors", "upstream"}
"""What the contract's text promises; the other three are a deployment's choice."""

SESSION_WORDS = frozenset("accessToken refreshToken sessionToken csrf userId secret".split())
"""What an identity may hold after earlier answers; a request of any operation may carry it."""

OTHERS_GIVE = frozenset({"csrf", "username"})
"""Words for what answers of other APIs carry."""

NOT_OF_ONESELF = frozenset({"admin", "health", "reset"})
"""Tags of operations whose answers tell nothing about who asks."""

RENAMED = {"id": "userId"}
"""Members of answers whose word is another; the rest are words as they are."""

PROBLEM_PREFIX = "urn:authproof:problem:"

AGAINST_THE_STATUS: Mapping[str, Kind] = {
    "proof-refused": Kind.REFUSED_CREDENTIALS,  # a 403, but nobody lacks a right: the password or code was wrong
    "invalid-reset-token": Kind.REFUSED_TOKEN,  # a 422 beside that of a bad new password
    "not-found": Kind.INVALID_INPUT,  # a 404 that only those get who may see every record: then the id was wrong
}
"""Problem types whose kind is not what `contract.classify` reads from the status alone."""


CHALLENGE = Rule(Kind.CHALLENGED, (200,), "/mfaRequired", True)
"""A login that asks for the second factor is no accepted one, whatever else its answer hands out (MFA-01)."""


@cache
def operations() -> Mapping[str, Operation]:
    """Return every operation of the contract, spelled as the contract does, by operationId."""
    return {id: Operation(id, (_step(spec),)) for id, spec in contract_document().operations.items()}


@cache
def answer_words() -> frozenset[str]:
    """Return the words for what is taken along from answers: the contract's own, and two that other APIs have."""
    return frozenset(word for operation in operations().values() for word in operation.steps[0].capture) | OTHERS_GIVE


def input_words(operation_id: str) -> frozenset[str]:
    """Return the words that a request of *operation_id*, "" for none of the contract's, may carry on any target."""
    inputs = INPUTS.get(operation_id)
    return SESSION_WORDS | SPARE | (inputs.needs | inputs.may if inputs else frozenset())


def rules(profile: Profile) -> Mapping[str, tuple[Rule, ...]]:
    """
    Return how answers are read where their status alone says too little, by operationId.

    A 404 is left to the profile where that says that records are hidden: then it is a refusal. The profile's own status
    for a known address is a conflict, unless it also stands for bad input: then only the target's file can tell them
    apart.
    """
    found = {
        id: tuple(chain.from_iterable(_rules(status, spec) for status, spec in operation.responses.items()))
        for id, operation in contract_document().operations.items()
    }
    found["loginUser"] = (CHALLENGE, *found["loginUser"])
    if profile.forbidden == "hidden":
        found = {id: tuple(rule for rule in each if 404 not in rule.status) for id, each in found.items()}
    if isinstance(profile.duplicate_registration, int) and profile.duplicate_registration not in INVALID_INPUT:
        found["registerUser"] += (Rule(Kind.CONFLICT, (profile.duplicate_registration,)),)
    return {id: each for id, each in found.items() if each}


def _step(spec: OperationSpec) -> Step:
    body = next(iter(spec.request_media.values()), "")
    send = {name: f"/{name}" for name, _ in _members(body)} if body else {}
    send |= {each.name: f"{each.place}:{each.name}" for each in spec.parameters}
    of_oneself = NOT_OF_ONESELF.isdisjoint(spec.tags) and all(each.name != "userId" for each in spec.parameters)
    return Step(
        spec.method,
        spec.path,
        encoding="json" if body else "none",
        send=send,
        capture=dict(_members_of_success(spec)) if of_oneself else {},
        auth="session" if spec.secured else "none",
    )


def _members_of_success(spec: OperationSpec) -> Iterator[tuple[str, str]]:
    """Yield word and place of each member of the operation's successful answers, those of the user within included."""
    for status, response in spec.responses.items():
        if status.startswith("2"):
            for schema in response.media.values():
                for name, pointer in _members(schema):
                    if name == "user":
                        yield from ((RENAMED.get(inner, inner), f"/user/{inner}") for inner, _ in _members(pointer))
                    else:
                        yield RENAMED.get(name, name), f"/{name}"


def _members(schema: str) -> Iterator[tuple[str, str]]:
    """Yield name and schema of each member of an object, those of alternatives and parts included."""
    document = contract_document()
    node, pointer = document.resolve(document.at(schema), schema)
    yield from ((name, f"{pointer}/properties/{name}") for name in node.get("properties", {}))
    for keyword in ("allOf", "oneOf"):
        for number in range(len(node.get(keyword, ()))):
            yield from _members(f"{pointer}/{keyword}/{number}")


def _rules(status: str, response: ResponseSpec) -> Iterator[Rule]:
    """Yield a rule for each of the examples of *response* that `AGAINST_THE_STATUS` names."""
    examples = [value for value in _examples(response) if isinstance(value, dict) and "type" in value]
    for value in examples:
        if kind := AGAINST_THE_STATUS.get(value["type"].removeprefix(PROBLEM_PREFIX)):
            alone = all(other["type"] == value["type"] for other in examples)
            pointer = "/errors/0/pointer"
            yield Rule(kind, (int(status),)) if alone else Rule(kind, (int(status),), pointer, at(value, pointer))


def _examples(response: ResponseSpec) -> Iterator[Any]:
    document = contract_document()
    for media in response.media:
        escaped = media.replace("/", "~1")
        found = document.at(f"{response.pointer}/content/{escaped}/examples")
        yield from (document.resolve(each)[0].get("value") for each in found.values())
