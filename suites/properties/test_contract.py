"""Every operation of the document in force, called as it wants to be, and in every way that it does not."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import pytest

from contract.answers import Answer
from contract.errors import ContractViolation
from suites.properties.exploring import Explorer
from suites.properties.fuzzing import MODES, Fuzzer, described
from suites.rig.api import Api
from suites.rig.judging import not_applicable


def told(judge: Callable[[Answer], None], what: str, answer: Answer) -> None:
    """Judge *answer*; a violation tells *what* was sent. Raises ContractViolation."""
    try:
        judge(answer)
    except ContractViolation as violation:
        violation.story = (what,)
        raise


def judged(api: Api, explore: Explorer, label: str, how: str) -> None:
    """Judge the answers to the requests at the bounds of the operation's schemas, then to generated ones."""
    fuzzer = Fuzzer.of(api, label)
    if how == "against the document" and not fuzzer.takes_input:
        not_applicable(f"{label} takes nothing that could be wrong")
    for case in fuzzer.covering(MODES[how]):
        told(partial(fuzzer.holds, case), described(case), fuzzer.send(case))
    if how == "against the document":
        for what, answer in fuzzer.with_odd_bodies():
            told(fuzzer.documented, f"{label}: {what}", answer)
        for what, answer in fuzzer.with_line_breaks():
            told(partial(fuzzer.refuses, what), f"{label}: {what}", answer)
    explore.cases(
        fuzzer.generated(MODES[how]),
        lambda case: fuzzer.holds(case, fuzzer.send(case)),
        least=1,
        most=60,
        tell=described,
    )


@pytest.mark.requirement("DRIFT-STATUS")
def test_requests_as_documented_are_answered_as_documented(api: Api, explore: Explorer, label: str) -> None:
    """A client that keeps to the document meets nothing that is not in it."""
    judged(api, explore, label, "as documented")


@pytest.mark.requirement("DRIFT-REQUEST-ACCEPTED")
def test_requests_against_the_document_are_refused_as_documented(api: Api, explore: Explorer, label: str) -> None:
    """What the document refuses and the server takes is stored as something that no other client can read."""
    judged(api, explore, label, "against the document")
