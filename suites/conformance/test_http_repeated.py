"""A member that is there twice: refused, or read alike by everybody."""

from __future__ import annotations

import pytest

from contract.answers import Answer, Kind
from contract.errors import ContractViolation
from contract.flows import Outcome
from suites.rig.api import Api, Mutate
from suites.rig.guessing import WRONG
from suites.rig.identities import Account
from suites.rig.judging import control, not_applicable, survived
from suites.rig.members import FIRST, LAST, json_members, repeating


@pytest.mark.requirement("HTTP-11")
@pytest.mark.parametrize("word", ["email", "password"])
def test_of_a_repeated_member_the_same_one_counts_everywhere(api: Api, word: str) -> None:
    """What one service checks and another one acts on are two values then, and the second was never checked."""
    members = {operation: json_members(api.target, operation) for operation in ("registerUser", "loginUser")}
    if not all({"email", "password"} <= each.keys() for each in members.values()):
        not_applicable("the target takes no JSON for both registration and login")

    seen = [
        *at_registration(api, word, members["registerUser"][word]),
        *at_login(api, word, members["loginUser"][word]),
    ]

    if {FIRST, LAST} <= {which for which, _ in seen}:
        raise ContractViolation(
            f"of a repeated {word} {FIRST} counts at one endpoint, {LAST} at another",
            expected="a refusal, or the same one everywhere",
            actual="; ".join(f"{which} at {answer.request.operation}" for which, answer in seen),
            answer=seen[-1][1],
        )


def at_registration(api: Api, word: str, member: str) -> list[tuple[str, Answer]]:
    """Register with *word* twice; return which of the two counted, with the answer, nothing where it is refused."""
    first, second = api.people.person(api.target.profile), api.people.person(api.target.profile)
    if word == "email" and api.target.activation is not None and api.target.activation.by == "mail":
        not_applicable("which of two addresses is mailed what activates the account is not for the request to say")
    if word == "email":
        api.announce(second.email)
        values = first.email, second.email
        second.password = first.password
    else:
        values = first.password.reveal(), second.password.reveal()
        second.email = first.email
    outcome = survived(api.register(first, mutate=repeating(member, values[0], *values)), because=f"{word} twice")
    if outcome.kind is not Kind.ACCEPTED:
        return []
    found = [which for which, account in ((FIRST, first), (LAST, second)) if api.login(account).kind is Kind.ACCEPTED]
    return [(which, outcome.answer) for which in found]


def at_login(api: Api, word: str, member: str) -> list[tuple[str, Answer]]:
    """Log in with the right *word* and a wrong one, in both orders; return which counted, with the answer."""
    account = api.fresh_account(signed_in=False)
    control(api.login(account))
    right = account.email if word == "email" else account.password.reveal()
    wrong = api.people.stranger() if word == "email" else WRONG

    def with_both(*values: str) -> Outcome:
        outcome = login_with(api, account, repeating(member, right, *values))
        return survived(outcome, because=f"{word} twice")

    tried = {FIRST: with_both(right, wrong), LAST: with_both(wrong, right)}
    return [(which, outcome.answer) for which, outcome in tried.items() if outcome.kind is Kind.ACCEPTED]


def login_with(api: Api, account: Account, mutate: Mutate) -> Outcome:
    """Log *account* in by a request that *mutate* has changed."""
    return api.call("loginUser", mutate=mutate, email=account.email, password=account.password)
