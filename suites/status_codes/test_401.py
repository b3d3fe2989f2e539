"""401: who is asking is not known. Not 403, not 404, never a server error; and it says how to authenticate."""

from __future__ import annotations

import pytest

from contract.answers import Answer
from contract.checks import challenge, status
from contract.document import contract_document
from suites.rig.api import Api
from suites.rig.judging import control, never, not_applicable, undecided
from suites.rig.valid_calls import valid_call

SECURED = [operation.id for operation in contract_document().operations.values() if operation.security]

WRONG_PASSWORDS = {
    "another": "not the password at all",
    "short": "x",
    "blank": " ",
    "thousand": "x" * 1000,
    "non-latin": "пароль-密码-🔑",
    "a hash": "$argon2id$v=19$m=19456,t=2,p=1$c29tZXNhbHQ$bm90IGEgcmVhbCBoYXNo",
}


def refused_login(answer: Answer, *also: int) -> Answer:
    """Return *answer* if its status is 401, or one of *also*, or an OAuth 2 token endpoint's 400 `invalid_grant`."""
    document = answer.json()
    if answer.status == 400 and isinstance(document, dict) and document.get("error") == "invalid_grant":
        return answer
    return status(answer, 401, *also)


@pytest.mark.requirement("HTTP-01")
def test_a_401_says_how_to_authenticate(api: Api) -> None:
    """A client that is told only "no" cannot know what to send."""
    control(api.as_(api.shared_account(), "getCurrentUser"))

    stranger = api.people.stranger()
    answers = [api.call("getCurrentUser").answer, api.call("loginUser", email=stranger, password="wrong").answer]
    refusals = [answer for answer in answers if answer.status == 401]

    for answer in refusals:
        challenge(answer)
    if not refusals:
        undecided("no probe was answered 401")


@pytest.mark.requirement("LOGIN-02")
@pytest.mark.parametrize("shape", WRONG_PASSWORDS)
def test_a_wrong_password_is_401_whatever_its_shape(api: Api, shape: str) -> None:
    """A server error tells the user nothing and the attacker something."""
    account = api.fresh_account()

    outcome = never(api.call("loginUser", email=account.email, password=WRONG_PASSWORDS[shape]), because=shape)

    refused_login(outcome.answer, *([400, 413, 422] if shape == "thousand" else []))


@pytest.mark.requirement("TOK-01")
@pytest.mark.parametrize("operation", SECURED)
def test_a_secured_operation_without_credentials_is_401(api: Api, operation: str) -> None:
    """403 would say "not you", 404 "not here", and success would say it to everybody."""
    if operation not in api.target.operations:
        not_applicable(f"the target has no {operation}")
    account = api.fresh_account()
    call = valid_call(operation, api, account)

    refused = api.call(operation, **call.inputs)

    status(refused.answer, 401)
    control(api.as_(account, operation, **call.inputs), call.kind)
