"""The service that checks credentials behind the target: what it says, in its own words, and when it says nothing."""

from __future__ import annotations

import statistics
from functools import partial

import pytest

from contract.answers import Kind
from contract.checks import challenge, status
from contract.errors import ContractViolation
from contract.outages import FaultKind, Reply
from contract.targets.model import Target
from suites.rig.breakable import Breakables, failing, works_again
from suites.rig.elsewhere import elsewhere
from suites.rig.guessing import WRONG
from suites.rig.judging import control, described, expect, not_applicable, not_exercised

PAGE = "<!doctype html><title>Welcome</title><p>This page is for people."
NONSENSE = {
    "answers with a page in HTML": Reply(200, PAGE, "text/html"),
    "answers with JSON cut short": Reply(200, '{"subject": "018f5e0c", "tok'),
    "answers with members of wrong types": Reply(200, '{"subject": 7, "token": ["a"], "access_token": {}}'),
    "answers with members missing": Reply(200, '{"subject": "018f5e0c"}'),
    "answers with an empty object": Reply(200, "{}"),
    "answers with null": Reply(200, "null"),
    "answers with nothing": Reply(200),
    "answers 500": Reply(500, "Traceback (most recent call last): ...", "text/plain"),
}
LOGINS = 30
QUICK = 0.1  # of what a caller waited at first


@pytest.mark.requirement("AVAIL-05")
def test_an_answer_that_makes_no_sense_counts_as_unavailability(faults: Breakables) -> None:
    """A gateway's page or half an answer is no verdict on a password: neither a crash, nor a way in."""
    upstream = faults.on("identity-service")
    api = upstream.api
    account = api.fresh_account()
    statuses = (503,) if api.target.speaks_contract else (503, 502)

    for kind in upstream.ways(FaultKind.GARBLED, FaultKind.CANNED):
        for what, reply in NONSENSE.items() if kind is FaultKind.CANNED else [("", None)]:
            with upstream.broken(kind, reply=reply, what=what):
                status(api.login(account).answer, *statuses)
    works_again(partial(api.login, account))

    if FaultKind.CANNED in upstream.kinds:
        with elsewhere() as other:
            for redirect in (302, 307):
                reply = Reply(redirect, headers={"Location": other.url})
                with upstream.broken(FaultKind.CANNED, reply=reply, what=f"answers {redirect} to elsewhere"):
                    status(api.login(account).answer, *statuses)
            assert not other.visitors(), "the credentials followed a redirect of the identity service to elsewhere"


@pytest.mark.requirement("AVAIL-06")
def test_wrong_credentials_are_401_however_the_identity_service_words_it(faults: Breakables) -> None:
    """Who mistyped a password and is told that the service is down waits, instead of typing it again."""
    upstream = faults.on("identity-service")
    api = upstream.api
    upstream.ways(FaultKind.CANNED)
    replies = upstream.replies("refuses-user")
    if not replies:
        not_exercised("needs [facilities.faults.identity-service.replies] refuses-user in the target file")
    most = max(1, api.target.profile.login_limit - 1)

    account = api.fresh_account()
    for place, reply in enumerate(replies):
        if place and place % most == 0:
            account = api.fresh_account()  # one more refusal would meet the throttle
        with upstream.broken(FaultKind.CANNED, reply=reply, what=f"refuses the user with {reply.status}"):
            challenge(status(api.login(account).answer, 401))


@pytest.mark.requirement("AVAIL-07")
def test_a_wrong_password_stays_wrong_during_an_outage(faults: Breakables) -> None:
    """Where the password is checked here, an outage elsewhere is no reason not to know."""
    upstream = faults.on("identity-service")
    api = upstream.api
    if api.target.profile.password_check != "local":
        not_applicable("only the identity service can tell a wrong password: [profile] password_check")
    account = api.fresh_account()
    control(api.call("loginUser", email=account.email, password=WRONG), Kind.REFUSED_CREDENTIALS)

    for kind in upstream.ways(FaultKind.REFUSED, FaultKind.DOWN):
        with upstream.broken(kind):
            wrong = api.call("loginUser", email=account.email, password=WRONG)
            expect(wrong, Kind.REFUSED_CREDENTIALS, because="a wrong password")
            expect(api.login(account), Kind.UNAVAILABLE, because="the right password")

        works_again(partial(api.login, account))


@pytest.mark.requirement("AVAIL-15")
@pytest.mark.parametrize("variant", ["", "upstream-staging"], ids=["ordinary", "staging"])
def test_a_login_calls_the_identity_service_no_oftener_than_documented(
    target: Target, faults: Breakables, variant: str
) -> None:
    """Repeated calls multiply an outage, and one that had its effect has it twice."""
    if variant and variant not in target.variants:
        not_applicable(f"there is no [variants.{variant}]")
    upstream = faults.on("identity-service", variant=variant)
    api = upstream.api
    account = api.fresh_account()
    allowed = {FaultKind.RESET: api.target.profile.upstream_attempts, FaultKind.CUT: 1}

    for kind in upstream.ways(*allowed):
        with upstream.broken(kind) as outage:
            login = failing(api.login(account))
            calls = outage.connections()
        if calls is None:
            not_exercised("[facilities.faults] cannot count the connections to the identity service; proxies can")
        if not 1 <= calls <= allowed[kind]:
            raise ContractViolation(
                f"one login while {upstream.name} is {kind} makes {calls} calls",
                expected=f"1 to {allowed[kind]}" if allowed[kind] > 1 else "1",
                actual=str(calls),
                answer=login.answer,
            )
        works_again(partial(api.login, account))


@pytest.mark.requirement("AVAIL-16")
def test_during_a_long_outage_callers_are_told_at_once(faults: Breakables) -> None:
    """Where every caller waits for the whole time-out, an outage elsewhere takes all of this service's workers."""
    upstream = faults.on("identity-service")
    api = upstream.api
    account = api.fresh_account()
    usual_s = statistics.median(control(api.login(account)).answer.elapsed_s for _ in range(3))

    with upstream.broken(*upstream.ways(FaultKind.SILENT)):
        first = failing(api.login(account)).answer
        if not first.status:
            raise ContractViolation(
                f"a caller is told nothing while {upstream.name} is silent",
                expected="503",
                actual=described(first),
                answer=first,
            )
        # What a login costs by itself, a hash above all, is no part of the wait for somebody else.
        quick_s = QUICK * first.elapsed_s + 2 * usual_s
        slow = 0
        for _ in range(LOGINS - 1):
            answer = failing(api.login(account)).answer
            slow += answer.elapsed_s > quick_s
            if slow > LOGINS // 2:
                raise ContractViolation(
                    f"{slow} of {LOGINS} callers, one after another, wait for a silent {upstream.name}",
                    expected=f"after some of them, an answer within {quick_s:.2f} s",
                    actual=f"{answer.status} after {answer.elapsed_s:.2f} s",
                    answer=answer,
                )
    works_again(partial(api.login, account))
