"""503: what is needed is not there for now. Not 500, which says that the service itself is broken; and say when."""

from __future__ import annotations

from functools import partial

import pytest

from contract import catalogue
from contract.checks import retry_after, status
from contract.flows import Outcome
from contract.outages import FaultKind
from suites.rig.api import Api
from suites.rig.breakable import Breakables, once_it_works
from suites.rig.identities import Account
from suites.rig.judging import control, not_applicable
from suites.rig.valid_calls import valid_call

AT_ONCE = (FaultKind.REFUSED, FaultKind.RESET, FaultKind.DOWN, FaultKind.WRONG_CREDENTIALS)
"""Faults that a caller meets at once; those that cost time are AVAIL-04's."""
DAY_S = 86_400


def perform(api: Api, account: Account, operation: str) -> Outcome:
    """Perform *operation* as *account* would in everyday life; a registration is of somebody new."""
    if operation == "registerUser":
        return api.register(api.people.person(api.target.profile))
    if operation == "loginUser":
        return api.login(account)
    return api.as_(account, operation, **valid_call(operation, api, account).inputs)


@pytest.mark.requirement("AVAIL-02")
@pytest.mark.parametrize("kind", AT_ONCE)
def test_what_needs_the_database_is_503_while_it_cannot_be_used(faults: Breakables, kind: FaultKind) -> None:
    """A 500 says "never", wakes the wrong people, and no client tries again; a wait without end is worse."""
    database = faults.on("database")
    api = database.api
    account = api.fresh_account()
    wanted = [each for each in catalogue.find("AVAIL-02").operations if each in api.target.operations]
    operations = [each for each in wanted if database.needed_by(each)]
    if not operations:
        not_applicable("no operation of the row needs the database")
    for operation in operations:
        control(perform(api, account, operation))

    with database.broken(kind):
        for operation in operations:
            refused = status(perform(api, account, operation).answer, 503)
            retry_after(refused, at_most_s=DAY_S)

    for operation in operations:
        control(once_it_works(partial(perform, api, account, operation)))
