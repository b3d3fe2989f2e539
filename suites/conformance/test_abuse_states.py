"""What a guesser learns of an account whose password he does not know: nothing, whatever its state."""

from __future__ import annotations

import pytest

from contract.answers import Kind
from contract.checks import alike
from contract.errors import ContractViolation
from suites.rig.api import Api
from suites.rig.guessing import WRONG, throttled
from suites.rig.identities import Account
from suites.rig.judging import control, not_applicable


def refused_like_any_other(api: Api, account: Account) -> None:
    """Judge that a wrong password for *account* is answered as for an ordinary one, whose right one logs in."""
    ordinary = api.fresh_account()
    usual = control(api.call("loginUser", email=ordinary.email, password=WRONG), Kind.REFUSED_CREDENTIALS)

    outcome = api.call("loginUser", email=account.email, password=WRONG)

    alike(usual.answer, outcome.answer, echoed=(ordinary.email, account.email))
    control(api.login(ordinary))


@pytest.mark.requirement("ABUSE-10")
@pytest.mark.feature("admin")
def test_a_disabled_account_does_not_show_to_a_wrong_password(api: Api, admin: Account) -> None:
    """'Your account is disabled' tells everybody who was dismissed."""
    if "updateUser" not in api.target.operations:
        not_applicable("the target has no updateUser")
    account = api.fresh_account()
    control(api.as_(admin, "updateUser", userId=api.id_of(account), disabled=True))

    refused_like_any_other(api, account)


@pytest.mark.requirement("ABUSE-10")
@pytest.mark.feature("mfa")
def test_a_second_factor_does_not_show_to_a_wrong_password(api: Api) -> None:
    """Whoever sees which accounts have no second factor guesses at those."""
    account = api.with_mfa(api.fresh_account())

    refused_like_any_other(api, account)

    control(api.login(account), Kind.CHALLENGED)


@pytest.mark.requirement("ABUSE-10")
@pytest.mark.impatient
@pytest.mark.feature("throttle")
def test_an_unknown_address_is_throttled_at_the_same_count_and_alike(api: Api) -> None:
    """A lock that only real accounts have tells after six guesses which addresses are real."""
    known = api.fresh_account(signed_in=False)
    control(api.login(known))
    seen = throttled(api, known)
    stranger = api.people.stranger()

    for _ in range(api.target.profile.login_limit):
        control(api.call("loginUser", email=stranger, password=WRONG), Kind.REFUSED_CREDENTIALS, Kind.THROTTLED)
    outcome = api.call("loginUser", email=stranger, password=WRONG)

    if outcome.kind is not Kind.THROTTLED:
        raise ContractViolation(
            f"after {api.target.profile.login_limit} failures a known address is throttled, an unknown one is not",
            expected=f"{seen.kind} ({seen.answer.status})",
            actual=f"{outcome.kind} ({outcome.answer.status})",
            answer=outcome.answer,
        )
    alike(seen.answer, outcome.answer, echoed=(known.email, stranger))
