"""Accounts that exist before the run, for targets whose registration is closed: handed out once each."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

from contract.targets.model import PreparedAccount
from suites.rig.identities import Account
from suites.rig.judging import not_exercised

LASTING = frozenset({"changePassword", "confirmPasswordReset", "verifyMfaSetup", "disableMfa"})
"""Operations after which an account is not what the target file says of it."""


class Prepared:
    """
    The accounts of `[facilities.accounts]`, shared by all workers of a run.

    *claims* is a folder of the run: a file in it says that a worker has the account of that number.
    """

    def __init__(self, accounts: Sequence[PreparedAccount], claims: Path) -> None:
        self._accounts = accounts
        self._claims = claims

    def take(self, *, second_factor: bool = False) -> Account:
        """Return an account that no test has had yet, with or without a *second_factor*; where there is none, end."""
        for number, each in enumerate(self._accounts):
            if (each.totp_secret is not None) is second_factor and self._claimed(number):
                return Account(each.email or each.username, each.password, username=each.username, otp=each.totp_secret)
        kind = "with a second factor" if second_factor else "without a second factor"
        not_exercised(f"needs one more prepared account {kind}; [facilities.accounts] has {len(self._accounts)} in all")

    def user_name(self, email: object) -> str:
        """Return the user name of the prepared account that `Account.email` says *email* of, "" where it has none."""
        return next((each.username for each in self._accounts if email == (each.email or each.username)), "")

    def _claimed(self, number: int) -> bool:
        self._claims.mkdir(parents=True, exist_ok=True)
        try:
            os.close(os.open(self._claims / str(number), os.O_CREAT | os.O_EXCL | os.O_WRONLY))
        except FileExistsError:
            return False
        return True


def refuse_lasting(operation: str) -> None:
    """End the test where *operation* would change a prepared account for good: the next run could not use it."""
    if operation in LASTING:
        not_exercised(f"{operation} would change a prepared account for good; registration is closed here")
