"""A small run with something of everything, for the tests of results."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

from contract.results import Cost, Judgement, Recorder, Relevant, Results, Row, Run, Verdict, fold
from contract.targets.model import KnownFailure

TARGET = {"name": "acme", "base_url": "http://127.0.0.1:8000/api/v1", "environment": "staging"}
RUN = Run(id="r1", started="2027-01-15T10:00:00Z", target=TARGET, seed=7, argv=("pytest", "--seed=7"))
ENTRY = KnownFailure("LOGIN-02", "loginUser", "400", "ACME-412", "identity team", date(2027, 3, 31))
EXCHANGE = {"method": "POST", "url": TARGET["base_url"] + "/auth/login", "status": 400, "body": "{}"}
WRONG = Judgement(
    "LOGIN-02",
    Verdict.FAIL,
    level="MUST",
    test="suites/status_codes/test_401.py::test_a_wrong_password",
    message="loginUser with a wrong password is invalid-input",
    expected="refused-credentials",
    actual="invalid-input (400)",
    operation="loginUser",
    kind="invalid-input",
    status=400,
    exchanges=(EXCHANGE,),
    repro="repro/LOGIN-02.sh",
    duration_s=0.25,
)
OPENED = [Relevant("loginUser", "accepted", 200, 3), Relevant("getCurrentUser", "refused-token", 401, 2)]
NO_HEADER = Judgement(
    "DATA-06",
    Verdict.FAIL,
    level="MUST",
    message="no nosniff",
    operation="loginUser",
    kind="accepted",
    status=200,
    exchanges=(EXCHANGE,),
)


def write_run(folder: Path, *, end: bool = True) -> None:
    """Write a small run with two workers into *folder*."""
    with Recorder(folder) as controller:
        controller.run(RUN)
        controller.plan("LOGIN-02", "MUST", Cost(requests=4, accounts=1, failures=1, duration_s=0.5))
        controller.plan("TOK-01", "MUST", Cost(requests=2))
        for worker in ("gw0", "gw1"):
            with Recorder(folder, worker) as recorder:
                recorder.judgement(WRONG if worker == "gw0" else replace(WRONG, verdict=Verdict.PASS, test="t2"))
                recorder.passive("HTTP-15", "MUST", OPENED[:1])
                recorder.passive("HTTP-15", "MUST", OPENED)
                recorder.cost(Cost(requests=2))
                recorder.cost(Cost(requests=5, accounts=1, duration_s=1.5))
        if end:
            controller.end(1, "2027-01-15T10:00:09Z")


def folded(*judgements: Judgement, **more: Any) -> Results:
    """Return what *judgements*, and passive counts by requirement in *more*, fold to."""
    events = [{"event": "judgement"} | each.to_json() for each in judgements]
    for name, answers in more.items():
        relevant = [{slot: getattr(each, slot) for slot in Relevant.__slots__} for each in answers]
        events.append({"event": "passive", "requirement": name.replace("_", "-"), "relevant": relevant, "worker": ""})
    return fold(events)


def row(results: Results, requirement: str) -> Row:
    """Return the row of *requirement*."""
    return next(each for each in results.rows if each.requirement == requirement)
