"""400, 413 or 422: too large, too long, too deep. Refused or handled in time, and the next login is served as ever."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from contract.answers import Answer, Kind, Request
from contract.errors import ContractViolation
from suites.rig.api import Api
from suites.rig.identities import Account
from suites.rig.judging import described, expect, hung_up, not_applicable
from suites.rig.members import json_members

MEGABYTE = 1_000_000
DEEP = 100_000
LONG = {"a password of 1 MB": MEGABYTE, "a body of 10 MB": 10 * MEGABYTE}
TAKING_JSON = ("loginUser", "registerUser", "updateCurrentUser")


def handled_in_time(api: Api, answer: Answer, because: str) -> None:
    """
    Judge that *answer* is no server error and came within the budget.

    A connection that is closed on the sender is a refusal too: the answer may be lost in what was still being sent.
    """
    budget_s = api.target.profile.dependency_budget_s
    answered = 0 < answer.status < 500 or hung_up(answer)
    if not answered or answer.elapsed_s > budget_s:
        raise ContractViolation(
            f"{answer.request.operation} with {because} is {'late' if answered else 'not refused'}",
            expected=f"a refusal, or an answer, within {budget_s:g} s",
            actual=f"{described(answer)} after {answer.elapsed_s:.1f} s",
            answer=answer,
        )


def still_serves(api: Api, account: Account, because: str) -> None:
    """Judge that *account* logs in as usual."""
    login = expect(api.login(account), Kind.ACCEPTED, because=f"the right password, after {because}")
    handled_in_time(api, login.answer, f"the right password, after {because}")


@pytest.mark.requirement("HTTP-10")
@pytest.mark.parametrize("size", LONG)
def test_a_huge_password_is_refused_or_handled_in_time(api: Api, size: str) -> None:
    """Who hashes whatever comes, or keeps it all, is stopped by one user with a loop."""
    account, password = api.fresh_account(), "x" * LONG[size]

    handled_in_time(api, api.call("loginUser", email=account.email, password=password).answer, size)
    still_serves(api, account, size)

    if "registerUser" in api.target.operations:
        person = api.people.person(api.target.profile)
        handled_in_time(api, api.register(person, password=password).answer, size)
        still_serves(api, account, size)


@pytest.mark.requirement("HTTP-10")
def test_a_body_of_exactly_the_size_that_is_allowed_is_served(api: Api) -> None:
    """A limit that is told and not kept refuses what a client was told to send."""
    if not api.target.speaks_contract:
        not_applicable("only of our contract is it known how large a body may be")
    account = api.fresh_account()

    def filled(request: Request) -> Request:
        blanks = b" " * (api.target.profile.body_limit_bytes - len(request.body))
        return replace(request, body=request.body[:-1] + blanks + request.body[-1:])

    expect(api.login(account, mutate=filled), Kind.ACCEPTED, because="a body of exactly the limit")


@pytest.mark.requirement("HTTP-10")
@pytest.mark.parametrize("room", ["as deep as fits", "100,000 deep"])
def test_nested_json_is_refused_or_handled_in_time(api: Api, room: str) -> None:
    """A reader that calls itself for every bracket falls over its own stack."""
    operation = next((each for each in TAKING_JSON if json_members(api.target, each)), None)
    if operation is None:
        not_applicable(f"the target has no {' nor '.join(TAKING_JSON)} that takes JSON")
    account = api.fresh_account()
    inputs: dict[str, Any] = {"displayName": "Ada"}
    if operation != "updateCurrentUser":
        inputs = {"email": api.people.stranger(), "password": api.people.password(api.target.profile)}
    depth = min(DEEP, api.target.profile.body_limit_bytes // 2 - 100) if room == "as deep as fits" else DEEP

    def nested(request: Request) -> Request:
        name = next(iter(json_members(api.target, operation).values()))
        return replace(request, body=b'{"%s": %s%s}' % (name.encode(), b"[" * depth, b"]" * depth))

    outcome = api.call(operation, account.session, mutate=nested, **inputs)

    handled_in_time(api, outcome.answer, f"arrays nested {depth} deep")
    still_serves(api, account, f"arrays nested {depth} deep")
