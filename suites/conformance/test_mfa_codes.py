"""One-time codes: the right one as it stands, and nothing that resembles it."""

from __future__ import annotations

import itertools
from typing import Any

import pytest

from contract.answers import Kind
from suites.rig.api import Api
from suites.rig.identities import Account
from suites.rig.judging import control, expect, never, undecided

ANOTHER_SCRIPT = str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩")
SET_UPS = 80  # one in ten has a code with a leading zero: all of them miss once in 4600 runs


def no_right_codes(api: Api, account: Account, right: str) -> dict[str, Any]:
    """Return, by what it is, everything to be refused in place of *right*, which *account* has been given."""
    beside, *known = account.wrong_codes(api.target.profile, api.now())
    found: dict[str, Any] = {
        "another code": beside,
        **{f"the well-known {code}": code for code in known},
        "an empty code": "",
        "a blank code": " " * len(right),
        "the code without its last digit": right[:-1],
        "the code and one digit more": right + "0",
        "the code with a sign": "+" + right,
        "the code in digits of another script": right.translate(ANOTHER_SCRIPT),
    }
    if api.target.operations["verifyMfa"].steps[-1].encoding == "json":
        found |= {"null": None, "a list with the code in it": [right]}
    return found


@pytest.mark.requirement("MFA-03")
def test_only_the_right_code_completes_a_login(api: Api) -> None:
    """A code that is read as a number, or compared loosely, has many that pass for it; a crash is no refusal."""
    profile = api.target.profile
    within_limit = max(profile.code_limit - 1, 1)
    for first in itertools.count(0, within_limit):
        account = api.with_mfa(api.fresh_account())
        right = account.unused_code(profile, api.now())
        wrong = list(no_right_codes(api, account, right.reveal()).items())
        for name, code in wrong[first : first + within_limit]:
            control(api.login(account), Kind.CHALLENGED)
            never(api.as_(account, "verifyMfa", code=code), because=name)
        control(api.login(account), Kind.CHALLENGED)
        expect(api.as_(account, "verifyMfa", code=right), Kind.ACCEPTED, because="the right code")
        if first + within_limit >= len(wrong):
            break


@pytest.mark.requirement("MFA-03")
def test_a_code_with_leading_zeros_completes_a_login(api: Api) -> None:
    """One user in ten is locked out for half a minute, and support never finds out why."""
    account, profile = api.fresh_account(), api.target.profile
    for _ in range(SET_UPS):
        begun = api.as_(account, "setupMfa")
        if begun.kind is not Kind.ACCEPTED:
            undecided("a set-up cannot be begun anew until a code begins with zero")
        account.enrolled(begun.session)
        now_s = api.now()
        if account.code(profile, now_s, steps=1).reveal().startswith("0"):
            break
    else:
        undecided(f"no code of {SET_UPS} secrets begins with zero")
    control(api.as_(account, "verifyMfaSetup", code=account.unused_code(profile, now_s)))
    control(api.login(account), Kind.CHALLENGED)

    zero = account.unused_code(profile, now_s)
    expect(api.as_(account, "verifyMfa", code=zero), Kind.ACCEPTED, because="the right code, which begins with zero")
