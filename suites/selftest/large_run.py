"""Results as large as a run of the whole catalogue can be: for the page's tests in a browser, and its benchmark."""

from __future__ import annotations

import random
from collections.abc import Sequence
from datetime import date
from typing import Any

from contract.catalogue import load
from contract.results import Cost, Judgement, Results, Run, Verdict, fold
from contract.results.events import Relevant
from contract.targets.model import KnownFailure

TARGET = {"name": "acme-staging", "base_url": "https://staging.acme.example/api/v1", "environment": "staging"}
RUN = Run(id="large", started="2027-01-15T10:00:00Z", target=TARGET, seed=7, argv=("--target=acme.toml",))


def large_run(
    *, failing: int = 12, warning: int = 3, known: int = 2, left: int = 5, exchanges: int = 40, each: int = 12
) -> Results:
    """
    Return results on every requirement of the catalogue.

    Args:
        failing: How many requirements are red; *warning*, *known* and *left* (not exercised) likewise. The others pass.

        exchanges: How many there are in all, over the broken requirements, *each* to a test.
    """
    rng = random.Random(failing)
    names = list(load())
    rng.shuffle(names)
    broken = names[: failing + warning + known]
    tests = max(len(broken), -(-exchanges // each)) if broken else 0
    judgements = []
    worst = [Verdict.FAIL] * failing + [Verdict.WARN] * warning + [Verdict.KNOWN_FAILURE] * known
    for number in range(tests):
        place = number % len(broken)
        exchanges_of = [exchange(rng, number * each + n) for n in range(each)]
        judgements.append(_broken(broken[place], worst[place], number, exchanges_of))
    for place, name in enumerate(names[len(broken) :]):
        verdict = Verdict.NOT_EXERCISED if place < left else Verdict.PASS
        why = "needs an outbox; declare [facilities.outbox] in the target file" if place < left else ""
        judgements.append(Judgement(name, verdict, "MUST", f"suites/test_x.py::test_{place}", why, duration_s=0.05))
    events = [{"event": "judgement"} | judgement.to_json() for judgement in judgements]
    relevant = [vars_of(Relevant("loginUser", "accepted", 200, 40))]
    passive = {"event": "passive", "requirement": "HTTP-15", "relevant": relevant, "worker": ""}
    run = {"event": "run"} | {name: getattr(RUN, name) for name in RUN.__slots__} | {"argv": list(RUN.argv)}
    cost = {"event": "cost", "worker": "", **vars_of(Cost(1471, 147, 40, 94.0))}
    end = {"event": "end", "exit_code": 1 if failing else 0, "finished": "2027-01-15T10:01:34Z"}
    return fold([run, *events, passive, cost, end])


def vars_of(value: Any) -> dict[str, Any]:
    """Return the members of a value with slots."""
    return {name: getattr(value, name) for name in value.__slots__}


def exchange(rng: random.Random, number: int) -> dict[str, Any]:
    """Return an exchange as large as those of the reference are, no two alike."""
    marks = f"{number:08d}-{rng.getrandbits(48):012x}"
    headers = [
        ["date", "Fri, 15 Jan 2027 10:00:00 GMT"], ["content-type", "application/problem+json"],
        ["cache-control", "no-store"], ["x-content-type-options", "nosniff"], ["x-request-id", marks],
        ["content-security-policy", "default-src 'none'; frame-ancestors 'none'"], ["vary", "Origin"],
    ]  # fmt: skip
    members = '{"type":"urn:authproof:problem:invalid-token","title":"The token is not valid","status":401,"requestId":'
    return {
        "operation": "refreshToken", "method": "POST", "url": f"{TARGET['base_url']}/auth/refresh",
        "request_headers": [["Accept", "application/json"], ["Content-Type", "application/json"]],
        "request_body": f'{{"refreshToken": "***", "note": "{marks}"}}', "status": 401, "headers": headers,
        "body": f'{members}"{marks}","detail":"{"<b>words</b> & more " * 12}"}}', "protocol": "HTTP/1.1", "fault": "",
        "elapsed_s": 0.012,
    }  # fmt: skip


def _broken(name: str, verdict: Verdict, number: int, exchanges: Sequence[dict[str, Any]]) -> Judgement:
    entry = KnownFailure(name, "refreshToken", "401", "ACME-412", "identity team", date(2027, 3, 31))
    return Judgement(
        name,
        verdict,
        level=load()[name].level,
        test=f"suites/conformance/test_sessions.py::test_something_{number}",
        message="refreshToken with a refresh token that was already exchanged is accepted",
        expected="a refusal, neither accepted nor challenged nor a server error",
        actual="accepted (200)",
        operation="refreshToken",
        kind="accepted",
        status=200,
        known_failure=entry if verdict is Verdict.KNOWN_FAILURE else None,
        exchanges=tuple(exchanges),
        repro=f"repro/{name}.sh",
        duration_s=0.2,
    )
