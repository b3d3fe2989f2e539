"""What may be stored, by whom, and what the browser is told to beware of."""

from __future__ import annotations

import secrets

import pytest

from contract.answers import Answer, Kind
from contract.checks import no_canary, no_store, no_stored_secret, security_headers
from contract.flows import Outcome
from contract.places import OMIT
from contract.secret import Secret
from suites.rig.api import Api
from suites.rig.derivation import made_up
from suites.rig.identities import Account
from suites.rig.judging import control, never, not_applicable, undecided
from suites.rig.members import in_the_path, json_members
from suites.rig.outbox import RESET_TOKEN, Outbox
from suites.rig.passive import carries_secrets
from suites.rig.token_shapes import token_shaped
from suites.rig.valid_calls import valid_call

ONE_DEFECT = {
    "registerUser": {"email": "left out", "password": "too short"},
    "loginUser": {"email": "left out"},
    "refreshToken": {"refreshToken": "in a list"},
    "verifyMfa": {"code": "left out"},
    "confirmPasswordReset": {"newPassword": "left out", "token": "left out"},
}
"""Operations that take secrets, each with the words to spoil, one at a time, and how."""
SECRET_WORDS = frozenset({"password", "newPassword", "refreshToken", "sessionToken", "token"})


def come_in(api: Api) -> tuple[Account, list[Outcome]]:
    """Return an unused account, signed in, and what its registration, where that is open, and its login came to."""
    if "registration" not in api.target.features:
        account = api.fresh_account(signed_in=False)
        return account, [control(api.login(account))]
    account = api.people.person(api.target.profile)
    return account, [control(api.register(account)), control(api.login(account))]


@pytest.mark.requirement("DATA-01")
def test_answers_that_carry_secrets_forbid_storing(api: Api) -> None:
    """A token in a shared cache is everybody's token."""
    account, outcomes = come_in(api)
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
    account, outcomes = come_in(api)
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


@pytest.mark.requirement("DATA-02")
@pytest.mark.feature("reset")
def test_a_mailed_reset_token_is_not_in_the_answer_to_the_request(api: Api, outbox: Outbox) -> None:
    """As above, whatever the token looks like."""
    account = api.fresh_account(signed_in=False)

    asked = control(api.call("requestPasswordReset", email=account.email))

    no_canary(asked.answer, {outbox.token(account.email).reveal(): RESET_TOKEN})


@pytest.mark.requirement("DATA-03")
@pytest.mark.parametrize("operation", ONE_DEFECT)
def test_a_refusal_of_bad_input_repeats_no_secret_that_came_with_it(api: Api, operation: str) -> None:
    """What is echoed is kept by proxies, browsers and error trackers, though only an address was mistyped."""
    if operation not in api.target.operations:
        not_applicable(f"the target has no {operation}")
    account, kinds = api.shared_account(), []

    for spoilt, how in ONE_DEFECT[operation].items():
        if how == "in a list" and spoilt not in json_members(api.target, operation):
            not_applicable(f"its {spoilt} is no member of a JSON body")
        if how == "left out" and in_the_path(api.target, operation, spoilt):
            continue  # without it there is no such path
        inputs = valid_call(operation, api, account).inputs
        sent = {word: made_up_secret(api, word) for word in SECRET_WORDS & inputs.keys()}
        if how == "too short":
            sent[spoilt] = Secret(sent[spoilt].reveal()[-max(api.target.profile.password_min - 1, 7) :])
        defect = {"left out": OMIT, "in a list": [sent.get(spoilt)], "too short": sent.get(spoilt)}[how]
        outcome = api.call(operation, **{**inputs, **sent, spoilt: defect})
        no_canary(outcome.answer, {secret.reveal(): f"the {word} that was sent" for word, secret in sent.items()})
        kinds.append(outcome.kind)

    if Kind.INVALID_INPUT not in kinds:
        undecided(f"no bad input to {operation} was refused as such")


def made_up_secret(api: Api, word: str) -> Secret:
    """Return a password or a token that nobody has, for the input *word*."""
    return api.people.password(api.target.profile) if "assword" in word else Secret(made_up(secrets.token_urlsafe(32)))


@pytest.mark.requirement("DATA-06")
def test_the_baseline_security_headers_are_on_every_answer(api: Api, answers: list[Answer]) -> None:
    """Headers set by handlers are missing where no handler ran: on errors, where they are wanted most."""
    if api.target.profile.security_headers == "gateway":
        not_applicable("the profile says that a gateway sets them")
    for answer in answers:
        security_headers(answer)
