"""401: who is asking is not known. Not 403, not 404, never a server error; and it says how to authenticate."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from contract.answers import Kind, Request
from contract.checks import challenge, status
from contract.secret import Secret
from suites.rig.access_tokens import own_token
from suites.rig.api import Api
from suites.rig.authorization_field import field_word, saying, without_credentials
from suites.rig.guessing import refused_login
from suites.rig.judging import control, never, not_applicable, refused_as, undecided
from suites.rig.valid_calls import SECURED, caller_of, takes_access_token, valid_call

WRONG_PASSWORDS = {
    "another": "not the password at all",
    "short": "x",
    "blank": " ",
    "thousand": "x" * 1000,
    "non-latin": "пароль-密码-🔑",
    "a hash": "$argon2id$v=19$m=19456,t=2,p=1$c29tZXNhbHQ$bm90IGEgcmVhbCBoYXNo",
}

MALFORMED: dict[str, Callable[[str, str], list[str]]] = {
    "the scheme alone": lambda word, _: [word],
    "the scheme and a blank": lambda word, _: [f"{word} "],
    "a second word after the token": lambda word, token: [f"{word} {token} again"],
    "no blank after the scheme": lambda word, token: [f"{word}{token}"],
    "another scheme": lambda _, token: [f"Basic {token}"],
}
NOT_HTTP: dict[str, Callable[[str, str], list[str]]] = {
    "octets outside ASCII": lambda word, token: [f"{word} {token}\xff\xfe"],
    "64 kB": lambda word, _: [f"{word} {'x' * 65_536}"],
    "the field twice, the live token first": lambda word, token: [f"{word} {token}", f"{word} rubbish"],
    "the field twice, the live token last": lambda word, token: [f"{word} rubbish", f"{word} {token}"],
}
"""What a server may refuse before any application sees it."""


@pytest.mark.requirement("HTTP-01")
def test_a_401_says_how_to_authenticate(api: Api) -> None:
    """A client that is told only "no" cannot know what to send."""
    control(api.as_(api.shared_account(), "getCurrentUser"))

    stranger = api.people.stranger()
    answers = [api.call("getCurrentUser").answer, api.call("loginUser", email=stranger, password="wrong").answer]
    refusals = [answer for answer in answers if answer.status == 401]

    for answer in refusals:
        challenge(answer)
    if not refusals:
        undecided("no probe was answered 401")


@pytest.mark.requirement("LOGIN-02")
@pytest.mark.parametrize("shape", WRONG_PASSWORDS)
def test_a_wrong_password_is_401_whatever_its_shape(api: Api, shape: str) -> None:
    """A server error tells the user nothing and the attacker something."""
    account = api.fresh_account()

    outcome = never(api.call("loginUser", email=account.email, password=WRONG_PASSWORDS[shape]), because=shape)

    refused_login(outcome.answer, *([400, 413, 422] if shape == "thousand" else []))


@pytest.mark.requirement("TOK-01")
@pytest.mark.parametrize("operation", SECURED)
def test_a_secured_operation_without_credentials_is_401(api: Api, operation: str) -> None:
    """403 would say "not you", 404 "not here", and success would say it to everybody."""
    if operation not in api.target.operations:
        not_applicable(f"the target has no {operation}")
    if not takes_access_token(api.target, operation):  # as a revocation, which a client asks for: RFC 7009
        not_applicable(f"its {operation} takes no access token")
    account = caller_of(operation, api)
    call = valid_call(operation, api, account)

    refused = api.call(operation, **call.inputs)

    status(refused.answer, 401)
    control(api.as_(account, operation, **call.inputs), call.kind, *call.also)


@pytest.mark.requirement("TOK-02")
def test_a_challenge_says_whether_a_token_was_missing_bad_or_too_weak(api: Api) -> None:
    """A client refreshes on a bad token, asks to log in without one, and gives up on a weak one: it must know which."""
    if field_word(api.target).lower() != "bearer":
        not_applicable("its tokens are no bearer tokens of RFC 6750")
    account = api.visitor()
    control(api.as_(account, "getCurrentUser"))

    challenge(api.call("getCurrentUser").answer, scheme="Bearer", error="")
    challenge(api.with_token(account, Secret("rubbish")).answer, scheme="Bearer", error="invalid_token")
    if "listUsers" in api.target.operations and api.target.profile.forbidden == "forbidden":
        weak = api.as_(account, "listUsers")
        if weak.kind is not Kind.ACCEPTED:  # whether it is refused is AUTHZ-01's question
            challenge(weak.answer, scheme="Bearer", error="insufficient_scope")
    if "logoutUser" in api.target.operations:
        ended = account.session
        control(api.as_(account, "logoutUser"))
        revoked = api.call("getCurrentUser", ended)
        if revoked.kind is not Kind.ACCEPTED:  # whether it is refused is SESS-08's question
            challenge(revoked.answer, scheme="Bearer", error="invalid_token")


@pytest.mark.requirement("TOK-03")
@pytest.mark.parametrize("fault", [*MALFORMED, *NOT_HTTP])
def test_a_malformed_authorization_field_is_refused(api: Api, fault: str) -> None:
    """What splits the field at a blank fails on one without; what takes the first of two lets the second one hide."""
    word, account = field_word(api.target), api.shared_account()
    values = {**MALFORMED, **NOT_HTTP}[fault](word, own_token(account))

    def malformed(request: Request) -> Request:
        return replace(saying(request, *values), layer="transport" if fault in NOT_HTTP else "application")

    outcome = api.call_raw("getCurrentUser", without_credentials(account.session), mutate=malformed)

    refused_as(Kind.REFUSED_TOKEN, outcome, because=fault, over_long=fault == "64 kB")
    control(api.as_(account, "getCurrentUser"))
