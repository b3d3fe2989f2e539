"""403: who is asking is known, and may not. Not 401, which would send a signed-in user to the login page for ever."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import pytest

from contract.answers import Kind, Request
from contract.checks import alike, status
from contract.flows import Outcome
from suites.rig.api import Api
from suites.rig.identities import Account
from suites.rig.judging import control, never, not_applicable, refused_as

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


@pytest.mark.requirement("AUTHZ-02")
def test_another_users_record_is_neither_shown_nor_changed(api: Api) -> None:
    """An id in an address is no key: who changes it must not stand in somebody else's data."""
    user, other = api.fresh_account(), api.fresh_account()
    control(api.as_(user, "getUser", userId=api.id_of(user)))
    before = control(api.as_(other, "getUser", userId=api.id_of(other)))

    for name in (api.id_of(other), other.email):
        kept_out(api.as_(user, "getUser", userId=name), "another user's id")
        if "updateUser" in api.target.operations:
            never(api.as_(user, "updateUser", userId=name, disabled=True), because="another user's id")

    after = control(api.as_(other, "getUser", userId=api.id_of(other)))
    alike(before.answer, after.answer)


def kept_out(outcome: Outcome, because: str) -> None:
    """Judge that *outcome* is a refusal; 404 hides what 403 keeps. Source: RFC 9110 section 15.5.4."""
    if never(outcome, because=because).answer.status != 404:
        refused_as(Kind.FORBIDDEN, outcome, because=because)


@pytest.mark.requirement("AUTHZ-07")
def test_whoever_lacks_the_right_gets_one_answer_whatever_the_request(api: Api) -> None:
    """Where input or ids are looked at first, everybody can find out which accounts there are."""
    if "updateUser" not in api.target.operations:
        not_applicable("the target has no updateUser")
    user, other = api.fresh_account(), api.shared_account()
    known = api.id_of(other)
    control(api.as_(user, "getCurrentUser"))

    refused = api.as_(user, "updateUser", userId=known, role="user").answer
    status(refused, 404 if api.target.profile.forbidden == "hidden" else 403)
    for what, outcome in without_the_right(api, user, known).items():
        alike(refused, outcome.answer, echoed=(known, unknown_like(known) if what == "an unknown id" else known))


def without_the_right(api: Api, user: Account, known: str) -> Mapping[str, Outcome]:
    """Return what *user* is answered to changes that nobody may ask for, by what is wrong with them."""
    outcomes = {
        "an unknown id": api.as_(user, "updateUser", userId=unknown_like(known), role="user"),
        "a role that there is not": api.as_(user, "updateUser", userId=known, role="no such role"),
    }
    if api.target.operations["updateUser"].steps[-1].encoding == "json":
        outcomes["malformed JSON"] = api.as_(user, "updateUser", userId=known, role="user", mutate=cut)
    return outcomes


def cut(request: Request) -> Request:
    """Return *request* without the end of its body."""
    return replace(request, body=request.body[:-2])


def unknown_like(known: str) -> str:
    """Return an id of the same form as *known* that nobody has."""
    return f"{known}0000" if known.isdecimal() else known[:-12] + known[-12:][::-1]
