"""What stands in the address of a login signs nobody in."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from contract.answers import Kind, Request
from contract.encoding import places_of
from contract.errors import ContractViolation
from contract.places import OMIT
from contract.targets.model import Step, Target
from suites.rig.api import Api
from suites.rig.identities import Account
from suites.rig.judging import control, never, not_applicable, survived

ABOUT_THE_BODY = frozenset({"content-type", "content-length"})


def as_it_is(request: Request) -> Request:
    """Return *request*."""
    return request


def without_a_body(request: Request) -> Request:
    """Return *request* with nothing below its header fields, and none that speaks of it."""
    headers = tuple(each for each in request.headers if each[0].lower() not in ABOUT_THE_BODY)
    return replace(request, headers=headers, body=b"")


def as_a_get(request: Request) -> Request:
    """Return *request* as a browser's address bar sends it."""
    return replace(without_a_body(request), method="GET")


WAYS: dict[str, tuple[frozenset[str], Callable[[Request], Request]]] = {
    "in the address of a GET": (frozenset({"email", "password"}), as_a_get),
    "in the address, and no body": (frozenset({"email", "password"}), without_a_body),
    "in the address, and nothing in the body": (frozenset({"email", "password"}), as_it_is),
    "in the address for the password alone": (frozenset({"password"}), as_it_is),
}
"""Which inputs leave the body for the query, and what becomes of the request besides."""


def saying_who(target: Target) -> Step:
    """Return the last step of a login that says address or password."""
    steps = target.operations["loginUser"].steps
    return [step for step in steps if not {"email", "password"}.isdisjoint(step.send)][-1]


def in_the_query(api: Api, account: Account, words: frozenset[str]) -> dict[str, Any]:
    """Return, by place in the query, what a login says of *account* in its body: *words*, and constants with them."""
    step = saying_who(api.target)
    said: dict[str, Any] = {"password": account.password}
    constants: dict[str, Any] = {}
    if "email" in words:
        said |= {"email": account.email, "username": api.errands.user_name(account.email)}
        constants = dict(step.fixed)
    members = {place: value for word, value in said.items() for place in places_of(step, word)} | constants
    return {f"query:{place.rpartition('/')[2]}": value for place, value in members.items() if place.startswith("/")}


@pytest.mark.requirement("LOGIN-07")
@pytest.mark.parametrize("way", WAYS)
def test_credentials_in_the_address_sign_nobody_in(api: Api, way: str) -> None:
    """Addresses are kept in access logs, histories and Referer fields, and passwords with them."""
    account = api.fresh_account(signed_in=False)
    words, change = WAYS[way]
    usual = control(api.login(account))
    if any(place.startswith("query:") for place in places_of(saying_who(api.target), "password")):
        raise ContractViolation(
            "the login takes the credentials from its address",
            expected="from the body",
            actual="accepted from the query",
            answer=usual.answer,
        )
    if not (moved := in_the_query(api, account, words)):
        not_applicable("its login has no body to move them from")
    inputs = {"email": account.email, "password": account.password, **dict.fromkeys(words, OMIT)}

    outcome = survived(api.call("loginUser", extra=moved, mutate=change, **inputs), because=f"credentials {way}")

    page = outcome.kind is Kind.ACCEPTED and "getCurrentUser" in api.target.operations
    if page and api.call("getCurrentUser", outcome.session).kind is not Kind.ACCEPTED:
        return  # a page to log in on, where the session is a cookie
    never(outcome, because=f"credentials {way}")
    control(api.login(account))
