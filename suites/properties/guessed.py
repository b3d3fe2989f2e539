"""Accounts at which wrong guesses are made, so few at each that no throttle counts them."""

from __future__ import annotations

from contract.answers import Kind
from suites.rig.api import Api
from suites.rig.identities import Account
from suites.rig.judging import control


class Guessed:
    """
    Gives out one account for some wrong passwords, and then another; the right password must still open the old one.

    So every refusal stands beside its accepted twin, and none is a throttle's.
    """

    def __init__(self, api: Api) -> None:
        self._api = api
        self._left = 0
        self._account: Account | None = None

    def account(self) -> Account:
        """Return the account for the next wrong guess."""
        if self._account is None or not self._left:
            self.settle()
            self._account = self._made()
            self._left = max(self._limit() - 1, 1)
        self._left -= 1
        return self._account

    def settle(self) -> None:
        """See that the right guess opens the account that was guessed at."""
        if self._account is not None:
            self._opened(self._account)

    def _limit(self) -> int:
        return self._api.target.profile.login_limit

    def _made(self) -> Account:
        return self._api.fresh_account(signed_in=False)

    def _opened(self, account: Account) -> None:
        control(self._api.login(account))


class GuessedCodes(Guessed):
    """The same for one-time codes: the accounts have a second factor, and the right code completes the login."""

    def _limit(self) -> int:
        return self._api.target.profile.code_limit

    def _made(self) -> Account:
        return self._api.with_mfa(self._api.fresh_account())

    def _opened(self, account: Account) -> None:
        control(self._api.login(account), Kind.CHALLENGED)
        code = account.unused_code(self._api.target.profile, self._api.now())
        control(self._api.as_(account, "verifyMfa", code=code))
