"""Guessing at a password: who is guessed at, how a wrong guess is refused, and when the target has had enough."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from contract.answers import Answer, Kind, Request
from contract.checks import status
from contract.flows import Outcome
from suites.rig.api import Api
from suites.rig.identities import Account
from suites.rig.judging import not_applicable

WRONG = "not the password"


def throttled(api: Api, account: Account) -> Outcome:
    """
    Fail to log in to *account* until that is throttled; return what it then came to.

    The test ends where the profile's limit does not show, which is ABUSE-01's finding.
    """
    limit = api.target.profile.login_limit
    for _ in range(limit + 1):
        outcome = api.call("loginUser", email=account.email, password=WRONG)
        if outcome.kind is Kind.THROTTLED:
            return outcome
    not_applicable(f"{limit} failed logins are followed by no throttle (ABUSE-01)")


def login_name(api: Api, account: Account) -> str:
    """Return the address or the user name by which *account* logs in."""
    sent = {word for step in api.target.operations["loginUser"].steps for word in step.send}
    return str(api.errands.user_name(account.email)) if "username" in sent else account.email


def refused_login(answer: Answer, *also: int) -> Answer:
    """Return *answer* if its status is 401, or one of *also*, or an OAuth 2 token endpoint's 400 `invalid_grant`."""
    document = answer.json()
    if answer.status == 400 and isinstance(document, dict) and document.get("error") == "invalid_grant":
        return answer
    return status(answer, 401, *also)


def told_from(number: int) -> Callable[[Request], Request]:
    """Return what makes a request say that it comes from client *number*. Source: RFC 7239; RFC 5737 section 3."""
    address = f"192.0.2.{number + 1}"
    told = (("X-Forwarded-For", address), ("X-Real-IP", address), ("Forwarded", f"for={address}"))
    return lambda request: replace(request, headers=(*request.headers, *told))
