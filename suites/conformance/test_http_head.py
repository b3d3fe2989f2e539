"""Answers without content: to HEAD, which is GET without it, and 204."""

from __future__ import annotations

from dataclasses import replace

import pytest

from contract.answers import Answer, Request
from contract.encoding import path_of
from contract.errors import ContractViolation
from contract.session import ANONYMOUS
from suites.rig.api import Api
from suites.rig.judging import control, not_applicable
from suites.rig.valid_calls import valid_call


def head_of(request: Request) -> Request:
    """Return *request* as one for the head alone."""
    return replace(request, method="HEAD")


def next_request(api: Api) -> Request:
    """Return a request that does no harm, to follow another."""
    path = path_of(api.target.operations["getCurrentUser"].steps[-1])
    return Request("GET", api.target.base_url.rstrip("/") + path)


def without_content(answer: Answer, following: Answer | None, what: str) -> None:
    """Judge that nothing came between *answer* and the one *following* it on the same connection."""
    if answer.body or (following is not None and not following.status):
        raise ContractViolation(
            f"{what} has content",
            expected="no content, and the next answer on the connection right after it",
            actual=f"{len(answer.body)} bytes" if answer.body or following is None else following.fault,
            answer=answer,
        )


@pytest.mark.requirement("HTTP-06")
def test_head_is_answered_like_get_and_without_content(api: Api) -> None:
    """Monitors and caches ask for the head alone; content that comes with it is taken for the next answer."""
    account = api.shared_account()
    control(api.as_(account, "getCurrentUser"))

    for name, operation in api.target.operations.items():
        step = operation.steps[-1]
        if step.method != "GET":
            continue
        inputs = valid_call(name, api, account).inputs
        for session in (account.session, ANONYMOUS) if step.auth == "session" else (ANONYMOUS,):
            got = api.call(name, session, **inputs).answer
            outcome, following = api.in_step(name, session, next_request(api), mutate=head_of, **inputs)
            if outcome.answer.status != got.status:
                raise ContractViolation(
                    f"HEAD of {name} is not answered like GET",
                    expected=str(got.status),
                    actual=outcome.answer.fault or str(outcome.answer.status),
                    answer=outcome.answer,
                )
            without_content(outcome.answer, following, f"the answer to HEAD of {name}")


@pytest.mark.requirement("HTTP-06")
def test_a_204_has_no_content_and_the_next_answer_is_in_step(api: Api) -> None:
    """`null` behind a 204 is read as the beginning of the next answer, which may be another user's."""
    if "logoutUser" not in api.target.operations:
        not_applicable("the target has no logoutUser")
    account = api.visitor()

    outcome, following = api.in_step("logoutUser", account.session, next_request(api))

    if control(outcome).answer.status != 204:
        not_applicable(f"its logout answers {outcome.answer.status}, which may have content")
    without_content(outcome.answer, following, "a 204")
