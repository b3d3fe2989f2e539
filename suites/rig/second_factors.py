"""An account's second factor in a test's hands: codes that count now, and the proof that turning it off takes."""

from __future__ import annotations

import time
from typing import Any

from contract.flows import Outcome
from contract.places import OMIT
from contract.secret import Secret
from suites.rig.api import Api
from suites.rig.identities import Account
from suites.rig.judging import control

WRONG_PASSWORD = "not the password at all"


def fresh_code(api: Api, account: Account) -> Secret:
    """
    Return a code that the target accepts now and that *account* has not been given before.

    Where every code within the profile's window is spent, it waits for the next, a time step at most.
    """
    profile = api.target.profile
    counts_from_s = (account.last_step + 1 - profile.code_window_steps) * profile.code_step_s
    time.sleep(max(0.0, counts_from_s - api.now()))
    return account.unused_code(profile, api.now())


def right_proof(api: Api, account: Account) -> dict[str, Any]:
    """Return the inputs that let *account* turn its second factor off, as the target takes them."""
    sent = _words_sent(api)
    password = {"password": account.password} if "password" in sent else {}
    return {**password, "code": fresh_code(api, account)} if "code" in sent else password


def wrong_proofs(api: Api, account: Account) -> dict[str, dict[str, Any]]:
    """Return inputs that must not let *account* turn its second factor off, by what is wrong with them."""
    wrong = {"password": WRONG_PASSWORD, "code": account.wrong_codes(api.target.profile, api.now())[0]}
    sent = wrong.keys() & _words_sent(api)
    alone = {"the access token alone": dict.fromkeys(sent, OMIT)}
    return {**alone, **({"a wrong proof": {word: wrong[word] for word in sent}} if sent else {})}


def turned_off(api: Api, account: Account) -> Outcome:
    """
    Turn the second factor of *account* off; it is signed in anew afterwards, by the password alone.

    Raises:
        NotTestable: the target refused the right proof, or still asks for a code.
    """
    outcome = control(api.as_(account, "disableMfa", **right_proof(api, account)))
    control(api.login(account))
    return outcome


def _words_sent(api: Api) -> set[str]:
    return {word for step in api.target.operations["disableMfa"].steps for word in step.send}
