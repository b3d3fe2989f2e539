"""Outages of whatever the target depends on: what readiness says, how long anybody waits, and what nobody is told."""

from __future__ import annotations

import re
import time
from functools import partial

import pytest

from contract.answers import Answer, Kind
from contract.checks import no_internals, status
from contract.errors import ContractViolation
from contract.outages import FaultKind
from suites.rig.api import Api, Call
from suites.rig.breakable import AT_ONCE, Breakables, announced_by, failing, once_it_works, works_again
from suites.rig.guessing import WRONG, throttled
from suites.rig.judging import control, described, expect, not_applicable
from suites.rig.readiness import reports
from suites.rig.valid_calls import valid_call

DEPENDENCIES = ["database", pytest.param("identity-service", marks=pytest.mark.feature("upstream"))]
HANGING = (FaultKind.FULL, FaultKind.SILENT, FaultKind.DRIP, FaultKind.CUT)
LIVELY_S = 2.0  # what needs no dependency answers at once; the rest is for a machine that has other things to do
LOGINS = 6  # of the first outage, so that a circuit breaker opens where there is one
MOST_WAIT_S = 5.0  # for that circuit to be tried again, in vain, before the repair


@pytest.mark.requirement("AVAIL-01")
def test_readiness_names_the_database_that_cannot_be_used_and_liveness_stays(faults: Breakables) -> None:
    """A green health page keeps sending users to a server that answers each of them with an error."""
    database = faults.on("database")
    api = database.api
    control(api.call("getReadiness"))

    for kind in database.ways(*AT_ONCE):
        with database.broken(kind):
            reports(api)
            if "getLiveness" in api.target.operations:
                status(api.call("getLiveness").answer, 200)

        works_again(partial(api.call, "getReadiness"))


@pytest.mark.requirement("AVAIL-04")
@pytest.mark.parametrize("name", DEPENDENCIES)
def test_a_hung_dependency_delays_the_answer_by_a_bounded_time(faults: Breakables, name: str) -> None:
    """Callers who wait for ever take every worker with them, and then nothing answers any more."""
    dependency = faults.on(name)
    api = dependency.api

    for kind in dependency.ways(*HANGING):
        account = api.fresh_account()  # what hangs may hold a guess for a while, and a throttle would answer for it
        login = Call("loginUser", {"email": account.email, "password": account.password})
        calls = [login, login, *([Call("getLiveness", {})] if "getLiveness" in api.target.operations else [])]
        with dependency.broken(kind):
            outcomes = api.race(calls)
            for outcome in outcomes[:2]:
                status(in_time(outcome.answer, api.target.profile.dependency_budget_s), *unavailable(api, 504))
            for outcome in outcomes[2:]:
                status(in_time(outcome.answer, LIVELY_S), 200)

        works_again(partial(api.login, account))


@pytest.mark.requirement("AVAIL-10")
@pytest.mark.parametrize("name", DEPENDENCIES)
def test_answers_during_an_outage_tell_nothing_of_the_inside(faults: Breakables, name: str) -> None:
    """Hosts, ports and accounts of the inside are what an attacker looks for, and errors are where they leak."""
    dependency = faults.on(name)
    api = dependency.api
    account = api.fresh_account()
    asked = ("registerUser", "loginUser", "getCurrentUser", "refreshToken", "requestPasswordReset", "getReadiness")
    operations = [each for each in asked if each in api.target.operations and dependency.needed_by(each)]

    for kind in dependency.ways(*AT_ONCE, FaultKind.GARBLED):
        with dependency.broken(kind):
            failing(api.login(account))
            for operation in operations:
                inputs = valid_call(operation, api, account).inputs
                keeps_the_inside(api.call(operation, account.session, **inputs).answer, dependency.inside)

        works_again(partial(api.login, account))


