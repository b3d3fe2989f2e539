"""400, 422, or success: texts that databases and codecs dislike are refused or kept, and are never a server error."""

from __future__ import annotations

from dataclasses import replace

import pytest

from contract.answers import Kind, Request
from contract.encoding import places_of
from contract.errors import ContractViolation
from contract.secret import Secret
from suites.rig.api import Api
from suites.rig.judging import control, expect, not_applicable, survived
from suites.rig.valid_calls import valid_call

NO_UTF8 = "NoUtf8HereAtAll"
"""Stands for bytes that are no UTF-8, which no text can hold, until the request is written."""
ODD = {
    "NUL": "\0",
    "half a surrogate pair": "\ud800",
    "non-characters": "\uffff\U0001fffe",
    "astral characters": "\U0001d49c\U0001f511",
    "bytes that are no UTF-8": NO_UTF8,
}
TAKING_TOKENS = ("loginUser", "refreshToken", "verifyMfa", "requestPasswordReset", "confirmPasswordReset")
OF_THE_ACCOUNT = frozenset({"refreshToken", "requestPasswordReset"})
"""Operations whose valid call uses up what the account has, or what it may ask for."""
FIELDS = ("Authorization", "User-Agent", "Accept-Language", "X-Request-ID")


def with_bytes(request: Request) -> Request:
    """Return *request* with bytes in place of `NO_UTF8`."""
    form = "form-urlencoded" in (request.header("content-type") or "")
    return replace(request, body=request.body.replace(NO_UTF8.encode(), b"%FF%FE" if form else b"\xff\xfe"))


@pytest.mark.requirement("HTTP-09")
@pytest.mark.parametrize("text", ODD)
@pytest.mark.parametrize("word", ["email", "password"])
def test_odd_text_registers_and_logs_in_or_is_refused(api: Api, word: str, text: str) -> None:
    """A user whose password manager likes emoji must get an account or a reason."""
    if "registerUser" not in api.target.operations:
        not_applicable("the target has no registerUser")
    if ODD[text] == NO_UTF8 and len(api.target.operations["registerUser"].steps) > 1:
        not_applicable("its registration has several steps, of which only the last can be given bytes")
    api.shared_account()  # the control: plain texts register and log in
    person = api.people.person(api.target.profile)
    if word == "email":
        person.email = f"a{ODD[text]}{person.email}"
    else:
        person.password = Secret(f"{person.password.reveal()} {ODD[text]}!")

    outcome = survived(api.register(person, mutate=with_bytes), because=f"{text} in the {word}")

    if outcome.kind is Kind.ACCEPTED:
        expect(api.login(person, mutate=with_bytes), Kind.ACCEPTED, because=f"{text} in the {word}, as registered")


@pytest.mark.requirement("HTTP-09")
@pytest.mark.parametrize("text", ODD)
def test_odd_text_in_a_name_is_kept_as_it_is_or_refused(api: Api, text: str) -> None:
    """A name that comes back with holes in it was stored by something that could not hold it."""
    if not {"updateCurrentUser", "getCurrentUser"} <= api.target.operations.keys():
        not_applicable("the target has no profile that can be changed")
    account, name = api.fresh_account(), f"Ada {ODD[text]} L."
    control(api.as_(account, "updateCurrentUser", displayName="Ada L."))

    outcome = api.as_(account, "updateCurrentUser", displayName=name, mutate=with_bytes)

    if survived(outcome, because=f"{text} in the name").kind is not Kind.ACCEPTED:
        return
    profile = expect(api.as_(account, "getCurrentUser"), Kind.ACCEPTED, because=f"{text} in the name")
    if profile.session.values.get("displayName", name) != name:
        raise ContractViolation(
            f"a name with {text} is accepted, and not kept as it was",
            expected=ascii(name),
            actual=ascii(profile.session.values["displayName"]),
            answer=profile.answer,
        )


@pytest.mark.requirement("HTTP-09")
@pytest.mark.parametrize("operation", TAKING_TOKENS)
def test_odd_text_in_credentials_and_tokens_is_no_server_error(api: Api, operation: str) -> None:
    """Anybody can send anything here, without an account and as often as he likes."""
    if operation not in api.target.operations:
        not_applicable(f"the target has no {operation}")
    step = api.target.operations[operation].steps[-1]
    account = api.fresh_account() if operation in OF_THE_ACCOUNT else api.shared_account()
    call = valid_call(operation, api, account)

    for word, usual in call.inputs.items():
        places = places_of(step, word) or (places_of(step, "username") if word == "email" else ())
        if not any(place.startswith("/") for place in places):
            continue  # it is sent nowhere, or where HTTP says what can stand
        for text, odd in ODD.items():
            plain = usual.reveal() if isinstance(usual, Secret) else usual
            inputs = {**call.inputs, "email": api.people.stranger()} if operation == "loginUser" else {**call.inputs}
            inputs[word] = f"{odd}{plain}"
            if word == "email":
                inputs["username"] = inputs[word]
            survived(api.call(operation, **inputs, mutate=with_bytes), because=f"{text} in the {word}")

    control(api.call(operation, **call.inputs), call.kind)


@pytest.mark.requirement("HTTP-09")
@pytest.mark.parametrize("field", FIELDS)
def test_bytes_beyond_ascii_in_a_header_field_are_no_server_error(api: Api, field: str) -> None:
    """HTTP lets them through, and a server that decodes them as UTF-8 falls over its own log."""
    if "getCurrentUser" not in api.target.operations:
        not_applicable("the target has no getCurrentUser")

    def with_field(request: Request) -> Request:
        others = tuple(pair for pair in request.headers if pair[0].lower() != field.lower())
        return replace(request, headers=(*others, (field, "Bearer \xff\xfe\x80")))

    account = api.shared_account()
    survived(api.call("getCurrentUser", account.session, mutate=with_field), because=f"odd bytes in {field}")
    control(api.as_(account, "getCurrentUser"))
