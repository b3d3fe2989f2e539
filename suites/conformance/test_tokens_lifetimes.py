"""How long access tokens live, and that they say so themselves."""

from __future__ import annotations

import pytest

from suites.rig.api import Api
from suites.rig.judging import control, not_applicable
from suites.rig.passive import issued_by, lives_as_announced


@pytest.mark.requirement("TOK-13")
def test_issued_access_tokens_end_when_their_answers_say_and_within_the_hour(api: Api) -> None:
    """A token that does not end outlives the phone it was stolen with; one that ends early logs people out mid-word."""
    account = api.visitor(signed_in=False)
    answers = [control(api.login(account)).answer]
    if "refresh" in api.target.features:
        answers.append(control(api.refresh(account)).answer)

    issuing = [answer for answer in answers if issued_by(api.target, answer)]
    if not issuing:
        not_applicable("it announces no lifetime of its access tokens")
    for answer in issuing:
        lives_as_announced(api.target, answer)
