"""What a mailed reset token is worth: for whom, for how long, and beside others."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from contract.answers import Kind
from suites.rig.api import Api
from suites.rig.clock import LEEWAY_S, Clock
from suites.rig.identities import Account
from suites.rig.judging import control, expect, never, survived, undecided
from suites.rig.outbox import Outbox, asked_for_reset, mailed_inputs

DAY_S = 86_400
"""No reset token may live longer. Source: NIST SP 800-63B-4 section 4.2.1.2."""


@pytest.mark.requirement("RST-03")
def test_a_reset_token_past_its_lifetime_is_refused(clock: Clock, outbox: Outbox) -> None:
    """An old mailbox, or a backup of one, would open every account that ever forgot its password."""
    api = clock.api
    account, profile = api.fresh_account(signed_in=False), api.target.profile
    old, new = account.password, api.people.password(profile)
    late = asked_for_reset(api, outbox, account)

    clock.advance(min(profile.reset_lifetime_s, DAY_S) + LEEWAY_S)

    refused = api.call("confirmPasswordReset", newPassword=new, **late)
    never(refused, because="a token past its lifetime")
    never(api.call("loginUser", email=account.email, password=new), because="the password of a late redemption")
    expect(api.login(account, password=old), Kind.ACCEPTED, because="the password before the late redemption")
    in_time = asked_for_reset(api, outbox, account)
    control(api.call("confirmPasswordReset", newPassword=new, **in_time))


def names_of(api: Api, account: Account, place: str) -> dict[str, dict[str, Any]]:
    """Return inputs that name *account* in *place*, "/" for the body, beside a token; by what they say."""
    said = {"email": account.email, "userId": account.user_id, "username": api.errands.user_name(account.email)}
    return {name: {"extra": {f"{place}{name}": value}} for name, value in said.items() if value}


@pytest.mark.requirement("RST-05")
@pytest.mark.parametrize("place", ["/", "query:"], ids=["in the body", "in the query"])
def test_a_reset_token_sets_the_password_of_whom_it_was_mailed_to(api: Api, outbox: Outbox, place: str) -> None:
    """Where the request says whose password changes, everybody's token opens everybody's account."""
    named = api.fresh_account()
    if "getCurrentUser" in api.target.operations:
        named.user_id = str(control(api.as_(named, "getCurrentUser")).session.values.get("userId", ""))

    redeemed_for_itself_alone(api, outbox, named, names_of(api, named, place))


@pytest.mark.requirement("RST-05")
def test_a_reset_token_is_good_with_what_came_in_its_own_mail_only(api: Api, outbox: Outbox) -> None:
    """A code that is one account's only, or a token beside an id, must be looked for in that account's name."""
    named = api.fresh_account()
    mailed = asked_for_reset(api, outbox, named)
    others = {word: value for word, value in mailed.items() if word != "token"}

    redeemed_for_itself_alone(api, outbox, named, {word: {word: value} for word, value in others.items()})


def redeemed_for_itself_alone(api: Api, outbox: Outbox, named: Account, cases: Mapping[str, Mapping[str, Any]]) -> None:
    """Judge that another account's token, beside what names *named* in each of *cases*, leaves that one as it is."""
    mine: Account | None = None
    mailed: dict[str, Any] = {}
    for name, inputs in cases.items():
        new = api.people.password(api.target.profile)
        if mine is None:
            mine = api.fresh_account(signed_in=False)
            mailed = asked_for_reset(api, outbox, mine)
        outcome = api.call("confirmPasswordReset", **{**mailed, "newPassword": new, **inputs})
        survived(outcome, because=f"another user's {name} beside the token")
        never(api.call("loginUser", email=named.email, password=new), because=f"a password set by naming its {name}")
        expect(api.login(named), Kind.ACCEPTED, because="the password of whom no token was mailed to")
        if outcome.kind is Kind.ACCEPTED:
            expect(api.login(mine, password=new), Kind.ACCEPTED, because="the password just redeemed")
            mine = None
    if mine is not None:
        control(api.call("confirmPasswordReset", newPassword=api.people.password(api.target.profile), **mailed))


@pytest.mark.requirement("RST-06")
def test_once_a_reset_token_is_redeemed_the_others_are_dead(api: Api, outbox: Outbox) -> None:
    """Who asked twice redeems one mail, and whoever finds the other sets the password once more."""
    account = api.fresh_account(signed_in=False)
    new, another = api.people.password(api.target.profile), api.people.password(api.target.profile)
    first = asked_for_reset(api, outbox, account)
    control(api.call("requestPasswordReset", email=account.email))
    if len(outbox.come(account.email, count=2)) < 2:
        undecided("no second mail came so soon after the first")
    second = mailed_inputs(api, outbox, account, count=2)

    control(api.call("confirmPasswordReset", newPassword=new, **second))

    never(api.call("confirmPasswordReset", newPassword=another, **first), because="an earlier mail's token")
    never(api.call("loginUser", email=account.email, password=another), because="the password of an earlier mail")
    expect(api.login(account, password=new), Kind.ACCEPTED, because="the password of the redemption")
