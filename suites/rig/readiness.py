"""What readiness says of dependencies, where the contract in force says how it is said."""

from __future__ import annotations

import re
from typing import Any

from contract.answers import Answer
from contract.checks import status
from contract.errors import ContractViolation
from suites.rig.api import Api

VARIABLE = re.compile(r"\b[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+\b")
"""How names of environment variables look."""


def reports(api: Api, *, cause: str = "") -> Answer:
    """
    Ask for readiness and return the answer if it is 503 and, in the contract's words, names what cannot be used.

    *cause* is the class that one of the entries must give.

    Raises:
        ContractViolation: it is not, names nothing or everything, or gives another cause.
    """
    answer = status(api.call("getReadiness").answer, 503)
    if not api.target.speaks_contract:
        return answer
    entries = entries_of(answer)
    down = [each for each in entries if each.get("status") == "down"]
    if not down or len(down) == len(entries) > 1:
        raise ContractViolation(
            "readiness does not name the component that fails",
            expected="one entry for each dependency, of which the broken one is down",
            actual=said(entries),
            answer=answer,
        )
    if cause and cause not in [each.get("cause") for each in down]:
        raise ContractViolation(
            "readiness gives another class of cause", expected=f"cause {cause}", actual=said(down), answer=answer
        )
    return answer


def entries_of(answer: Answer) -> list[dict[str, Any]]:
    """Return the entries of a readiness answer in the contract's shape; none where it has another one."""
    document = answer.json()
    found = document.get("dependencies") if isinstance(document, dict) else None
    return [each for each in found if isinstance(each, dict)] if isinstance(found, list) else []


def said(entries: list[dict[str, Any]]) -> str:
    """Return *entries* in few words."""
    return (
        ", ".join(f"{each.get('name')} {each.get('status')} {each.get('cause', '')}".strip() for each in entries)
        or "no entry"
    )