@pytest.mark.impatient
@pytest.mark.requirement("AVAIL-11")
def test_a_store_that_fails_lets_nobody_through(faults: Breakables) -> None:
    """Whoever can slow the store of sessions down would otherwise be logged in for ever, and guess without limit."""
    database = faults.on("database")
    api = database.api
    plain, gone = api.fresh_account(), api.fresh_account()
    control(api.call("getCurrentUser", gone.session))
    attempts = {}
    if "getCurrentUser" in api.target.operations and "logoutUser" in api.target.operations:
        control(api.call("logoutUser", gone.session))
        attempts["a token that was revoked"] = partial(api.call, "getCurrentUser", gone.session), Kind.REFUSED_TOKEN
    if "listUsers" in api.target.operations:
        attempts["the token of a plain user"] = partial(api.call, "listUsers", plain.session), Kind.FORBIDDEN
    if "throttle" in api.target.features:
        locked = api.fresh_account(signed_in=False)
        throttled(api, locked)
        for password in (WRONG, locked.password):
            call = partial(api.call, "loginUser", email=locked.email, password=password)
            attempts[f"{'a wrong' if password is WRONG else 'the right'} password past the limit"] = (
                call,
                Kind.THROTTLED,
            )
    if not attempts:
        not_applicable("it has neither logout, nor admins, nor a throttle that could be let through")
    for attempt, usual in attempts.values():
        control(attempt(), usual)

    for kind in database.ways(*AT_ONCE):
        with database.broken(kind):
            for because, (attempt, usual) in attempts.items():
                expect(attempt(), Kind.UNAVAILABLE, usual, because=because)
        works_again(partial(api.call, "getCurrentUser", plain.session))


@pytest.mark.requirement("AVAIL-12")
@pytest.mark.parametrize("name", DEPENDENCIES)
def test_after_the_repair_the_service_works_again_without_a_restart(faults: Breakables, name: str) -> None:
    """A service that has to be restarted after each outage of another one turns minutes into a night."""
    dependency = faults.on(name)
    api = dependency.api
    account = api.fresh_account()

    for number, kind in enumerate(dependency.ways(*AT_ONCE)):
        with dependency.broken(kind):
            failed = [failing(api.login(account)) for _ in range(1 if number else LOGINS)]
            wait_s = announced_by(failed[-1].answer)
            if not number and wait_s <= MOST_WAIT_S:
                time.sleep(wait_s)
                failing(api.login(account))

        because = f"the right password, {wait_s:g} s after {name} was {kind} and repaired,"
        expect(once_it_works(partial(api.login, account)), Kind.ACCEPTED, because=because)
        if "getReadiness" in api.target.operations:
            expect(once_it_works(partial(api.call, "getReadiness")), Kind.ACCEPTED)


def unavailable(api: Api, other: int) -> tuple[int, ...]:
    """Return the statuses that may say so: *other* only where the contract, which documents 503, is not in force."""
    return (503,) if api.target.speaks_contract else (503, other)


def in_time(answer: Answer, most_s: float) -> Answer:
    """Return *answer* if it came within *most_s*. Raises ContractViolation."""
    if not answer.status or answer.elapsed_s > most_s:
        raise ContractViolation(
            f"{answer.request.operation} keeps its caller waiting",
            expected=f"an answer within {most_s:g} s",
            actual=f"{described(answer)} after {answer.elapsed_s:.1f} s",
            answer=answer,
        )
    return answer


def keeps_the_inside(answer: Answer, inside: tuple[str, ...]) -> Answer:
    """Return *answer* if neither its fields nor its body hold any of *inside*, or marks of exceptions."""
    text = (
        "\n".join(f"{name}: {value}" for name, value in answer.headers) + "\n" + answer.body.decode("utf-8", "replace")
    )
    for word in inside:
        host, _, port = word.rpartition(":")
        # A port by itself is as telling where it was made up for the run; a well-known one could be anything.
        alone = rf"|(?<!\w){port}(?!\w)" if host and port.isdecimal() and int(port) > 10_000 else ""
        if found := re.search(re.escape(word) + alone, text):
            raise ContractViolation(
                f"{answer.request.operation} tells where or what its dependency is",
                expected="a logical name and a class of cause, nothing of the inside",
                actual=f"{described(answer)}, which holds {found[0]}",
                answer=answer,
            )
    return no_internals(answer)
