"""Operations as flows: the order of steps, what goes into each, what is taken along, and what is refused beforehand."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from contract.answers import Answer, Kind
from contract.document import contract_document
from contract.errors import HarnessError, NotTestable
from contract.flows import EndedEarly, Outcome, finish, perform, run_errand, up_to_last
from contract.places import OMIT
from contract.recorded import run_recorded
from contract.secret import Secret
from contract.session import ANONYMOUS, Session
from contract.targets.model import Errand, Operation, Rule, Scheme, Step, Target
from contract.words import INPUTS, NEVER_GIVEN, user_name
from suites.selftest.small_targets import LOGIN, URL, says, speaking

EMAIL, PASSWORD = "Ada.L@example.com", Secret("correct horse")


def bodies(outcome: Outcome) -> list[Any]:
    return [json.loads(answer.request.body or b"null") for answer in outcome.answers]


START = Step("POST", "/start", send={"email": "/mail"}, capture={"ticket": "/id"}, then=frozenset({Kind.PENDING}))
FINISH = Step("POST", "/finish", send={"ticket": "/id", "password": "/pass"}, capture={"accessToken": "/token"})
INTERACTIVE = speaking(START, FINISH, answers={"loginUser": (Rule(Kind.PENDING, (401,), has="/id"),)})


def login(target: Target, *answers: Answer, **how: Any) -> Outcome:
    return run_recorded(perform(target, "loginUser", **{"email": EMAIL, "password": PASSWORD, **how}), answers)


def test_what_one_step_captures_is_there_for_the_next() -> None:
    outcome = login(INTERACTIVE, says("POST /start", 401, {"id": "t-1"}), says("POST /finish", 200, {"token": "at"}))

    assert bodies(outcome) == [{"mail": EMAIL}, {"id": "t-1", "pass": "correct horse"}]
    assert (outcome.kind, outcome.session.access_token) == (Kind.ACCEPTED, Secret("at"))
    assert outcome.session.values == {"ticket": Secret("t-1")}


@pytest.mark.parametrize(("status", "kind"), [(409, Kind.CONFLICT), (200, Kind.ACCEPTED), (0, Kind.NO_ANSWER)])
def test_a_flow_ends_where_the_target_file_does_not_go_on(status: int, kind: Kind) -> None:
    outcome = login(INTERACTIVE, says("POST /start", status))

    assert (outcome.kind, len(outcome.answers)) == (kind, 1)


def test_an_input_that_is_a_function_is_called_when_its_step_is_due() -> None:
    """A mailed code does not exist before the step that sends the mail."""
    called: list[str] = []
    step = replace(FINISH, send={"code": "/code"})
    target = speaking(START, step, answers=INTERACTIVE.answers)
    flow = perform(target, "loginUser", email=EMAIL, password=PASSWORD, code=lambda: called.append("now") or "123456")
    with pytest.raises(HarnessError, match="loginUser takes no 'password'"):
        next(flow)

    target = speaking(START, replace(FINISH, send={"code": "/code", "password": "/p"}), answers=INTERACTIVE.answers)
    flow = perform(target, "loginUser", email=EMAIL, password=PASSWORD, code=lambda: called.append("now") or "123456")
    next(flow)
    assert called == []
    request = flow.send(says("POST /start", 401, {"id": "t"}))
    assert (called, json.loads(request.body)["code"]) == (["now"], "123456")


def test_only_the_last_step_is_mutated_and_given_more() -> None:
    """A check that varies an operation varies what is judged."""
    outcome = login(
        INTERACTIVE,
        says("POST /start", 401, {"id": "t"}),
        says("PUT /finish", 400),
        mutate=lambda request: replace(request, method="PUT"),
        extra={"/role": "admin"},
    )

    assert bodies(outcome) == [{"mail": EMAIL}, {"id": "t", "pass": "correct horse", "role": "admin"}]


@pytest.mark.parametrize("value", [None, ["a"], 7, {"a": 1}, ""])
def test_an_input_may_be_any_json_value(value: Any) -> None:
    assert bodies(login(speaking(LOGIN), says("POST /login", 422), email=value)) == [
        {"mail": value, "pass": "correct horse"}
    ]


def test_an_input_may_be_left_out() -> None:
    assert bodies(login(speaking(LOGIN), says("POST /login", 422), password=OMIT)) == [{"mail": EMAIL}]


@pytest.mark.parametrize(
    ("target", "operation", "inputs", "message"),
    [
        (
            speaking(LOGIN),
            "setupMfa",
            {},
            "acme: no way to setupMfa: there is no [operations.setupMfa].",
        ),
        (speaking(LOGIN), "loginUser", {"email": "a"}, "acme: loginUser needs 'password', and nobody gave it."),
        (
            speaking(replace(LOGIN, send={"email": "/mail"})),
            "loginUser",
            {"email": "a", "password": "b"},
            "acme: loginUser takes no 'password': its target file sends it nowhere.",
        ),
        (
            speaking(LOGIN),
            "loginUser",
            {"email": "a", "pasword": "b"},
            "loginUser: unknown input 'pasword'. Did you mean 'password'? Valid: email, password.",
        ),
        (
            speaking(replace(LOGIN, send={"tenant": "/t"}), operation="getReadiness"),
            "getReadiness",
            {},
            "acme: getReadiness needs 'tenant', and nobody gave it.",
        ),
        (
            speaking(Step("POST", "/refresh", send={"refreshToken": "/r"}), operation="refreshToken"),
            "refreshToken",
            {},
            "acme: refreshToken needs 'refreshToken', and nobody gave it.",
        ),
    ],
)
def test_what_would_test_nothing_is_refused(target: Target, operation: str, inputs: Any, message: str) -> None:
    with pytest.raises(HarnessError) as caught:
        next(perform(target, operation, **inputs))
    assert str(caught.value) == message


def test_what_the_contract_leaves_open_may_be_missing_or_have_no_place() -> None:
    register = Step("POST", "/users", send={"email": "/mail", "password": "/pass", "displayName": "/name"})
    with_name, without = (
        speaking(replace(register, send={word: register.send[word] for word in words}), operation="registerUser")
        for words in (("email", "password", "displayName"), ("email", "password"))
    )
    given = {"email": EMAIL, "password": PASSWORD, "displayName": "Ada", "username": "ada"}

    assert json.loads(next(perform(with_name, "registerUser", email=EMAIL, password=PASSWORD)).body).keys() == {
        "mail",
        "pass",
    }
    assert json.loads(next(perform(with_name, "registerUser", **given)).body)["name"] == "Ada"
    assert "name" not in json.loads(next(perform(without, "registerUser", **given)).body)


def test_a_token_that_the_session_lacks_stays_out() -> None:
    """Requests without a token are a case to be tested, not a fault of ours."""
    target = speaking(Step("POST", "/me", send={"accessToken": "/t"}, auth="session"), operation="getCurrentUser")

    assert next(perform(target, "getCurrentUser")).body == b""
    assert next(perform(target, "getCurrentUser", Session(access_token=Secret("at")))).body == b'{"t": "at"}'


@pytest.mark.parametrize(
    ("pattern", "email", "name"),
    [
        ("", EMAIL, "Ada_L_example_com"),
        ("u-{id}-x", EMAIL, "u-Ada_L_example_com-x"),
        ("", None, None),
        ("u-{id}", ["a"], ["a"]),
        ("", OMIT, OMIT),
    ],
)
def test_a_user_name_goes_with_its_address(pattern: str, email: Any, name: Any) -> None:
    """Checks speak of addresses; what they do to them must reach a target that knows user names."""
    assert user_name(replace(speaking(LOGIN), username_pattern=pattern), email) == name


def test_a_given_user_name_is_taken_as_it_is() -> None:
    target = speaking(replace(LOGIN, send={"username": "/user", "password": "/pass"}))

    assert bodies(login(target, says("POST /login", 401))) == [{"user": "Ada_L_example_com", "pass": "correct horse"}]
    assert bodies(login(target, says("POST /login", 401), username="ada")) == [{"user": "ada", "pass": "correct horse"}]


def test_a_login_begins_without_the_tokens_of_an_earlier_one() -> None:
    """Else a login that gives nothing would look as if it had given the old token."""
    earlier = Session(Secret("at"), Secret("rt"), Secret("ch"), Secret("csrf"), {"lang": Secret("en")})
    outcome = run_recorded(
        perform(speaking(LOGIN), "loginUser", earlier, email=EMAIL, password=PASSWORD), [says("POST /login", 200, {})]
    )

    assert outcome.kind is Kind.UNRECOGNISED
    assert outcome.session == Session(csrf=Secret("csrf"), cookies={"lang": Secret("en")})


@pytest.mark.parametrize(("status", "left"), [(204, None), (401, Secret("at")), (503, Secret("at"))])
def test_a_logout_clears_the_session_if_it_was_accepted(status: int, left: Secret | None) -> None:
    target = speaking(Step("POST", "/out", "none", auth="session"), operation="logoutUser")
    outcome = run_recorded(
        perform(target, "logoutUser", Session(Secret("at"), headers={"X-Id": Secret("1")})),
        [says("POST /out", status)],
    )

    assert outcome.session == Session(left, headers={"X-Id": Secret("1")} if left else {})


def test_a_word_that_another_operation_would_have_given_is_made_up() -> None:
    """Who has begun no set-up and confirms one all the same must be refused by the target, not by us."""
    setup = Operation("setupMfa", (Step("POST", "/mfa", "none", capture={"secret": "/key", "setup": "/state"}),))
    confirm = Step("POST", "/mfa/{setup}", send={"setup": "path:setup", "code": "/code"})
    target = speaking(confirm, operation="verifyMfaSetup")
    target = replace(target, operations={**target.operations, "setupMfa": setup})
    begun = run_recorded(perform(target, "setupMfa"), [says("POST /mfa", 200, {"key": "K", "state": "s1"})]).session

    assert next(perform(target, "verifyMfaSetup", begun, code="1")).url == f"{URL}/mfa/s1"
    assert next(perform(target, "verifyMfaSetup", code="1")).url == f"{URL}/mfa/{NEVER_GIVEN}"


def test_what_was_typed_in_is_kept_for_the_second_factor() -> None:
    """Some targets want the password once more, beside the code."""
    verify = replace(LOGIN, send={**LOGIN.send, "code": "/code"})
    target = speaking(LOGIN, answers={"loginUser": (Rule(Kind.CHALLENGED, (401,), has="/otp"),)})
    target = replace(target, operations={**target.operations, "verifyMfa": Operation("verifyMfa", (verify,))})
    challenged = login(target, says("POST /login", 401, {"otp": True}))
    request = next(perform(target, "verifyMfa", challenged.session, code="123456"))

    assert json.loads(request.body) == {"mail": EMAIL, "pass": "correct horse", "code": "123456"}
    assert "correct horse" not in repr(challenged.session)


def test_an_errand_is_a_flow_like_any_other() -> None:
    errand = Errand("mail", (Step("GET", "/activate/{key}", "none", send={"token": "path:key"}),))
    outcome = run_recorded(run_errand(speaking(LOGIN), errand, token=Secret("k")), [says("GET /activate/k", 204)])

    assert (outcome.kind, outcome.answer.request.operation) == (Kind.ACCEPTED, "")


def test_a_flow_can_be_brought_to_its_last_step_and_held_there() -> None:
    """Races let the last requests of several flows go at one moment, and the CSRF page is not the last request."""
    scheme = Scheme(csrf="header:X-CSRF", csrf_from="/csrf", renew={"csrf": "cookie:csrf"})
    answers = [says("GET /csrf", 200, None, ("Set-Cookie", "csrf=c1")), says("POST /start", 401, {"id": "t-1"})]
    target = replace(INTERACTIVE, scheme=scheme)
    flow, request = up_to_last(target, "loginUser", ANONYMOUS, lambda _: answers.pop(0), email=EMAIL, password=PASSWORD)

    assert (request.url, json.loads(request.body)["id"], answers) == (f"{URL}/finish", "t-1", [])
    assert finish(flow, says("POST /finish", 200, {"token": "at"})).session.access_token == Secret("at")
    with pytest.raises(NotTestable) as caught:
        up_to_last(target, "loginUser", ANONYMOUS, lambda _: says("POST /", 409), email=EMAIL, password=PASSWORD)
    assert str(caught.value) == "loginUser came to an end before its last step: conflict."


@pytest.mark.parametrize(
    ("answers", "message"),
    [
        ([], "the flow sends POST /start after the last of 0 recorded answers"),
        ([says("GET /start", 200)], "recorded answer 1 is to GET /start, the flow sends POST /start"),
        (
            [says("POST /start", 409), says("POST /finish", 200)],
            "the flow ended before the recorded answer to POST /finish",
        ),
    ],
)
def test_a_recording_that_does_not_fit_is_no_proof(answers: list[Answer], message: str) -> None:
    with pytest.raises(HarnessError) as caught:
        login(INTERACTIVE, *answers)
    assert str(caught.value) == message


def test_the_inputs_of_each_operation_are_those_of_the_contract() -> None:
    document = contract_document()
    for id, spec in document.operations.items():
        body = next(iter(spec.request_media.values()), None)
        schema = document.resolve(document.at(body), body)[0] if body else {}
        needs = {each.name for each in spec.parameters if each.place == "path"} | set(schema.get("required", ()))
        may = {each.name for each in spec.parameters} | set(schema.get("properties", ()))

        assert (INPUTS[id].needs, INPUTS[id].may) == (needs, may - needs), id
    assert INPUTS.keys() == document.operations.keys()


def test_who_is_refused_at_an_early_step_is_not_in_the_race() -> None:
    """A second registration of one address may be refused before the step that would be raced for."""
    target = speaking(LOGIN, Step("POST", "/verify", send={"code": "/key"}))
    refused = says("POST /login", 400, {"code": "taken"})

    with pytest.raises(EndedEarly, match="came to an end before its last step: invalid-input") as ended:
        up_to_last(target, "loginUser", ANONYMOUS, lambda _: refused, email=EMAIL, password=PASSWORD, code=Secret("k"))

    assert ended.value.outcome.answer is refused
