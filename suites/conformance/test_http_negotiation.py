"""What a client says that it accepts, and what it is then given."""

from __future__ import annotations

from dataclasses import replace

import pytest

from contract.answers import Kind, Request
from contract.errors import ContractViolation
from suites.rig.api import Api, Mutate
from suites.rig.judging import control, not_applicable

EXCLUDING = {
    "another type alone": "text/csv",
    "the API's type expressly not": "application/json;q=0",
    "everything but what it has": "*/*;q=0, image/png",
}
MALFORMED = {"a weight that is no number": "application/json;q=abc", "rubbish": "application;/,, ;q=;="}
CASES = {**EXCLUDING, **MALFORMED}


def accepting(value: str) -> Mutate:
    """Return what gives a request the Accept *value*, or none where that is ""."""

    def changed(request: Request) -> Request:
        others = tuple(pair for pair in request.headers if pair[0].lower() != "accept")
        return replace(request, headers=(*others, ("Accept", value)) if value else others)

    return changed


@pytest.mark.requirement("HTTP-05")
@pytest.mark.parametrize("case", CASES)
def test_what_the_client_does_not_accept_is_406_or_json_that_says_so(api: Api, case: str) -> None:
    """A page labelled as a client wished is run as what it never was, and a parser that trips is an outage for one."""
    account = api.shared_account()
    plain = control(api.as_(account, "getCurrentUser", mutate=accepting("")))
    if plain.answer.json() is None:
        not_applicable("the target's profile is no JSON")

    outcome = api.as_(account, "getCurrentUser", mutate=accepting(CASES[case]))

    answer = outcome.answer
    honest = outcome.kind is Kind.ACCEPTED and answer.media_type == plain.answer.media_type
    refused = answer.status == 406 or (answer.status == 400 and case in MALFORMED)
    if not (honest or refused):
        raise ContractViolation(
            f"getCurrentUser with an Accept that has {case} is answered neither 406 nor by JSON that says so",
            expected=f"406, or 200 as {plain.answer.media_type}",
            actual=f"{answer.status or answer.fault} as {answer.media_type or 'no media type'}",
            answer=answer,
        )
