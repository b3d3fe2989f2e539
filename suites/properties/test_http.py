"""Requests that break the rules of HTTP and JSON somewhere, and answers that must not break with them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import strategies as st

from contract.answers import Answer, Kind, Request
from contract.checks import status
from contract.errors import ContractViolation
from contract.session import ANONYMOUS, Session
from suites.properties.exploring import Explorer
from suites.properties.guessed import Guessed
from suites.properties.strategies.fields import accepted_types, identifiers, other_media_types
from suites.properties.strategies.json_edits import Edit, byte_edits, is_one_object, no_texts
from suites.properties.strategies.texts import log_uniform, visible, with_odd_places
from suites.rig.api import Api
from suites.rig.identities import Account
from suites.rig.judging import control, described, expect, hung_up, never, not_applicable, survived
from suites.rig.members import FIRST, LAST, json_members, repeating
from suites.rig.valid_calls import SECURED, valid_call

TAKING_JSON = ("loginUser", "registerUser", "refreshToken", "updateCurrentUser", "requestPasswordReset", "verifyMfa",
               "confirmPasswordReset")  # fmt: skip
LARGEST_BYTES = 4_000_000
DEEPEST = 200_000
ODD_FIELDS = ("User-Agent", "Accept-Language", "X-Request-ID", "Referer")


def taking_json(api: Api) -> list[str]:
    """Return the operations of the target whose body is JSON; where there is none, nothing applies."""
    found = [each for each in TAKING_JSON if json_members(api.target, each)]
    return found or not_applicable(f"the target has none of {', '.join(TAKING_JSON)} that takes JSON")


def session_for(operation: str, account: Account) -> Session:
    """Return the session with which *account* performs *operation*: its own only where one is needed."""
    return account.session if operation in SECURED else ANONYMOUS


@pytest.mark.requirement("HTTP-04")
def test_json_under_any_other_media_type_is_not_read(api: Api, explore: Explorer) -> None:
    """A foreign page may send text and forms to anywhere without asking; JSON it may not."""
    operations, account = taking_json(api), api.shared_account()
    calls = {
        each: valid_call(each, api, account) for each in operations if each not in ("registerUser", "refreshToken")
    }

    def judge(drawn: tuple[str, str]) -> None:
        operation, label = drawn

        def relabelled(request: Request) -> Request:
            others = tuple(pair for pair in request.headers if pair[0].lower() != "content-type")
            return replace(request, headers=(*others, ("Content-Type", label)) if label else others)

        session = session_for(operation, account)
        outcome = never(
            api.call(operation, session, mutate=relabelled, **calls[operation].inputs), because=label or "none"
        )
        status(outcome.answer, 415, 400, 422)

    explore.cases(st.tuples(st.sampled_from(sorted(calls)), other_media_types()), judge)
    for operation, call in calls.items():
        control(api.call(operation, session_for(operation, account), **call.inputs), call.kind)


@pytest.mark.requirement("HTTP-05")
def test_whatever_is_accepted_the_answer_is_406_or_says_what_it_is(api: Api, explore: Explorer) -> None:
    """JSON that calls itself what was asked for is opened by what was asked for."""
    account = api.shared_account()

    def judge(accepted: str) -> None:
        def asking(request: Request) -> Request:
            others = tuple(pair for pair in request.headers if pair[0].lower() != "accept")
            return replace(request, headers=(*others, ("Accept", accepted)))

        answer = survived(api.as_(account, "getCurrentUser", mutate=asking), because=f"Accept: {accepted}").answer
        if status(answer, 200, 406, 400).status == 200 and "json" not in answer.media_type:
            raise ContractViolation(
                "JSON is sent under another label",
                expected="application/json, or 406",
                actual=answer.media_type or "no Content-Type",
                answer=answer,
            )

    explore.cases(accepted_types(), judge)


@pytest.mark.requirement("HTTP-07")
def test_no_body_that_is_not_one_json_object_is_read(api: Api, explore: Explorer) -> None:
    """A parser's exception that nobody caught is a server error; one that forgives reads what nobody wrote."""
    operations, account = taking_json(api), api.shared_account()
    calls = {each: valid_call(each, api, account) for each in operations}

    def judge(drawn: tuple[str, Edit]) -> None:
        operation, edit = drawn
        spoilt: list[bytes] = []

        def spoil(request: Request) -> Request:
            spoilt.append(edit(request.body))
            return replace(request, body=request.body if is_one_object(spoilt[-1]) else spoilt[-1])

        call = calls[operation]
        inputs = {**call.inputs, "email": api.people.stranger()} if "email" in call.inputs else dict(call.inputs)
        if operation == "refreshToken":
            inputs["refreshToken"] = "not one that was given out"
        outcome = api.call(operation, session_for(operation, account), mutate=spoil, **inputs)
        if spoilt and not is_one_object(spoilt[-1]):
            status(outcome.answer, 400, 422)

    explore.cases(st.tuples(st.sampled_from(operations), byte_edits()), judge)
    control(api.login(api.shared_account()))


