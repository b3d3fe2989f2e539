"""The caller's request identifier: kept where it is one, and never repeated where it is anything else."""

from __future__ import annotations

import uuid

import pytest

from contract.answers import Answer, Request
from contract.checks import request_id
from contract.encoding import path_of
from contract.errors import ContractViolation
from suites.rig.api import Api
from suites.rig.judging import hung_up, not_applicable

FIELD = "X-Request-ID"
ODD = {
    "10 kB": "a" * 10_000,
    "markup": "<script>alert(1)</script>",
    "quotes and blanks": 'made up" by="somebody',
    "bytes beyond ASCII": "identifi\u00e9r-of-\u00e0-request",
    "control characters": "identifier\x1b[31m\x01of a request",
}


def asked_with(api: Api, given: str) -> Answer:
    """Ask for something harmless as the caller's request *given*."""
    operation = "getLiveness" if "getLiveness" in api.target.operations else "getCurrentUser"
    path = path_of(api.target.operations[operation].steps[-1])
    legal = all(character.isprintable() for character in given)
    return api.send_raw(
        Request(
            "GET",
            api.target.base_url.rstrip("/") + path,
            ((FIELD, given),),
            operation=operation,
            layer="application" if legal else "transport",
        )
    )


def identified(api: Api) -> Answer:
    """Return the answer to a request with a good identifier of its own; the test ends where it has none."""
    answer = asked_with(api, str(uuid.uuid4()))
    if answer.status and answer.header(FIELD) is None:
        not_applicable(f"the target gives no {FIELD}")
    return answer


@pytest.mark.requirement("HTTP-16")
def test_a_good_identifier_of_the_caller_is_kept(api: Api) -> None:
    """A gateway that draws another one cuts the trail that support follows from a user's screen to the log."""
    answer = identified(api)

    given = answer.request.header(FIELD)
    if answer.header(FIELD) != given:
        raise ContractViolation(
            "the caller's request identifier, a UUID, is not kept",
            expected=f"{FIELD}: {given}",
            actual=f"{FIELD}: {answer.header(FIELD)}",
            answer=answer,
        )


@pytest.mark.requirement("HTTP-16")
@pytest.mark.parametrize("what", ODD)
def test_an_odd_identifier_of_the_caller_is_replaced_or_refused(api: Api, what: str) -> None:
    """What is repeated unchecked writes lines into the log, and markup into whatever shows the log."""
    identified(api)

    answer = asked_with(api, ODD[what])

    if 400 <= answer.status < 500 or hung_up(answer):
        not_repeated(answer, what)
        return
    request_id(answer)
    not_repeated(answer, what)


def not_repeated(answer: Answer, what: str) -> None:
    """Judge that what the caller had given as identifier is nowhere in *answer*."""
    given = ODD[what].encode("latin-1")
    fields = [value for _, value in answer.headers]
    if given in answer.body or any(ODD[what] in value for value in fields):
        raise ContractViolation(
            f"an identifier of {what} is repeated",
            expected="a fresh identifier, or a refusal",
            actual="what the caller had sent",
            answer=answer,
        )
