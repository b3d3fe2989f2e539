"""An account at which wrong guesses are made, so few that no throttle counts them."""

from __future__ import annotations

from suites.rig.api import Api
from suites.rig.identities import Account
from suites.rig.judging import control


class Guessed:
    """
    Gives out one account for some wrong guesses, and then another; the right password must still open the old one.

    So every refusal stands beside its accepted twin, and none is a throttle's.
    """

    def __init__(self, api: Api) -> None:
        self._api = api
        self._few = max(api.target.profile.login_limit - 1, 1)
        self._left = 0
        self._account: Account | None = None

    def account(self) -> Account:
        """Return the account for the next wrong guess."""
        if self._account is None or not self._left:
            self.settle()
            self._account = self._api.fresh_account(signed_in=False)
            self._left = self._few
        self._left -= 1
        return self._account

    def settle(self) -> None:
        """See that the right password opens the account that was guessed at."""
        if self._account is not None:
            control(self._api.login(self._account))
