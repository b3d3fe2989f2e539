"""What holds on every answer; judged on everything that a run receives, and here on one answer of each common kind."""

from __future__ import annotations

import pytest

from contract.answers import Answer
from contract.checks import media_type_matches, no_internals, problem_details, request_id
from suites.rig.judging import not_applicable


@pytest.mark.requirement("HTTP-12")
def test_the_media_type_matches_the_bytes(answers: list[Answer]) -> None:
    """JSON that calls itself something else is guessed at, or shown as a page."""
    for answer in answers:
        if answer.body:
            media_type_matches(answer)


@pytest.mark.requirement("HTTP-13")
def test_problem_details_say_the_status_that_they_have(answers: list[Answer]) -> None:
    """A client that reads the body and one that reads the status must not part ways."""
    problems = [answer for answer in answers if answer.media_type == "application/problem+json"]
    if not problems:
        not_applicable("the target sends no problem details")
    for answer in problems:
        problem_details(answer)


@pytest.mark.requirement("HTTP-14")
def test_an_error_shows_nothing_of_the_inside(answers: list[Answer]) -> None:
    """A stack trace tells an attacker which door to try."""
    for answer in answers:
        if answer.status >= 400:
            no_internals(answer)


@pytest.mark.requirement("HTTP-15")
def test_every_answer_has_a_request_identifier_of_its_own(answers: list[Answer]) -> None:
    """Without one, nobody finds the user's failure in the log."""
    for answer in answers:
        request_id(answer)

    ids = [answer.header("x-request-id") for answer in answers]
    assert len(set(ids)) == len(ids), "two answers of this run have one identifier"
