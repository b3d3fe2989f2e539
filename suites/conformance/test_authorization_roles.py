"""A role is worth what it is worth now, not what it was when a token was made."""

from __future__ import annotations

import time

import pytest

from contract.answers import Kind
from suites.rig.api import Api
from suites.rig.identities import Account
from suites.rig.judging import control, expect, never, not_applicable

LONGEST_WAIT_S = 60
LOOK_AGAIN_S = 0.5


@pytest.mark.requirement("AUTHZ-06")
def test_whoever_was_made_an_ordinary_user_again_is_refused(api: Api, admin: Account) -> None:
    """Who was dismissed in the morning must not read everybody's records until the evening."""
    if not {"updateUser", "listUsers"} <= api.target.operations.keys():
        not_applicable("the target has no updateUser and listUsers")
    user, bound_s = api.fresh_account(), api.target.profile.role_change_s
    control(api.as_(admin, "updateUser", userId=api.id_of(user), role="admin"))
    control(api.login(user))
    control(api.as_(user, "listUsers"))

    control(api.as_(admin, "updateUser", userId=api.id_of(user), role="user"))

    if bound_s <= LONGEST_WAIT_S:
        outlast(api, user, bound_s)
        never(api.as_(user, "listUsers"), because=f"the token of a former admin, {bound_s} s after the change")
    if "refreshToken" not in api.target.operations or api.refresh(user).kind is not Kind.ACCEPTED:
        control(api.login(user))
    expect(api.as_(user, "listUsers"), Kind.FORBIDDEN, because="a new token of a former admin")


def outlast(api: Api, user: Account, bound_s: float) -> None:
    """Wait until *user* is refused what only an admin may, for *bound_s* seconds at most."""
    deadline = time.monotonic() + bound_s
    while time.monotonic() < deadline and api.as_(user, "listUsers").kind is Kind.ACCEPTED:
        time.sleep(LOOK_AGAIN_S)
