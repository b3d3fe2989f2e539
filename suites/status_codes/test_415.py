"""415: the body is not declared as what the operation takes, and so it is not read."""

from __future__ import annotations

from dataclasses import replace

import pytest

from contract.answers import Request
from contract.checks import status
from contract.flows import Outcome
from contract.session import ANONYMOUS
from suites.rig.api import Api, Mutate
from suites.rig.identities import Account
from suites.rig.judging import Advice, control, never, not_applicable
from suites.rig.valid_calls import valid_call

TAKING_JSON = ("loginUser", "registerUser", "updateCurrentUser")
LABELS = {"as text": "text/plain", "as a form": "application/x-www-form-urlencoded", "as nothing": ""}


def takes_json(api: Api) -> str:
    """Return the first of `TAKING_JSON` whose body is JSON on this target."""
    for name in TAKING_JSON:
        if name in api.target.operations and api.target.operations[name].steps[-1].encoding == "json":
            return name
    not_applicable(f"the target has no {' nor '.join(TAKING_JSON)} that takes JSON")


def declared(label: str) -> Mutate:
    """Return what declares the body of a request as *label*, or does not declare it where that is ""."""

    def relabelled(request: Request) -> Request:
        others = tuple(pair for pair in request.headers if pair[0].lower() != "content-type")
        return replace(request, headers=(*others, ("Content-Type", label)) if label else others)

    return relabelled


def perform(api: Api, operation: str, account: Account, label: str) -> Outcome:
    """Perform *operation* by a valid call whose body is declared as *label*."""
    secured = api.target.operations[operation].steps[-1].auth == "session"
    inputs = valid_call(operation, api, account).inputs
    return api.call(operation, account.session if secured else ANONYMOUS, mutate=declared(label), **inputs)


@pytest.mark.requirement("HTTP-04")
def test_json_that_is_declared_as_something_else_is_not_read(api: Api) -> None:
    """A foreign page may send text and forms to anywhere without asking; JSON it may not."""
    operation, account = takes_json(api), api.fresh_account()

    refused = [
        never(perform(api, operation, account, label), because=f"JSON declared {name}")
        for name, label in LABELS.items()
    ]

    for outcome in refused:
        status(outcome.answer, 415, 400, 422)
    control(perform(api, operation, account, "application/json; charset=utf-8"))
    for outcome in refused:
        if outcome.answer.status != 415:
            raise Advice(
                "JSON under another media type is refused, but not for that",
                expected="415",
                actual=str(outcome.answer.status),
                answer=outcome.answer,
            )
