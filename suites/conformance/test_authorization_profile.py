"""The profile is its user's: neither another name in the request nor what the user says of himself changes that."""

from __future__ import annotations

import pytest

from contract.answers import Kind, at
from contract.checks import alike
from contract.errors import ContractViolation
from contract.flows import Outcome
from contract.targets.model import Target
from suites.rig.api import Api
from suites.rig.judging import control, expect, never, not_applicable

NAMING_A_USER = ("id", "userId", "user_id", "sub")
PRIVILEGED = {
    "/role": "admin",
    "/roles": ["admin"],
    "/isAdmin": True,
    "/is_admin": True,
    "/emailVerified": True,
    "/email_verified": True,
    "/mfaEnabled": True,
    "/mfa_enabled": True,
}
OWNED = ("userId", "email", "role", "disabled", "mfaEnabled")
"""Words of the profile that are the server's to say."""
REFUSED_OR_IGNORED = (Kind.ACCEPTED, Kind.INVALID_INPUT, Kind.FORBIDDEN, Kind.CONFLICT)
NAME = "Somebody Else"


@pytest.mark.requirement("AUTHZ-02")
def test_another_users_id_in_the_query_does_not_win_over_that_in_the_path(api: Api) -> None:
    """Where both are one table, what is judged is not what is looked up."""
    user, other = api.fresh_account(), api.fresh_account()
    own_id, other_id = api.id_of(user), api.id_of(other)
    own = control(api.as_(user, "getUser", userId=own_id))

    for name in NAMING_A_USER:
        seen = api.as_(user, "getUser", userId=own_id, extra={f"query:{name}": other_id})
        expect(seen, *REFUSED_OR_IGNORED, because=f"another user's {name} in the query")
        if seen.kind is Kind.ACCEPTED:
            alike(own.answer, seen.answer)


@pytest.mark.requirement("AUTHZ-03")
def test_whoever_else_a_request_names_it_is_about_the_tokens_subject(api: Api) -> None:
    """An id in the query that wins over the token opens every profile to everybody."""
    user, other = api.fresh_account(), api.fresh_account()
    others = {**dict.fromkeys(NAMING_A_USER, api.id_of(other)), "email": other.email}
    own, theirs = control(api.as_(user, "getCurrentUser")), control(api.as_(other, "getCurrentUser"))

    for name, value in others.items():
        seen = api.as_(user, "getCurrentUser", extra={f"query:{name}": value})
        expect(seen, *REFUSED_OR_IGNORED, because=f"another user's {name} in the query")
        if seen.kind is Kind.ACCEPTED:
            alike(own.answer, seen.answer)
    if "updateCurrentUser" in api.target.operations:
        for name, value in others.items():
            changed = api.as_(user, "updateCurrentUser", displayName=NAME, extra={f"/{name}": value})
            expect(changed, *REFUSED_OR_IGNORED, because=f"another user's {name} in the body")

    alike(theirs.answer, control(api.as_(other, "getCurrentUser")).answer)
    unchanged(own, control(api.as_(user, "getCurrentUser")), because="another user was named in the request")


@pytest.mark.requirement("AUTHZ-03")
def test_a_user_cannot_set_what_the_server_owns(api: Api) -> None:
    """An update that copies every member of the body lets everybody be an admin for the asking."""
    if "updateCurrentUser" not in api.target.operations:
        not_applicable("the target has no updateCurrentUser")
    user = api.fresh_account()
    places = PRIVILEGED | dict.fromkeys(role_places(api.target), "admin")
    control(api.as_(user, "updateCurrentUser", displayName=NAME))
    before = control(api.as_(user, "getCurrentUser"))

    for place, value in places.items():
        outcome = api.as_(user, "updateCurrentUser", displayName=NAME, extra={place: value})
        expect(outcome, *REFUSED_OR_IGNORED, because=f"{place} in the body")

    unchanged(before, control(api.as_(user, "getCurrentUser")), *places, because="the user had asked for it")
    if "listUsers" in api.target.operations:
        never(api.as_(user, "listUsers"), because="a user who has called himself an admin")


def role_places(target: Target) -> tuple[str, ...]:
    """Return the places of the body where an admin sets a user's role."""
    step = target.operations["updateUser"].steps[-1] if "updateUser" in target.operations else None
    places = step.send.get("role", ()) if step else ()
    return tuple(place for place in ((places,) if isinstance(places, str) else places) if place.startswith("/"))


def unchanged(before: Outcome, after: Outcome, *places: str, because: str) -> None:
    """Judge that the profile still says the same in the words that are the server's, and at *places* of its body."""
    was, is_now = owned(before, *places), owned(after, *places)
    for name in (name for name in was if was[name] != is_now[name]):
        raise ContractViolation(
            f"the profile's {name.lstrip('/')} was changed: {because}",
            expected=f"{was[name]}, as before",
            actual=f"{is_now[name]}",
            answer=after.answer,
        )


def owned(profile: Outcome, *places: str) -> dict[str, object]:
    """Return what *profile* says in the words that are the server's, and at *places* of its body."""
    said = {word: profile.session.values.get(word) for word in OWNED}
    return said | {place: at(profile.answer.json(), place) for place in places}
