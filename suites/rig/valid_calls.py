"""For each operation, a call that keeps the contract and what it comes to: the control of checks that break one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from contract.answers import Kind
from contract.document import contract_document
from contract.secret import Secret
from contract.targets.model import Target
from suites.rig.api import Api
from suites.rig.identities import Account

SECURED = tuple(operation.id for operation in contract_document().operations.values() if operation.security)
"""Operations that need a live access token."""

OF_A_USER = frozenset({"getUser", "updateUser"})
CHANGING = frozenset({"changePassword", "setupMfa"})
"""Those whose valid call changes what a login takes."""
UNKNOWN = Secret("this-token-was-never-handed-out-by-anybody-0")
BESIDE_A_TOKEN = {"email": "nobody@example.com", "uid": "MQ"}
"""What some targets want to know beside the token of a mail, for a token that nobody was mailed."""


@dataclass(frozen=True, slots=True)
class ValidCall:
    """
    Inputs that keep the contract, for an account that is signed in and has no second factor.

    `kind` is what a right target makes of them, `also` what others may: not always accepted, since an ordinary user's
    valid call of an admin operation is forbidden, and a second factor that is off cannot be confirmed, nor, for most,
    turned off.
    """

    operation: str
    inputs: Mapping[str, Any]
    kind: Kind = Kind.ACCEPTED
    also: tuple[Kind, ...] = ()


def takes_access_token(target: Target, operation: str) -> bool:
    """Whether *target* has *operation* for who is signed in; a logout may be for everybody."""
    step = target.operations[operation].steps[-1]
    return step.auth == "session" or "accessToken" in step.send


def caller_of(operation: str, api: Api) -> Account:
    """Return an account for a valid call of *operation*: one of its own where that changes what a login takes."""
    return api.fresh_account() if operation in CHANGING else api.visitor()


def valid_call(operation: str, api: Api, account: Account) -> ValidCall:
    """Return a valid call of *operation* by *account*; each has effect once."""
    password = account.password
    user_id = api.id_of(account) if operation in OF_A_USER else ""
    person = api.people.person(api.target.profile)
    calls = {
        "registerUser": ValidCall(operation, {"email": person.email, "password": person.password}),
        "loginUser": ValidCall(operation, {"email": account.email, "password": password}),
        "refreshToken": ValidCall(operation, {"refreshToken": account.session.refresh_token}),
        "updateCurrentUser": ValidCall(operation, {"displayName": "Somebody Else"}),
        "changePassword": ValidCall(operation, {"currentPassword": password, "newPassword": person.password}),
        "getUser": ValidCall(operation, {"userId": user_id}),
        "listUsers": ValidCall(operation, {}, Kind.FORBIDDEN),
        "updateUser": ValidCall(operation, {"userId": user_id, "role": "user"}, Kind.FORBIDDEN),
        "verifyMfaSetup": ValidCall(operation, {"code": "000000"}, Kind.CONFLICT, (Kind.REFUSED_CREDENTIALS,)),
        "verifyMfa": ValidCall(
            operation, {"email": account.email, "sessionToken": UNKNOWN, "code": "000000"}, Kind.REFUSED_CREDENTIALS
        ),
        "disableMfa": ValidCall(operation, _proof(api, password), Kind.CONFLICT, (Kind.ACCEPTED,)),
        "requestPasswordReset": ValidCall(operation, {"email": account.email}),
        "confirmPasswordReset": ValidCall(
            operation, {**BESIDE_A_TOKEN, "token": UNKNOWN, "newPassword": person.password}, Kind.REFUSED_TOKEN
        ),
    }
    return calls.get(operation, ValidCall(operation, {}))


def _proof(api: Api, password: Secret) -> dict[str, Any]:
    """Return what `disableMfa` takes as proof here, of an account that has no code to give."""
    operation = api.target.operations.get("disableMfa")
    sent = {word for step in operation.steps for word in step.send} if operation else {"password"}
    return {word: value for word, value in {"password": password, "code": "000000"}.items() if word in sent}
