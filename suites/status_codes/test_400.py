"""400: the request cannot be read. A client's mistake is the client's, whatever the bytes are."""

from __future__ import annotations

from dataclasses import replace

import pytest

from contract.answers import Request
from contract.checks import status
from contract.session import ANONYMOUS
from suites.rig.api import Api
from suites.rig.judging import control, not_applicable
from suites.rig.valid_calls import caller_of, valid_call

WITH_A_BODY = ("registerUser", "loginUser", "refreshToken", "updateCurrentUser", "changePassword", "verifyMfa",
               "requestPasswordReset", "confirmPasswordReset")  # fmt: skip

BODIES = {
    "cut": lambda body: body[:-2],
    "trailing garbage": lambda body: body + b"}",
    "a list": lambda body: b"[" + body + b"]",
    "a string": lambda _: b'"x"',
    "null": lambda _: b"null",
    "nothing": lambda _: b"",
}


@pytest.mark.requirement("HTTP-07")
@pytest.mark.parametrize("operation", WITH_A_BODY)
def test_a_body_that_is_not_the_documented_json_is_a_client_error(api: Api, operation: str) -> None:
    """A parser's exception that nobody caught is a server error, and an empty answer to what was sent."""
    if operation not in api.target.operations or api.target.operations[operation].steps[-1].encoding != "json":
        not_applicable(f"the target has no {operation} that takes JSON")
    account = caller_of(operation, api)
    call = valid_call(operation, api, account)
    secured = api.target.operations[operation].steps[-1].auth == "session"
    session = account.session if secured else ANONYMOUS

    for spoil in BODIES.values():

        def spoilt(request: Request, spoil=spoil) -> Request:
            return replace(request, body=spoil(request.body))

        status(api.call(operation, session, mutate=spoilt, **call.inputs).answer, 400, 422)

    control(api.call(operation, session, **call.inputs), call.kind, *call.also)
