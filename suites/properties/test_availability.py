"""What a broken service behind the target may say, and what the target makes of it."""

from __future__ import annotations

import json
from functools import partial

import pytest
from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from contract.checks import status
from contract.outages import FaultKind, Reply
from suites.properties.exploring import Explorer
from suites.properties.strategies.json_edits import values
from suites.properties.strategies.texts import anything
from suites.rig.breakable import Breakables, once_it_works
from suites.rig.judging import control, not_exercised

TYPES = ("application/json", "text/html", "text/plain", "application/octet-stream", "")
SENSELESS = (200, 201, 202, 204, 206, 418, 500, 502, 504, 599)
"""Statuses that say nothing about a password; 401, 403, 404 and 429 might."""


def replies() -> SearchStrategy[Reply]:
    """
    Return answers that make no sense from a service that was asked to check a password.

    Every other one has the status of a yes: its body is read, and those of the others may not be.
    """
    documents = values().map(json.dumps)
    cut = documents.filter(lambda text: len(text) > 1).map(lambda text: text[:-1])
    bodies = documents | cut | anything() | st.just("<!doctype html><title>Welcome</title>")
    return st.builds(Reply, st.just(200) | st.sampled_from(SENSELESS), bodies, st.sampled_from(TYPES))


@pytest.mark.requirement("AVAIL-05")
def test_no_senseless_answer_of_the_identity_service_is_taken_for_one(faults: Breakables, explore: Explorer) -> None:
    """A gateway's page or half an answer is no verdict on a password: neither a crash, nor a way in."""
    upstream = faults.on("identity-service")
    api = upstream.api
    if FaultKind.CANNED not in upstream.kinds:
        not_exercised("[facilities.faults] cannot answer in the place of the identity service")
    account = api.fresh_account()
    statuses = (503,) if api.target.speaks_contract else (503, 502)

    def judge(reply: Reply) -> None:
        with upstream.broken(FaultKind.CANNED, reply=reply, what=f"answers {reply.status}"):
            answer = api.login(account).answer
        status(answer, *statuses)

    explore.cases(replies(), judge, most=60)
    control(once_it_works(partial(api.login, account)))
