"""How much of everything one source may do: not logins to one account alone are worth a throttle."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import pytest

from contract.answers import Kind
from contract.errors import ContractViolation, NotTestable
from contract.flows import Outcome
from suites.rig.api import Api, Mutate
from suites.rig.guessing import WRONG, told_from
from suites.rig.judging import expect, not_applicable, not_exercised
from suites.rig.outbox import Outbox
from suites.rig.valid_calls import BESIDE_A_TOKEN, UNKNOWN


def one_more(api: Api, operation: str, mutate: Mutate | None = None) -> Outcome:
    """Send one more of a burst of *operation*: as somebody else each time, or with a token of nobody."""
    people = api.people
    calls: dict[str, Callable[[], Outcome]] = {
        "registerUser": lambda: api.register(people.person(api.target.profile), mutate=mutate),
        "loginUser": lambda: api.call("loginUser", email=people.stranger(), password=WRONG, mutate=mutate),
        "refreshToken": lambda: api.call("refreshToken", refreshToken=UNKNOWN, mutate=mutate),
        "confirmPasswordReset": lambda: api.call(
            "confirmPasswordReset",
            **BESIDE_A_TOKEN,
            token=UNKNOWN,
            newPassword=people.password(api.target.profile),
            mutate=mutate,
        ),
    }
    return calls[operation]()


def burst(api: Api, operation: str, send: Callable[[], Outcome]) -> Outcome:
    """
    Send one more than the profile allows one source, or until throttled; return the last outcome.

    Raises:
        NotTestable: the first one was throttled already, so that a normal pace is.
    """
    outcome = send()
    if outcome.kind is Kind.THROTTLED:
        raise NotTestable(f"the first {operation} is throttled already")
    for _ in range(api.target.profile.source_limit):
        outcome = send()
        if outcome.kind is Kind.THROTTLED:
            break
    return outcome


@pytest.mark.requirement("ABUSE-11")
@pytest.mark.impatient
@pytest.mark.parametrize("operation", ["registerUser", "loginUser", "refreshToken", "confirmPasswordReset"])
def test_a_burst_from_one_source_is_throttled(limited: Api, operation: str) -> None:
    """One password tried on every account shows on no account, and made-up accounts cost their maker nothing."""
    if operation not in limited.target.operations:
        not_applicable(f"the target has no {operation}")
    limited.shared_account()  # made before the bursts, after which nobody may register

    last = burst(limited, operation, partial(one_more, limited, operation))

    if last.kind is not Kind.THROTTLED:
        raise too_many(limited, operation, last)
    elsewhere = one_more(limited, operation, told_from(1))
    expect(elsewhere, Kind.THROTTLED, because="while throttled, with another client address in its fields")


@pytest.mark.requirement("ABUSE-11")
@pytest.mark.impatient
def test_a_burst_of_reset_requests_does_not_fill_a_mailbox(limited: Api, limited_outbox: Outbox | None) -> None:
    """A form that mails on every call fills anybody's mailbox for whoever wants it filled."""
    if "requestPasswordReset" not in limited.target.operations:
        not_applicable("the target has no requestPasswordReset")
    email = limited.shared_account().email

    last = burst(limited, "requestPasswordReset", lambda: limited.call("requestPasswordReset", email=email))

    if last.kind is Kind.THROTTLED:
        return
    if limited_outbox is None:
        not_exercised("needs an outbox to count mails in; declare [facilities.outbox] in the target file")
    if limited_outbox.reaches(email, limited.target.profile.source_limit + 1):
        raise too_many(limited, "requestPasswordReset", last)


def too_many(api: Api, operation: str, last: Outcome) -> ContractViolation:
    """Return what says that a whole burst of *operation* was served."""
    limit = api.target.profile.source_limit
    return ContractViolation(
        f"{limit + 1} of {operation} in a row, from one source, are all served",
        expected=f"a throttle after {limit} at most",
        actual=f"{last.kind} ({last.answer.status})",
        answer=last.answer,
    )
