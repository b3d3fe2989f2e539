"""403: who is asking is known, and may not. Not 401, which would send a signed-in user to the login page for ever."""

from __future__ import annotations

import pytest

from contract.checks import status
from suites.rig.api import Api
from suites.rig.identities import Account
from suites.rig.judging import control, never, not_applicable

ADMIN_OPERATIONS = {"listUsers": {}, "updateUser": {"role": "admin"}}


@pytest.mark.requirement("AUTHZ-01")
@pytest.mark.parametrize("operation", ADMIN_OPERATIONS)
def test_an_ordinary_user_is_forbidden_what_only_an_admin_may(api: Api, admin: Account, operation: str) -> None:
    """A 401 here logs users out in a loop; a success is a breach."""
    if operation not in api.target.operations:
        not_applicable(f"the target has no {operation}")
    user = api.fresh_account()
    inputs = dict(ADMIN_OPERATIONS[operation])
    if operation == "updateUser":
        inputs["userId"] = api.id_of(user)

    refused = api.as_(user, operation, **inputs)

    status(refused.answer, 404 if api.target.profile.forbidden == "hidden" else 403)
    never(api.as_(user, operation, **inputs), because="an ordinary user's token, again")
    control(api.as_(admin, operation, **inputs))
