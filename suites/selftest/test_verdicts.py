"""What breaking a requirement means: a failure, or only a warning."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from contract import catalogue
from contract.results import Verdict, verdict_for_violation, why_warning
from contract.targets.model import Profile


def requirement(**changes: Any) -> catalogue.Requirement:
    """Return a MUST of a standard, but for *changes*."""
    plain = catalogue.load()["HTTP-01"]
    return replace(plain, **{"level": "MUST", "asvs_level": None, "project_rule": False, **changes})


@pytest.mark.parametrize(
    ("changes", "profile", "in_force", "why"),
    [
        ({}, Profile(), True, ""),
        ({}, Profile(asvs_level=1), False, ""),
        ({"level": "SHOULD"}, Profile(), True, "the source says SHOULD"),
        ({"level": "MAY"}, Profile(), True, "the source says MAY"),
        ({"level": "SHOULD", "project_rule": True}, Profile(project_rules=True), True, "the source says SHOULD"),
        ({"asvs_level": 2}, Profile(asvs_level=1), True, "ASVS level 2; the target claims level 1"),
        ({"asvs_level": 2}, Profile(asvs_level=2), True, ""),
        ({"asvs_level": 1}, Profile(asvs_level=3), True, ""),
        ({"project_rule": True}, Profile(), True, ""),
        (
            {"project_rule": True},
            Profile(),
            False,
            "a rule of this project, whose contract is not in force here",
        ),
        ({"project_rule": True}, Profile(project_rules=True), False, ""),
    ],
)
def test_what_a_violation_means(changes: dict[str, Any], profile: Profile, in_force: bool, why: str) -> None:
    broken = requirement(**changes)

    assert why_warning(broken, profile, contract_in_force=in_force) == why
    assert verdict_for_violation(broken, profile, contract_in_force=in_force) == (Verdict.WARN if why else Verdict.FAIL)
