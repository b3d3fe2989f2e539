"""A reset takes the passwords that a registration takes, and no others."""

from __future__ import annotations

import pytest

from contract.answers import Kind
from suites.rig.api import Api
from suites.rig.derivation import made_up
from suites.rig.guessable import derived_sample
from suites.rig.judging import Advice, control, expect, never, survived
from suites.rig.outbox import Outbox, asked_for_reset

CLASSES = "aA7!"


def of_length(api: Api, length: int) -> str:
    """Return a password of *length* characters that nobody has, with some of every class."""
    letters = api.people.chance().choices("bcdefghjkmnpqrtuvwxyz", k=length - len(CLASSES))
    return made_up("".join(letters) + CLASSES)


def to_be_refused(api: Api, what: str) -> str:
    """Return a password that is *what*."""
    profile = api.target.profile
    if what == "common":
        return derived_sample(api.people.chance(), profile.password_min, 1)[0]
    return of_length(api, profile.password_max + 1 if "long" in what else max(profile.password_min - 1, len(CLASSES)))


@pytest.mark.requirement("RST-09")
@pytest.mark.parametrize("what", ["one character too short", "one character too long", "common"])
def test_a_reset_takes_a_password_where_a_registration_does(api: Api, outbox: Outbox, what: str) -> None:
    """Where the rules stand in one form only, whoever wants a bad password forgets the good one first."""
    account, new = api.fresh_account(signed_in=False), to_be_refused(api, what)
    mailed = asked_for_reset(api, outbox, account)
    registered = survived(api.register(api.people.person(api.target.profile), password=new), because=what)

    redeemed = api.call("confirmPasswordReset", newPassword=new, **mailed)

    survived(redeemed, because=f"a password that is {what}")
    if registered.kind is not Kind.ACCEPTED:
        never(redeemed, because=f"a password that is {what}, which a registration refuses")
    if redeemed.kind is Kind.ACCEPTED:
        control(api.login(account, password=new))
        return
    good = api.people.password(api.target.profile)
    again = api.call("confirmPasswordReset", newPassword=good, **mailed)
    expect(again, Kind.ACCEPTED, because="a token whose first password was refused")
    control(api.login(account, password=good))
    if registered.kind is Kind.ACCEPTED:
        raise Advice(
            f"a reset refuses a password that is {what}",
            expected="accepted, as at a registration",
            actual="refused",
            answer=redeemed.answer,
        )
