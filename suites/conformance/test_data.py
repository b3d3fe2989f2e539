"""What may be stored, by whom, and what the browser is told to beware of."""

from __future__ import annotations

import pytest

from contract.answers import Answer
from contract.checks import no_canary, no_store, no_stored_secret, security_headers
from contract.secret import Secret
from suites.rig.api import Api
from suites.rig.judging import control, never, not_applicable
from suites.rig.token_shapes import token_shaped
from suites.rig.passive import carries_secrets


@pytest.mark.requirement("DATA-01")
def test_answers_that_carry_secrets_forbid_storing(api: Api) -> None:
    """A token in a shared cache is everybody's token."""
    account = api.people.person(api.target.profile)
    outcomes = [control(api.register(account)), control(api.login(account))]
    for operation in ("getCurrentUser", "setupMfa"):
        if operation in api.target.operations:
            outcomes.append(control(api.as_(account, operation)))
    if "refreshToken" in api.target.operations:
        outcomes.append(control(api.refresh(account)))

    for outcome in outcomes:
        if carries_secrets(outcome.answer):
            no_store(outcome.answer)


@pytest.mark.requirement("DATA-02")
def test_no_answer_shows_a_password_or_what_is_stored_of_it(api: Api) -> None:
    """Whoever reads a log of answers, or one of another user's, must not be able to sign in by it."""
    account = api.people.person(api.target.profile)
    outcomes = [control(api.register(account)), control(api.login(account))]
    if "getCurrentUser" in api.target.operations:
        outcomes.append(control(api.as_(account, "getCurrentUser")))

    for outcome in outcomes:
        for answer in outcome.answers:
            no_stored_secret(answer)
            no_canary(answer, api.people.canaries)


@pytest.mark.requirement("DATA-02")
def test_the_answer_to_a_reset_request_does_not_hold_the_token(api: Api) -> None:
    """A token that comes back to whoever asked makes every account everybody's."""
    if not {"requestPasswordReset", "confirmPasswordReset"} <= api.target.operations.keys():
        not_applicable("the target has no password reset")
    account = api.fresh_account(signed_in=False)
    new_password = api.people.password(api.target.profile)

    asked = control(api.call("requestPasswordReset", email=account.email))

    for token in token_shaped(asked.answer, besides=asked.session.cookies.values()):
        redeemed = api.call("confirmPasswordReset", token=Secret(token), newPassword=new_password, email=account.email)
        never(redeemed, because="a token from the answer to the reset request")
    control(api.login(account))


@pytest.mark.requirement("DATA-06")
def test_the_baseline_security_headers_are_on_every_answer(api: Api, answers: list[Answer]) -> None:
    """Headers set by handlers are missing where no handler ran: on errors, where they are wanted most."""
    if api.target.profile.security_headers == "gateway":
        not_applicable("the profile says that a gateway sets them")
    for answer in answers:
        security_headers(answer)