@pytest.mark.requirement("HTTP-08")
def test_no_value_of_another_type_is_taken_for_a_text(api: Api, explore: Explorer) -> None:
    """A method of texts that is called on a number takes the request down with it."""
    operations, account = taking_json(api), api.shared_account()
    calls = {each: valid_call(each, api, account) for each in operations if each != "updateCurrentUser"}
    places = [(operation, word) for operation, call in calls.items()
              for word in json_members(api.target, operation) if word in call.inputs]  # fmt: skip

    def judge(drawn: tuple[tuple[str, str], Any]) -> None:
        (operation, word), value = drawn
        because = f"its {word} of another type"
        inputs = {**calls[operation].inputs, **({"email": api.people.stranger()} if operation == "loginUser" else {})}
        outcome = never(api.call(operation, **{**inputs, word: value}), because=because)
        if not api.target.speaks_contract and outcome.kind is calls[operation].kind:
            return  # refused before its members were looked at, for a token that was made up
        text = status(outcome.answer, 400, 422).body.decode("utf-8", "replace").lower()
        if json_members(api.target, operation)[word].lower() not in text and word.lower() not in text:
            raise ContractViolation(
                f"{operation} with {because} is refused without saying so",
                expected=f"an error that names {word}",
                actual="one that does not",
                answer=outcome.answer,
            )

    explore.cases(st.tuples(st.sampled_from(places), no_texts()), judge)
    control(api.login(account))


@pytest.mark.requirement("HTTP-09")
def test_no_odd_text_is_a_server_error_or_comes_back_changed(api: Api, explore: Explorer) -> None:
    """A user whose password manager likes emoji must get an account or a reason."""
    named = {"updateCurrentUser", "getCurrentUser"} <= api.target.operations.keys()
    account = api.fresh_account()

    def judge(drawn: tuple[str, str]) -> None:
        place, text = drawn
        because = f"odd text as {place}"
        if place == "name" and named:
            outcome = survived(api.as_(account, "updateCurrentUser", displayName=text), because=because)
            if outcome.kind is not Kind.ACCEPTED:
                return
            profile = expect(api.as_(account, "getCurrentUser"), Kind.ACCEPTED, because=because)
            if profile.session.values.get("displayName", text) != text:
                raise ContractViolation(
                    "a name is accepted, and not kept as it was",
                    expected=ascii(text),
                    actual=ascii(profile.session.values["displayName"]),
                    answer=profile.answer,
                )
            return
        person = api.people.person(api.target.profile)
        inputs: dict[str, Any] = {"email": person.email, "password": person.password.reveal()}
        inputs |= (
            {"email": f"{text}{person.email}"} if place == "email" else {"password": f"{text}{inputs['password']}"}
        )
        survived(api.call("loginUser", **inputs), because=because)
        if "registerUser" in api.target.operations:
            survived(api.register(person, **inputs), because=because)

    explore.cases(st.tuples(st.sampled_from(["name", "email", "password"]), with_odd_places()), judge)
    control(api.login(account))


