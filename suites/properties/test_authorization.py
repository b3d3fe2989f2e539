"""What a request says of its sender beside the token, and what that must not change."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any
from urllib.parse import urlsplit

import pytest

from contract.answers import Kind, Request, at
from contract.checks import alike
from contract.errors import ContractViolation
from suites.properties.exploring import Explorer
from suites.properties.strategies.members import owned
from suites.properties.strategies.paths import fields_of_intermediaries, respellings
from suites.rig.api import Api
from suites.rig.judging import control, expect, never, not_applicable

PAGES = ("text/html", "application/xhtml+xml")
REFUSED_OR_IGNORED = (Kind.ACCEPTED, Kind.INVALID_INPUT, Kind.FORBIDDEN, Kind.CONFLICT)


@pytest.mark.requirement("AUTHZ-03")
def test_no_member_of_an_update_sets_what_the_server_owns(api: Api, explore: Explorer) -> None:
    """An update that copies every member of the body lets everybody be an admin for the asking."""
    if not {"updateCurrentUser", "getCurrentUser"} <= api.target.operations.keys():
        not_applicable("the target has no profile that can be changed")
    user = api.fresh_account()
    control(api.as_(user, "updateCurrentUser", displayName="Ada"))
    before = control(api.as_(user, "getCurrentUser")).answer.json()

    def judge(wanted: dict[str, Any]) -> None:
        outcome = api.as_(user, "updateCurrentUser", displayName="Ada", extra=wanted)
        expect(outcome, *REFUSED_OR_IGNORED, because="members that the server owns")
        after = control(api.as_(user, "getCurrentUser")).answer
        for place in wanted:
            name = "/" + place.rpartition("/")[2]
            if at(after.json(), name) != at(before, name):
                raise ContractViolation(
                    f"an update sets {place}",
                    expected=f"{at(before, name)}, as before",
                    actual=f"{at(after.json(), name)}",
                    answer=after,
                )
        if "listUsers" in api.target.operations:
            never(api.as_(user, "listUsers"), because="a user who has called himself an admin")

    explore.cases(owned(), judge)


@pytest.mark.requirement("AUTHZ-04")
def test_no_spelling_of_an_admins_path_lets_a_user_in(api: Api, explore: Explorer) -> None:
    """A guard that compares paths and a router that tidies them disagree about who may come in."""
    if "listUsers" not in api.target.operations:
        not_applicable("the target has no listUsers")
    user = api.fresh_account()
    base = urlsplit(api.target.base_url).path.rstrip("/")
    never(api.as_(user, "listUsers"), because="an ordinary user's token")

    def judge(respell: Callable[[str], str]) -> None:
        def spelt(request: Request) -> Request:
            parts = urlsplit(request.url)
            return replace(request, url=parts._replace(path=base + respell(parts.path.removeprefix(base))).geturl())

        outcome = api.call("listUsers", user.session, mutate=spelt)
        if outcome.kind is Kind.ACCEPTED and outcome.answer.media_type not in PAGES:
            raise ContractViolation(
                "another spelling of an admin's path lets an ordinary user in",
                expected="a refusal",
                actual=str(outcome.answer.status),
                answer=outcome.answer,
            )

    explore.cases(respellings(), judge)
    control(api.as_(user, "getCurrentUser"))


@pytest.mark.requirement("AUTHZ-05")
def test_no_field_of_an_intermediary_makes_its_sender_somebody_else(api: Api, explore: Explorer) -> None:
    """Whoever can write X-User-Id is whoever he likes, where the service takes it for the gateway's word."""
    user, other = api.fresh_account(), api.fresh_account()
    plain = control(api.as_(user, "getCurrentUser")).answer
    theirs = str(control(api.as_(other, "getCurrentUser")).session.values.get("userId", other.email))
    admin = api.target.operations.get("listUsers")
    path = urlsplit(api.target.base_url).path.rstrip("/") + (admin.steps[-1].path if admin else "/admin")

    def judge(fields: tuple[tuple[str, str], ...]) -> None:
        def told(request: Request) -> Request:
            return replace(request, headers=(*request.headers, *fields))

        alike(plain, api.as_(user, "getCurrentUser", mutate=told).answer)
        if admin:
            never(api.as_(user, "listUsers", mutate=told), because="fields that an intermediary sets")

    explore.cases(fields_of_intermediaries(theirs, other.email, path), judge)
