"""A forgotten password: what asking tells, and what a mailed token is good for."""

from __future__ import annotations

from typing import Any

import pytest

from contract.answers import Kind
from contract.checks import alike
from contract.errors import ContractViolation
from contract.flows import Outcome
from contract.secret import Secret
from suites.rig.api import Api, Call
from suites.rig.judging import control, expect, never
from suites.rig.members import in_the_path
from suites.rig.outbox import Outbox, asked_for_reset
from suites.rig.valid_calls import BESIDE_A_TOKEN, UNKNOWN

REDEEMERS = 20


def one_character_off(token: str, place: int) -> Secret:
    """Return *token* with the character at *place* changed to another of its kind."""
    other = "7" if token[place] != "7" else "4"
    return Secret(token[:place] + other + token[place + 1 :])


@pytest.mark.requirement("RST-01")
def test_asking_for_a_reset_is_answered_alike_for_known_and_unknown_addresses(api: Api) -> None:
    """A form that says "no such account" says of every address whether it has one."""
    account = api.fresh_account(signed_in=False)
    stranger, odd = api.people.stranger(), account.email.upper()
    known = control(api.call("requestPasswordReset", email=account.email))

    for other in (stranger, odd):
        asked = api.call("requestPasswordReset", email=other)
        alike(known.answer, asked.answer, echoed=(account.email, other))


@pytest.mark.requirement("RST-01")
def test_a_reset_mail_goes_to_whoever_has_an_account_and_to_nobody_else(api: Api, outbox: Outbox) -> None:
    """Mail to addresses without an account makes the form a way to send spam; none to owners makes it useless."""
    account, stranger = api.fresh_account(signed_in=False), api.people.stranger()
    api.call("requestPasswordReset", email=stranger)

    asked_for_reset(api, outbox, account)

    mails = len(outbox.telling(stranger))
    assert not mails, f"{mails} reset mails went to an address that has no account"


@pytest.mark.requirement("RST-02")
def test_a_reset_token_sets_one_password_once(api: Api, outbox: Outbox) -> None:
    """A mail stays in the mailbox, and whoever reads it later must not be let in by it."""
    account = api.fresh_account(signed_in=False)
    old, new, third = account.password, api.people.password(api.target.profile), api.people.password(api.target.profile)
    mailed = asked_for_reset(api, outbox, account)

    expect(api.call("confirmPasswordReset", newPassword=new, **mailed), Kind.ACCEPTED, because="a token just mailed")

    never(api.call("loginUser", email=account.email, password=old), because="the password before the reset")
    never(api.call("confirmPasswordReset", newPassword=third, **mailed), because="a token that was used")
    never(api.call("loginUser", email=account.email, password=third), because="the password of a second redemption")
    expect(api.login(account, password=new), Kind.ACCEPTED, because="the password of the redemption")


@pytest.mark.requirement("RST-02")
def test_of_simultaneous_redemptions_of_one_token_exactly_one_succeeds(api: Api, outbox: Outbox) -> None:
    """Check-then-mark lets the thief of a mail set a password beside its owner's, unseen."""
    account = api.fresh_account(signed_in=False)
    mailed = asked_for_reset(api, outbox, account)
    passwords = [api.people.password(api.target.profile) for _ in range(REDEEMERS)]

    outcomes = api.race([Call("confirmPasswordReset", {**mailed, "newPassword": each}) for each in passwords])

    for outcome in outcomes:
        never(outcome, Kind.CHALLENGED, because=f"one of {REDEEMERS} simultaneous redemptions of a token")
    winners = [password for password, outcome in zip(passwords, outcomes, strict=True) if outcome.kind is Kind.ACCEPTED]
    if len(winners) != 1:
        raise ContractViolation(
            f"of {REDEEMERS} simultaneous redemptions of one token {len(winners)} succeeded",
            expected=f"1 accepted, {REDEEMERS - 1} refused",
            actual=f"{len(winners)} accepted",
            answer=next((each.answer for each in outcomes if each.kind is Kind.ACCEPTED), outcomes[-1].answer),
        )
    expect(api.login(account, password=winners[0]), Kind.ACCEPTED, because="the password of the one redemption")


@pytest.mark.requirement("RST-04")
def test_reset_tokens_that_never_were_are_refused_alike_whatever_their_shape(api: Api) -> None:
    """A crash on an odd token is a server error to the user, and a difference says which tokens are real."""
    account = api.fresh_account()
    in_path = in_the_path(api.target, "confirmPasswordReset", "token")
    shapes: dict[str, Any] = {} if in_path else {"an empty token": ""}
    if account.session.access_token:
        shapes["an access token"] = account.session.access_token
    if api.target.operations["confirmPasswordReset"].steps[-1].encoding == "json" and not in_path:
        shapes |= {"null as the token": None, "a list of a token": [UNKNOWN.reveal()]}
    password = api.people.password(api.target.profile)
    inputs = {**BESIDE_A_TOKEN, "email": account.email, "newPassword": password}
    unknown = never(api.call("confirmPasswordReset", token=UNKNOWN, **inputs), because="a token nobody was mailed")

    refused = {name: api.call("confirmPasswordReset", token=token, **inputs) for name, token in shapes.items()}

    for name, outcome in refused.items():
        never(outcome, because=name)
    for outcome in refused.values():
        alike(unknown.answer, outcome.answer)


@pytest.mark.requirement("RST-04")
def test_a_mutated_a_used_and_an_unknown_reset_token_are_refused_alike(api: Api, outbox: Outbox) -> None:
    """Whoever can tell a wrong token from a used one knows how near a guess was."""
    account = api.fresh_account(signed_in=False)
    mailed = asked_for_reset(api, outbox, account)
    token, password = mailed["token"].reveal(), api.people.password(api.target.profile)

    def redeem(token: Secret) -> Outcome:
        return api.call("confirmPasswordReset", newPassword=password, **{**mailed, "token": token})

    unknown = never(redeem(UNKNOWN), because="a token nobody was mailed")
    # Not the last character: in base64 some of its bits may say nothing.
    mutated = [never(redeem(one_character_off(token, place)), because="one character changed")
               for place in (0, len(token) // 2)]  # fmt: skip
    control(redeem(mailed["token"]))
    used = never(redeem(mailed["token"]), because="a token that was used")

    for other in (*mutated, used):
        alike(unknown.answer, other.answer)
