"""503: what is needed is not there for now. Not 500, which says that the service itself is broken; and say when."""

from __future__ import annotations

from functools import partial

import pytest

from contract import catalogue
from contract.checks import retry_after, status
from contract.flows import Outcome
from contract.outages import FaultKind
from suites.rig.api import Api
from suites.rig.breakable import AT_ONCE, Breakables, works_again
from suites.rig.identities import Account
from suites.rig.judging import control, not_applicable
from suites.rig.readiness import reports
from suites.rig.valid_calls import valid_call

DAY_S = 86_400


def perform(api: Api, account: Account, operation: str) -> Outcome:
    """Perform *operation* as *account* would in everyday life; a registration is of somebody new."""
    if operation == "registerUser":
        return api.register(api.people.person(api.target.profile))
    if operation == "loginUser":
        return api.login(account)
    return api.as_(account, operation, **valid_call(operation, api, account).inputs)


@pytest.mark.requirement("AVAIL-02")
def test_what_needs_the_database_is_503_while_it_cannot_be_used(faults: Breakables) -> None:
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

    for kind in database.ways(*AT_ONCE):
        with database.broken(kind):
            for operation in operations:
                refused = status(perform(api, account, operation).answer, 503)
                retry_after(refused, at_most_s=DAY_S)

        for operation in operations:
            works_again(partial(perform, api, account, operation))


@pytest.mark.requirement("AVAIL-03")
def test_login_is_503_while_the_identity_service_cannot_be_reached(faults: Breakables) -> None:
    """Users who are told that their password is wrong, or that all is lost, call for help while a network is down."""
    upstream = faults.on("identity-service")
    api = upstream.api
    account = api.fresh_account()

    for kind in upstream.ways(FaultKind.REFUSED, FaultKind.RESET, FaultKind.DOWN, FaultKind.CUT):
        with upstream.broken(kind):
            refused = status(api.login(account).answer, 503)
            retry_after(refused, at_most_s=DAY_S)

        works_again(partial(api.login, account))


@pytest.mark.requirement("AVAIL-08")
def test_a_refusal_of_the_service_itself_is_503_and_shows_in_readiness(faults: Breakables) -> None:
    """After a rotation of secrets every user reads "wrong password", and nobody looks where the fault is."""
    upstream = faults.on("identity-service")
    api = upstream.api
    account = api.fresh_account()
    upstream.ways(FaultKind.WRONG_CREDENTIALS)

    for reply in upstream.replies("refuses-service") or (None,):
        kind = FaultKind.CANNED if reply else FaultKind.WRONG_CREDENTIALS
        what = f"refuses the service with {reply.status}" if reply else ""
        with upstream.broken(kind, reply=reply, what=what):
            status(api.login(account).answer, 503)
            if "readiness" in api.target.features and upstream.needed_by("getReadiness"):
                reports(api, cause="authentication")

        works_again(partial(api.login, account))
