"""Changing what an account is opened by: for whoever knows the password, not for whoever found the session."""

from __future__ import annotations

import pytest

from contract.answers import Kind
from contract.encoding import places_of
from contract.errors import ContractViolation
from contract.places import OMIT
from contract.secret import Secret
from suites.rig.api import Api
from suites.rig.identities import Account
from suites.rig.judging import control, expect, never, not_applicable, survived, undecided

WRONG = "not the current password"


def opens(api: Api, account: Account, kept: Secret, refused: Secret) -> None:
    """Judge that *account* is opened by the password *kept*, and not by *refused*."""
    never(api.call("loginUser", email=account.email, password=refused), because="a password set without the old one")
    expect(api.login(account, password=kept), Kind.ACCEPTED, because="the password that was not to be changed")


@pytest.mark.requirement("LOGIN-09")
def test_a_new_password_takes_the_current_one(api: Api) -> None:
    """A phone left on a table would be a taken account: the thief sets a password of his own and stays."""
    account, new = api.fresh_account(), api.people.password(api.target.profile)
    old = account.password
    if not any("currentPassword" in step.send for step in api.target.operations["changePassword"].steps):
        if api.target.profile.reauthentication_s:
            not_applicable("a session as fresh as this is proof enough here (reauthentication_s)")
        never(api.as_(account, "changePassword", newPassword=new), because="a session and nothing else")
        undecided("a change without the current password is refused, and the target file knows of no other")

    for what, current in {"no current password": OMIT, "a wrong current password": WRONG, "an empty one": ""}.items():
        never(api.as_(account, "changePassword", currentPassword=current, newPassword=new), because=what)
    opens(api, account, kept=old, refused=new)

    control(api.login(account))
    control(api.as_(account, "changePassword", currentPassword=old, newPassword=new))
    control(api.login(account, password=new))


def place_in_registration(api: Api, word: str) -> str:
    """Return the place of *word* in the body of a registration, "" where it has none there."""
    steps = api.target.operations["registerUser"].steps if "registerUser" in api.target.operations else ()
    places = (place for step in steps for place in places_of(step, word))
    return next((place for place in places if place.startswith("/")), "")


@pytest.mark.requirement("LOGIN-09")
@pytest.mark.feature("profile-update")
@pytest.mark.parametrize("word", ["password", "email"])
def test_a_profile_change_sets_neither_password_nor_address(api: Api, word: str) -> None:
    """What is asked for on one page is given away by another; and whoever sets the address is sent the reset mail."""
    account, profile = api.fresh_account(), api.target.profile
    new = api.people.password(profile) if word == "password" else api.people.stranger()
    places = {f"/{word}", place_in_registration(api, word)} - {""}
    control(api.as_(account, "updateCurrentUser", displayName="Somebody Else"))

    for place in sorted(places):
        outcome = api.as_(account, "updateCurrentUser", displayName="Somebody", extra={place: new})
        survived(outcome, because=f"the member {place}, and no current password")

    if isinstance(new, Secret):
        opens(api, account, kept=account.password, refused=new)
        return
    if "getCurrentUser" in api.target.operations:
        after = control(api.as_(account, "getCurrentUser"))
        if after.session.values.get("email") == new:
            raise ContractViolation(
                "a profile change sets the address, and no password was asked for",
                expected="the address that was there",
                actual="the new one",
                answer=after.answer,
            )
    never(api.call("loginUser", email=new, password=account.password), because="an address set without the password")
    expect(api.login(account), Kind.ACCEPTED, because="the address that was not to be changed")
