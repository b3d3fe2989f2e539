"""Guessing passwords: how often, by whom, and what a guesser learns from the answers."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from contract.answers import Kind
from contract.checks import alike
from contract.errors import ContractViolation
from contract.flows import Outcome
from suites.rig.api import Api, Call
from suites.rig.guessing import WRONG, throttled, told_from
from suites.rig.identities import Account
from suites.rig.judging import Advice, control, expect, not_applicable, undecided

BURST, BURSTS = 40, 3
PAIRS = 3
NO_GUESS = frozenset({Kind.THROTTLED, Kind.UNAVAILABLE, Kind.NO_ANSWER})
SPELLINGS: tuple[Callable[[str], str], ...] = (str.upper, str.title, " {} ".format)
Guess = Callable[[int], Outcome]


def still_throttled(api: Api, account: Account, guess: Guess, because: str) -> None:
    """Judge that *guess*, a wrong one by its number, is throttled after as many as are allowed, and not before."""
    limit = api.target.profile.login_limit
    for number in range(limit - 1):
        control(guess(number), Kind.REFUSED_CREDENTIALS)
    guess(limit - 1)
    last = guess(limit)
    if last.kind is not Kind.THROTTLED:
        throttled(api, account)  # where nothing is throttled, nothing was escaped
    expect(last, Kind.THROTTLED, because=because)


@pytest.mark.requirement("ABUSE-03")
@pytest.mark.impatient
def test_while_throttled_the_right_password_is_refused_like_a_wrong_one(api: Api) -> None:
    """A throttle that lets the right password through only tells the guesser when to stop."""
    account = api.fresh_account()
    wrong = throttled(api, account)

    right = api.login(account)

    expect(right, Kind.THROTTLED, because="the right password, while throttled")
    alike(wrong.answer, right.answer)


@pytest.mark.requirement("ABUSE-04")
@pytest.mark.impatient
def test_the_count_is_not_escaped_by_telling_another_client_address(api: Api) -> None:
    """Whoever guesses writes these fields, and a new value costs nothing."""
    account = api.fresh_account(signed_in=False)

    def guess(number: int) -> Outcome:
        return api.call_raw("loginUser", mutate=told_from(number), email=account.email, password=WRONG)

    still_throttled(api, account, guess, "the client address told anew and a new connection each time")


@pytest.mark.requirement("ABUSE-04")
@pytest.mark.impatient
def test_the_count_is_not_escaped_by_spelling_the_address_otherwise(api: Api) -> None:
    """A count by the address as typed has as many counters as an address has spellings."""
    twin, account = api.fresh_account(), api.fresh_account(signed_in=False)
    spellings = [spell for spell in SPELLINGS if api.login(twin, email=spell(twin.email)).kind is Kind.ACCEPTED]
    if not spellings:
        not_applicable("the target takes an address in one spelling only")
    spellings.append(str)

    def guess(number: int) -> Outcome:
        spell = spellings[number % len(spellings)]
        return api.call("loginUser", email=spell(account.email), password=WRONG)

    still_throttled(api, account, guess, "another spelling of the address each time")


@pytest.mark.requirement("ABUSE-05")
@pytest.mark.impatient
def test_a_burst_gets_no_more_guesses_than_the_limit(api: Api) -> None:
    """A counter that is read before the password and written after it lets through whatever comes at once."""
    limit = api.target.profile.login_limit
    burst = max(BURST, 2 * limit)
    for _ in range(BURSTS):
        account = api.fresh_account()
        right = api.people.chance().randrange(limit, burst)  # among the first, it may rightly be let in
        passwords = [account.password if number == right else WRONG for number in range(burst)]

        outcomes = api.race([Call("loginUser", {"email": account.email, "password": each}) for each in passwords])

        guesses = [outcome for outcome in outcomes if outcome.kind not in NO_GUESS]
        # Served in another order than sent, the right one may have come early, and then cleared the count.
        cleared = outcomes[right].kind is Kind.ACCEPTED and limit < len(guesses) <= 2 * limit
        if not cleared:
            break
    if len(guesses) > limit:
        raise (Advice if cleared else ContractViolation)(
            f"{len(guesses)} of {burst} simultaneous guesses were looked at",
            expected=f"at most {limit}, the others throttled",
            actual=f"{len(guesses)}, the right password {outcomes[right].kind}",
            answer=guesses[-1].answer,
        )
    if Kind.THROTTLED not in [outcome.kind for outcome in outcomes]:
        undecided(f"{burst - len(guesses)} of {burst} simultaneous logins were not answered")


@pytest.mark.requirement("ABUSE-08")
def test_an_unknown_account_and_a_wrong_password_cannot_be_told_apart(api: Api) -> None:
    """Whoever can ask which addresses have accounts guesses at those alone, and knows who is a customer."""
    account = api.fresh_account()

    for _ in range(min(PAIRS, api.target.profile.login_limit - 1)):
        stranger = api.people.stranger()
        known = api.call("loginUser", email=account.email, password=WRONG)
        unknown = api.call("loginUser", email=stranger, password=WRONG)
        alike(known.answer, unknown.answer, echoed=(account.email, stranger))

    control(api.login(account))
