"""What an outage must not use up or give away: tokens, codes, attempts, and who has an account."""

from __future__ import annotations

from functools import partial

import pytest

from contract.answers import Kind
from contract.checks import alike
from contract.outages import FaultKind
from suites.rig.breakable import AT_ONCE, Breakables, failing, through, works_again
from suites.rig.judging import control, expect, not_applicable
from suites.rig.outbox import asked_for_reset

DEPENDENCIES = ["database", pytest.param("identity-service", marks=pytest.mark.feature("upstream"))]


@pytest.mark.requirement("AVAIL-13")
def test_a_refresh_that_ended_in_5xx_has_not_used_its_token_up(faults: Breakables) -> None:
    """A client that does as it is told and tries again is taken for a thief, and its user is logged out."""
    database = faults.on("database")
    api = database.api
    account = api.fresh_account()
    control(api.refresh(account))
    token = account.session

    through(database, lambda: api.refresh_with(token), because="a refresh token whose exchange had ended in 5xx")


@pytest.mark.requirement("AVAIL-13")
@pytest.mark.feature("mfa")
def test_a_code_whose_verification_ended_in_5xx_is_still_good(faults: Breakables) -> None:
    """The code on the telephone is the only one there is for half a minute."""
    database = faults.on("database")
    api = database.api
    account = api.with_mfa(api.fresh_account())
    control(api.login(account), Kind.CHALLENGED)
    code = account.unused_code(api.target.profile, api.now())
    half_open = account.session

    through(database, lambda: api.call("verifyMfa", half_open, code=code), because="a code that was answered 5xx")


@pytest.mark.requirement("AVAIL-13")
@pytest.mark.feature("reset")
def test_a_reset_token_whose_redemption_ended_in_5xx_is_still_good(faults: Breakables) -> None:
    """Who has forgotten a password and is thrown out halfway has neither the old one nor the mail."""
    database = faults.on("database")
    api, outbox = database.api, database.outbox()
    account = api.fresh_account(signed_in=False)
    mailed = asked_for_reset(api, outbox, account)
    new = api.people.password(api.target.profile)
    redeem = partial(api.call, "confirmPasswordReset", newPassword=new, **mailed)

    through(database, redeem, because="a reset token whose redemption had ended in 5xx")

    control(api.login(account, password=new))


@pytest.mark.requirement("AVAIL-13")
@pytest.mark.parametrize("name", DEPENDENCIES)
def test_logins_that_ended_in_5xx_are_no_wrong_guesses(faults: Breakables, name: str) -> None:
    """An outage is over, and the users who tried during it are locked out for another quarter of an hour."""
    dependency = faults.on(name)
    api = dependency.api
    account = api.fresh_account()

    with dependency.broken(dependency.ways(*AT_ONCE)[0]):
        for _ in range(api.target.profile.login_limit + 1):
            failing(api.login(account))

    again = works_again(partial(api.login, account), Kind.ACCEPTED, Kind.THROTTLED)
    expect(again, Kind.ACCEPTED, because="the right password after logins that ended in 5xx")


@pytest.mark.requirement("AVAIL-14")
def test_while_no_mail_can_be_sent_a_reset_request_still_tells_nothing(faults: Breakables) -> None:
    """An outage of the mail server must not be the hour in which everybody can ask who has an account."""
    mail = faults.on("mail")
    api = mail.api
    if "outbox" in api.target.facilities:  # mail is sent at all
        asked_for_reset(api, mail.outbox(), api.fresh_account(signed_in=False))
    account, stranger = api.fresh_account(signed_in=False), api.people.stranger()
    ask = partial(api.call, "requestPasswordReset")
    known, unknown = control(ask(email=account.email)), ask(email=stranger)
    if unknown.kind is not Kind.ACCEPTED:
        not_applicable("asking tells known from unknown addresses as it is, which RST-01 judges")
    alike(known.answer, unknown.answer, echoed=(account.email, stranger))

    for kind in mail.ways(FaultKind.REFUSED, FaultKind.DOWN):
        with mail.broken(kind):
            known, unknown = ask(email=account.email), ask(email=stranger)
            for outcome in (known, unknown):
                expect(outcome, Kind.ACCEPTED, Kind.UNAVAILABLE, because="no mail server")
            alike(known.answer, unknown.answer, echoed=(account.email, stranger))
