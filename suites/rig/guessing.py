"""Guessing at a password until the target has had enough."""

from __future__ import annotations

from contract.answers import Kind
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
