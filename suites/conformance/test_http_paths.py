"""What is not there: a path that names nothing is answered 404, as the API answers, and nothing else is served."""

from __future__ import annotations

import secrets

import pytest

from contract.answers import Answer
from contract.checks import problem_details, status
from contract.encoding import path_of
from contract.errors import ContractViolation
from suites.rig.api import Api
from suites.rig.judging import control

HTML = ("text/html", "application/xhtml+xml")


@pytest.mark.requirement("HTTP-03")
@pytest.mark.parametrize("where", ["at the top", "below the profile"])
def test_a_path_that_names_nothing_is_404_in_the_apis_own_format(api: Api, where: str) -> None:
    """A cache keeps `/me/x.css` for everybody, because its name says that it is a style sheet."""
    account = api.shared_account()
    profile = path_of(api.target.operations["getCurrentUser"].steps[-1]).rstrip("/")
    made_up = secrets.token_hex(8)
    control(api.as_(account, "getCurrentUser"))

    path = f"/{made_up}" if where == "at the top" else f"{profile}/{made_up}.css"
    answer = status(api.ask("GET", path, account.session), 404)

    in_the_apis_format(api, answer)


def in_the_apis_format(api: Api, answer: Answer) -> None:
    """
    Judge that the refusal *answer* is written like the API's others.

    That is problem details where our contract is in force, else the media type of what a profile read without a token
    is answered. Where that has no content, any format but a page for people will do; where that is JSON under the label
    of a page, as HTTP-12 finds, JSON is its format.
    """
    refusal = api.call("getCurrentUser").answer
    expected = "application/problem+json" if api.target.speaks_contract else refusal.media_type
    right = answer.media_type == expected if expected else answer.media_type not in HTML
    if expected in HTML and refusal.json() is not None:
        expected, right = "application/json", answer.json() is not None
    if not right:
        raise ContractViolation(
            "a path that names nothing is not answered in the API's own format",
            expected=expected or "no page for people",
            actual=answer.media_type or "no media type",
            answer=answer,
        )
    if answer.media_type == "application/problem+json":
        problem_details(answer)