@pytest.mark.requirement("HTTP-10")
def test_no_size_and_no_depth_hangs_or_fails_the_server(api: Api, explore: Explorer) -> None:
    """The limit that hurts is rarely a round number, and the next user pays for it."""
    budget_s, account = api.target.profile.dependency_budget_s, api.fresh_account(signed_in=False)
    deep = "password" in json_members(api.target, "loginUser")

    def judge(drawn: tuple[bool, int]) -> None:
        nested, size = drawn

        def nest(request: Request) -> Request:
            return replace(request, body=b'{"a": %s%s}' % (b"[" * size, b"]" * size)) if nested else request

        password = "x" if nested else "x" * size
        answer = api.call("loginUser", mutate=nest, email=api.people.stranger(), password=password).answer
        answered = 0 < answer.status < 500 or hung_up(answer)
        what = f"arrays {size} deep" if nested else f"a password of {size} bytes"
        if not answered or answer.elapsed_s > budget_s:
            raise ContractViolation(
                f"a login with {what} is not refused in time",
                expected=f"a refusal, or an answer, within {budget_s:g} s",
                actual=f"{described(answer)} after {answer.elapsed_s:.1f} s",
                answer=answer,
            )

    sizes = st.tuples(st.just(False), log_uniform(1, LARGEST_BYTES))
    depths = st.tuples(st.just(True), log_uniform(1, DEEPEST))
    explore.cases(sizes | depths if deep else sizes, judge, most=60)
    expect(api.login(account), Kind.ACCEPTED, because="the right password, afterwards")


@pytest.mark.requirement("HTTP-11")
def test_of_any_repeated_member_the_same_one_counts_everywhere(api: Api, explore: Explorer) -> None:
    """What one service checks and another one acts on are two values then, and the second was never checked."""
    members = {operation: json_members(api.target, operation) for operation in ("registerUser", "loginUser")}
    if not all({"email", "password"} <= each.keys() for each in members.values()):
        not_applicable("the target takes no JSON for both registration and login")
    seen: dict[str, str] = {}
    guessed = Guessed(api)

    def counted(which: str, operation: str, answer: Answer) -> None:
        seen.setdefault(which, operation)
        if len(seen) > 1:
            raise ContractViolation(
                f"of a repeated member {FIRST} counts at one endpoint, {LAST} at another",
                expected="a refusal, or the same one everywhere",
                actual="; ".join(f"{which} at {operation}" for which, operation in seen.items()),
                answer=answer,
            )

    def judge(drawn: tuple[str, str, bool]) -> None:
        operation, text, comes_first = drawn
        password = api.people.password(api.target.profile).reveal()
        member = members[operation]["password"]
        if operation == "registerUser":
            person = api.people.person(api.target.profile)
            right = person.password.reveal()
            values = (right, password) if comes_first else (password, right)
            outcome = survived(api.register(person, mutate=repeating(member, right, *values)), because="it twice")
            if outcome.kind is Kind.ACCEPTED:
                is_mine = api.call("loginUser", email=person.email, password=right).kind is Kind.ACCEPTED
                counted(FIRST if is_mine is comes_first else LAST, operation, outcome.answer)
            return
        account = guessed.account()
        right = account.password.reveal()
        values = (right, text) if comes_first else (text, right)
        mutate = repeating(member, right, *values)
        outcome = api.call("loginUser", mutate=mutate, email=account.email, password=right)
        if survived(outcome, because="it twice").kind is Kind.ACCEPTED:
            counted(FIRST if comes_first else LAST, operation, outcome.answer)

    operations = st.sampled_from(["registerUser", "loginUser"])
    explore.cases(st.tuples(operations, visible(1, 40), st.booleans()), judge)
    guessed.settle()


@pytest.mark.requirement("HTTP-16")
def test_no_odd_identifier_of_a_caller_comes_back(api: Api, explore: Explorer) -> None:
    """What a caller chose stands in the log beside what the server says, and must look like nothing else."""
    account = api.shared_account()

    def judge(given: str) -> None:
        def named(request: Request) -> Request:
            return replace(request, headers=(*request.headers, ("X-Request-ID", given)))

        answer = survived(api.as_(account, "getCurrentUser", mutate=named), because="an identifier of its own").answer
        said = answer.header("x-request-id")
        if said is None:
            not_applicable("its answers have no X-Request-ID")
        well_formed = 1 <= len(given) <= 64 and all(
            each.isascii() and (each.isalnum() or each in "-_") for each in given
        )
        if said == given and not well_formed and (len(given) > 128 or any(each in "<>\"'%;$(){} " for each in given)):
            raise ContractViolation(
                "an odd request identifier comes back as it was sent",
                expected="a new one, or a plain one",
                actual="the caller's own",
                answer=answer,
            )

    explore.cases(identifiers(), judge)
