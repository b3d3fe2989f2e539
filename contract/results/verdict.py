"""What a run says about a requirement: the design's outcomes, which of them are red, and what only warns."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum

from contract.catalogue import Requirement
from contract.targets.model import Profile


class Verdict(StrEnum):
    """
    The outcome of one test or of one requirement, the worst first.

    `NOT_REACHED` is for what depends on a preflight that failed, and for what was planned when the run ended. It says
    nothing about the target, so it counts as NOT_EXERCISED does: the verdict that stopped the run is the red one.
    """

    FAIL = "fail"
    UNTESTABLE = "untestable"
    STALE_ENTRY = "stale-entry"
    KNOWN_FAILURE = "known-failure"
    WARN = "warn"
    UNDECIDED = "undecided"
    NOT_REACHED = "not-reached"
    NOT_EXERCISED = "not-exercised"
    PASS = "pass"
    NOT_APPLICABLE = "not-applicable"


_SEVERITY = {verdict: place for place, verdict in enumerate(Verdict)}

RED = frozenset({Verdict.FAIL, Verdict.UNTESTABLE, Verdict.STALE_ENTRY})
"""Red whatever the options."""

OPEN = frozenset({Verdict.UNDECIDED, Verdict.NOT_REACHED, Verdict.NOT_EXERCISED})
"""Applies to the target and was not judged: red with `--require-all`."""

BROKEN = frozenset({Verdict.FAIL, Verdict.WARN, Verdict.KNOWN_FAILURE})
"""The requirement is broken, however that counts."""

JUDGED = BROKEN | {Verdict.PASS}
"""The target was asked and its answer judged."""


def is_red(verdict: Verdict, *, strict_should: bool = False, require_all: bool = False) -> bool:
    """Whether one such verdict makes the run red."""
    return verdict in RED or (strict_should and verdict is Verdict.WARN) or (require_all and verdict in OPEN)


def worst(verdicts: Iterable[Verdict]) -> Verdict:
    """Return the worst of *verdicts*, of which there is at least one: a requirement is as good as its worst test."""
    return min(verdicts, key=_SEVERITY.__getitem__)


def verdict_for_violation(requirement: Requirement, profile: Profile, *, contract_in_force: bool) -> Verdict:
    """Return what breaking *requirement* means for this target: fail, or warn. `--strict-should` changes no verdict."""
    return Verdict.WARN if why_warning(requirement, profile, contract_in_force=contract_in_force) else Verdict.FAIL


def why_warning(requirement: Requirement, profile: Profile, *, contract_in_force: bool) -> str:
    """
    Say why breaking *requirement* only warns, or return "": then it is a failure.

    Args:
        contract_in_force: Whether the target speaks our contract; rules of this project bind where it does.
    """
    if requirement.level != "MUST":
        return f"the source says {requirement.level}"
    if requirement.asvs_level is not None and requirement.asvs_level > profile.asvs_level:
        return f"ASVS level {requirement.asvs_level}; the target claims level {profile.asvs_level}"
    if requirement.project_rule and not (contract_in_force or profile.project_rules):
        return "a rule of this project, whose contract is not in force here"
    return ""
