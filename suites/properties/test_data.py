"""What answers must not repeat, and to whom they must not be shown."""

from __future__ import annotations

import secrets
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import strategies as st

from contract.answers import Answer, Request
from contract.checks import cors_grant, no_canary, no_cors_grant
from contract.places import OMIT
from contract.secret import Secret
from suites.properties.exploring import Explorer
from suites.properties.strategies.fields import origins_near
from suites.properties.strategies.json_edits import values
from suites.rig.api import Api
from suites.rig.derivation import made_up
from suites.rig.judging import not_applicable, not_exercised
from suites.rig.members import json_members
from suites.rig.valid_calls import valid_call

SECRET_WORDS = frozenset({"password", "newPassword", "refreshToken", "sessionToken", "token"})
TAKING_SECRETS = ("registerUser", "loginUser", "refreshToken", "verifyMfa", "confirmPasswordReset")


@pytest.mark.requirement("DATA-03")
def test_no_refusal_repeats_a_secret_whatever_is_wrong_beside_it(api: Api, explore: Explorer) -> None:
    """What is echoed is kept by proxies, browsers and error trackers, though only an address was mistyped."""
    operations = [each for each in TAKING_SECRETS if json_members(api.target, each)]
    if not operations:
        not_applicable("no operation of the target takes secrets in JSON")
    account = api.shared_account()

    def judge(drawn: tuple[str, int, Any, bool]) -> None:
        operation, which, value, in_a_list = drawn
        inputs = valid_call(operation, api, account).inputs
        sent = {word: secret_for(api, word) for word in SECRET_WORDS & inputs.keys()}
        spoilt = sorted(inputs)[which % len(inputs)]
        defect = [sent[spoilt]] if in_a_list and spoilt in sent else value
        outcome = api.call(operation, **{**inputs, **sent, spoilt: defect})
        no_canary(outcome.answer, {secret.reveal(): f"the {word} that was sent" for word, secret in sent.items()})

    spoiling = values() | st.just(OMIT)
    explore.cases(st.tuples(st.sampled_from(operations), st.integers(0, 7), spoiling, st.booleans()), judge)


def secret_for(api: Api, word: str) -> Secret:
    """Return a password or a token that nobody has, for the input *word*."""
    return api.people.password(api.target.profile) if "assword" in word else Secret(made_up(secrets.token_urlsafe(32)))


@pytest.mark.requirement("DATA-07")
def test_no_origin_near_the_listed_one_is_let_in(api: Api, explore: Explorer) -> None:
    """A page that its visitor never meant to trust reads the visitor's data with the visitor's credentials."""
    own = api.target.profile.allowed_origin
    if "cors" in api.target.features and not own:
        not_exercised("needs allowed_origin in [profile] of the target file")

    def read_from(origin: str) -> Answer:
        def from_page(request: Request) -> Request:
            return replace(request, headers=(*request.headers, ("Origin", origin)))

        return api.as_(api.shared_account(), "getCurrentUser", mutate=from_page).answer

    explore.cases(origins_near(own or "https://app.example.com"), lambda origin: no_cors_grant(read_from(origin)))
    if own:
        cors_grant(read_from(own), own)
