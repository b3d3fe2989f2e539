"""A change between two contracts and a drifted provider with something of everything, for the tests of their pages."""

from __future__ import annotations

from datetime import date
from typing import Any

from contract.diff.change import Change, Place, Witness
from contract.diff.rating import RULES
from contract.diff.result import Diff
from contract.drift.result import Drift, Finding, OperationSeen, StatusSeen
from contract.drift.rules import RULES as DRIFT_RULES
from contract.targets.model import KnownFailure

EXCHANGE = {"method": "GET", "url": "http://127.0.0.1:8000/api/v1/users/me", "status": 200, "body": '{"id": 1}'}


def diff_document(text: str = "the member 'displayName' must be there.") -> dict[str, Any]:
    """Return a `diff.json` in which every text that a document can choose is *text*."""
    known = KnownFailure("DIFF-PASSWORD-CAPPED", "*", "/x", "ACME-412", "identity team", date(2027, 3, 31))
    changes = [
        Change(
            rule=rule,
            message=text,
            old=Place(f"/{text}", 3),
            new=Place(f"/{text}", 5),
            operations=(text, "POST /auth/login", "GET /users/me", "PATCH /users/me"),
            operation_ids=("loginUser",),
            direction="request",
            undecided=text if place == 1 else "",
            witness=Witness({"email": text}, "before") if place % 2 else None,
            known_failure=known if place == 2 else None,
        )
        for place, rule in enumerate(list(RULES)[:6])
    ]
    return Diff("old.yaml", text, tuple(changes), frozenset({"breaking", "weakened"}), (text,)).to_json()


def drift_document(text: str = "expected what is documented") -> dict[str, Any]:
    """Return a `drift.json` in which every text that a provider can choose is *text*."""
    exchange = {**EXCHANGE, "body": text}
    answered = {"method": "POST", "url": text, "status": 401}
    rules = list(DRIFT_RULES)[:4]
    findings = [
        Finding(rule, "getCurrentUser", text, 200, f"/{text}", text, text, f"/{text}", 12, 3, "accepted", exchange)
        for rule in rules
    ]
    return Drift(
        document="openapi.yaml",
        traffic=text,
        exchanges=40,
        judged=38,
        findings=tuple(findings),
        operations=(OperationSeen("getCurrentUser", text, 217, {"200": 30, "401": 2}), OperationSeen("x", "y", 3)),
        statuses=(
            StatusSeen("loginUser", "POST /auth/login", "401", 88, exchange=answered),
            StatusSeen("loginUser", "POST /auth/login", "429", 90, why=text),
        ),
        left_out=(text,),
        unused=(text,),
    ).to_json()
