"""400 or 422: one member is missing or of the wrong type, and the answer says which."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

import pytest

from contract.answers import Answer, Kind
from contract.checks import status
from contract.errors import ContractViolation
from contract.flows import Outcome
from contract.places import OMIT
from contract.session import ANONYMOUS
from suites.rig.api import Api
from suites.rig.judging import control, never, not_applicable, survived
from suites.rig.members import json_members
from suites.rig.valid_calls import SECURED, ValidCall, valid_call

TAKING_INPUT = ("registerUser", "loginUser", "refreshToken", "updateCurrentUser", "verifyMfa", "requestPasswordReset",
                "confirmPasswordReset")  # fmt: skip
OF_THE_ACCOUNT = frozenset({"loginUser", "refreshToken", "updateCurrentUser", "requestPasswordReset"})
"""Operations whose valid call changes or uses up what the account has, or what it may ask for."""
ABSENT = frozenset({"left out", "null"})
"""How a member may stand that is optional, as those of `updateCurrentUser` are."""

SPOILT: Mapping[str, Callable[[Any], Any]] = {
    "left out": lambda _: OMIT,
    "null": lambda _: None,
    "a number": lambda _: 123_456_789_012_345_678,
    "an object": lambda _: {"a": "b"},
    "in a list": lambda value: [value],
}


@dataclass(frozen=True, slots=True)
class Probe:
    """One request with one defect: the word that was spoilt, its member's name, how, and what came of it."""

    word: str
    member: str
    how: str
    outcome: Outcome


def spoilt(api: Api, operation: str, *ways: str) -> Iterator[tuple[ValidCall, Probe]]:
    """
    Perform *operation* with each of its members spoilt in each of *ways*, and at the end as it should be.

    Raises:
        NotTestable: the valid call was not answered as it should be.
    """
    members = json_members(api.target, operation)
    if not members:
        not_applicable(f"the target has no {operation} that takes JSON")
    account = api.fresh_account() if operation in OF_THE_ACCOUNT else api.shared_account()
    session = account.session if operation in SECURED else ANONYMOUS
    call = named(api, members, valid_call(operation, api, account))
    sensible = [way for way in ways if operation != "updateCurrentUser" or way not in ABSENT]
    for word in [each for each in members if each in call.inputs]:
        for way in sensible:
            outcome = api.call(operation, session, **{**call.inputs, word: SPOILT[way](call.inputs[word])})
            yield call, Probe(word, members[word], f"its {members[word]} {way}", outcome)
            if operation == "registerUser" and outcome.kind is Kind.ACCEPTED:  # whoever has an account gets no second
                call = named(api, members, valid_call(operation, api, account))
    control(api.call(operation, session, **call.inputs), call.kind, *call.also)


def named(api: Api, members: Mapping[str, str], call: ValidCall) -> ValidCall:
    """Return *call* with the user name that goes with its address: else a spoilt address would spoil that too."""
    if "username" not in members or "email" not in call.inputs:
        return call
    return replace(call, inputs={"username": api.errands.user_name(call.inputs["email"]), **call.inputs})


def names(answer: Answer, probe: Probe) -> bool:
    """Whether the error says which member is meant: by its name here, or by the contract's word for it."""
    text = answer.body.decode("utf-8", "replace").lower()
    return probe.member.lower() in text or probe.word.lower() in text


@pytest.mark.requirement("HTTP-08")
@pytest.mark.parametrize("operation", TAKING_INPUT)
def test_a_member_of_the_wrong_type_is_no_server_error(api: Api, operation: str) -> None:
    """A method of texts that is called on a number takes the request down with it."""
    for _, probe in spoilt(api, operation, "null", "a number", "an object", "in a list"):
        survived(probe.outcome, because=probe.how)


@pytest.mark.requirement("HTTP-08")
@pytest.mark.parametrize("operation", TAKING_INPUT)
def test_a_member_of_the_wrong_type_is_not_taken_for_the_right_one(api: Api, operation: str) -> None:
    """What is made into a text silently is compared, stored and mailed as something that nobody wrote."""
    for _, probe in spoilt(api, operation, "a number", "in a list"):
        if probe.outcome.answer.status < 500:
            never(probe.outcome, because=probe.how)


@pytest.mark.requirement("HTTP-08")
@pytest.mark.parametrize("operation", TAKING_INPUT)
def test_a_missing_or_wrong_member_is_named(api: Api, operation: str) -> None:
    """A form that is told only "invalid request" cannot say which field to mend."""
    for call, probe in spoilt(api, operation, "left out", "null", "a number"):
        outcome = probe.outcome
        if outcome.answer.status >= 500 or outcome.kind is Kind.ACCEPTED:
            continue  # a finding of its own, above
        if outcome.kind is call.kind and not api.target.speaks_contract:
            continue  # refused before its members were looked at, for a token that was made up
        if not names(status(outcome.answer, 400, 422), probe):
            raise ContractViolation(
                f"{operation} with {probe.how} is refused without saying so",
                expected=f"an error that names {probe.member}",
                actual="one that does not",
                answer=outcome.answer,
            )
