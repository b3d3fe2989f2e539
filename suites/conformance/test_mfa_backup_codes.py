"""Backup codes: each for one login of one account, and guesses at them are counted."""

from __future__ import annotations

import string

import pytest

from contract.answers import Kind
from contract.errors import NotTestable
from contract.flows import Outcome
from contract.secret import Secret
from suites.rig.api import Api
from suites.rig.identities import Account
from suites.rig.judging import Advice, control, expect, never
from suites.rig.second_factors import fresh_code

KINDS = (string.digits, string.ascii_lowercase, string.ascii_uppercase)


def with_backup_codes(api: Api) -> Account:
    """Return an account whose second factor is on, with its backup codes."""
    account = api.with_mfa(api.fresh_account())
    if not account.backup_codes:
        raise NotTestable(
            "the set-up gave no backup codes: give [operations.setupMfa] capture = { backupCodes = PLACE }"
        )
    return account


def rescued(api: Api, account: Account, code: Secret | str) -> Outcome:
    """Log *account* in with a backup code."""
    control(api.login(account), Kind.CHALLENGED)
    return api.as_(account, "verifyMfa", backupCode=code)


def wrong_codes(account: Account, count: int) -> list[str]:
    """Return texts of the shape of the account's backup codes, in letters that those have, and none of them."""
    codes = {each.reveal() for each in account.backup_codes}
    seen = sorted(set("".join(codes)))
    of_its_kind = {each: [other for other in seen if kind_of(other) == kind_of(each)] for each in seen}
    found: dict[str, None] = {}
    for code in sorted(codes):
        for place, each in enumerate(code):
            others = [code[:place] + other + code[place + 1 :] for other in of_its_kind[each]]
            found |= dict.fromkeys(other for other in others if other not in codes)
    return list(found)[:count]


def kind_of(character: str) -> int:
    """Return a number that two characters share where one may stand for the other in a code; marks stay themselves."""
    return next((number for number, kind in enumerate(KINDS) if character in kind), -ord(character))


@pytest.mark.requirement("MFA-14")
def test_a_backup_code_completes_one_login_and_so_does_each_of_the_others(api: Api) -> None:
    """The sheet of paper is photographed once; what was crossed out on it must be worthless."""
    account = with_backup_codes(api)
    first, *others = account.backup_codes
    expect(rescued(api, account, first), Kind.ACCEPTED, because="a backup code")

    never(rescued(api, account, first), because="a backup code that completed a login before")

    for code in others:
        expect(rescued(api, account, code), Kind.ACCEPTED, because="a backup code that is left, after another was used")
    never(rescued(api, account, others[-1] if others else first), because="the last backup code, once more")


@pytest.mark.requirement("MFA-14")
def test_a_backup_code_completes_logins_of_its_own_account_only(api: Api) -> None:
    """Codes that are looked up without their owner let every user in as every other one."""
    owner, stranger = with_backup_codes(api), with_backup_codes(api)
    code = stranger.backup_codes[0]

    never(rescued(api, owner, code), because="another account's backup code")

    control(rescued(api, stranger, code))
    control(rescued(api, owner, owner.backup_codes[0]))


@pytest.mark.requirement("MFA-14")
@pytest.mark.impatient
def test_guesses_at_backup_codes_run_into_the_throttle_of_codes(api: Api) -> None:
    """A second way in that nobody counts makes the count on the first one useless."""
    account, bystander = with_backup_codes(api), with_backup_codes(api)
    for wrong in wrong_codes(account, api.target.profile.code_limit):
        if api.login(account).kind is not Kind.CHALLENGED:
            break  # a stricter limit: no challenge is given any more
        never(api.as_(account, "verifyMfa", backupCode=wrong), because="a wrong backup code, within the limit")

    if api.login(account).kind is Kind.CHALLENGED:
        outcome = api.as_(account, "verifyMfa", backupCode=account.backup_codes[0])
        never(outcome, because="the right backup code, past the limit of wrong ones")
    if api.login(account).kind is Kind.CHALLENGED:
        counted_apart = api.as_(account, "verifyMfa", code=fresh_code(api, account))
        if counted_apart.kind is Kind.ACCEPTED:
            raise Advice(
                "wrong backup codes are not counted with wrong codes: a guesser has both limits",
                expected="one throttle for both",
                actual="the right code is accepted past the limit of wrong backup codes",
                answer=counted_apart.answer,
            )

    control(rescued(api, bystander, bystander.backup_codes[0]))
