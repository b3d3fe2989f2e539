"""Every operation of the document in force, called as it wants to be, and in every way that it does not."""

from __future__ import annotations

import pytest

from contract.errors import ContractViolation
from suites.properties.exploring import Explorer
from suites.properties.fuzzing import MODES, Fuzzer, described
from suites.rig.api import Api
from suites.rig.judging import not_applicable


def judged(api: Api, explore: Explorer, label: str, how: str) -> None:
    """Judge the answers to the requests at the bounds of the operation's schemas, then to generated ones."""
    fuzzer = Fuzzer.of(api, label)
    if how == "against the document" and not fuzzer.takes_input:
        not_applicable(f"{label} takes nothing that could be wrong")
    for case in fuzzer.covering(MODES[how]):
        answer = fuzzer.send(case)
        try:
            fuzzer.holds(case, answer)
        except ContractViolation as violation:
            violation.story = (described(case),)
            raise
    for what, answer in fuzzer.with_odd_bodies() if how == "against the document" else ():
        try:
            fuzzer.documented(answer)
        except ContractViolation as violation:
            violation.story = (f"{label}: {what}",)
            raise
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
