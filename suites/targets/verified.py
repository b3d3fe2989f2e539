"""
What was verified by hand of a shipped target: `findings.toml` and `passes.toml` beside its `target.toml`.

A finding says the requirement, the verdict (`fail` or `warn`), `at` which operations and statuses it shows ("loginUser
400", "404" outside the contract, "*" for whatever is answered), what happens, the `curl` lines that show it, and what
these must print, in this order. `before` is done first in every shell. `sometimes` says of a race or of a time that one
run may miss it.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from contract.results import Judgement, Results, Verdict

FOLDER = Path(__file__).parent
ANYWHERE = "*"
FINDINGS, PASSES = "findings.toml", "passes.toml"
SHOWN = (Verdict.FAIL, Verdict.WARN, Verdict.UNTESTABLE, Verdict.STALE_ENTRY)


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that a run must find; see above."""

    requirement: str
    verdict: str
    at: tuple[str, ...]
    what: str
    curl: str
    prints: tuple[str, ...]
    sometimes: bool = False


@dataclass(frozen=True, slots=True)
class Verified:
    """All of one target: what must be found, which requirements must pass, the shell lines before each finding's."""

    findings: tuple[Finding, ...]
    passes: tuple[str, ...]
    before: str


Seen = Mapping[tuple[str, str], frozenset[str]]
"""Requirement and verdict, to where it was found."""


def names() -> list[str]:
    """Return the shipped targets that were verified by hand."""
    return sorted(path.parent.name for path in FOLDER.glob(f"*/{FINDINGS}"))


def load(name: str) -> Verified:
    """Read what was verified of the target *name*."""
    said = tomllib.loads((FOLDER / name / FINDINGS).read_text("utf-8"))
    passes = tomllib.loads((FOLDER / name / PASSES).read_text("utf-8"))["passes"]
    return Verified(tuple(_finding(each) for each in said["finding"]), tuple(passes), said.get("before", ""))


def seen(results: Results) -> Seen:
    """Return what a run found, and where."""
    found: dict[tuple[str, str], set[str]] = {}
    for each in results.findings:
        if each.verdict in SHOWN:
            found.setdefault((each.requirement, str(each.verdict)), set()).add(_where(each))
    return {key: frozenset(places) for key, places in found.items()}


def recorded(findings: Iterable[Finding]) -> Seen:
    """Return the same of what was written down."""
    wanted: dict[tuple[str, str], frozenset[str]] = {}
    for each in findings:
        key = each.requirement, each.verdict
        wanted[key] = wanted.get(key, frozenset()) | frozenset(each.at)
    return wanted


def differences(verified: Verified, results: Results) -> list[str]:
    """Return, one line each, where *results* are not what was verified."""
    found, wanted = seen(results), recorded(verified.findings)
    unsteady = {each.requirement for each in verified.findings if each.sometimes}
    lines = [f"found, and not recorded: {_line(key, found[key])}" for key in found if key not in wanted]
    lines += [
        f"recorded, and not found: {_line(key, wanted[key])}"
        for key in wanted
        if key not in found and key[0] not in unsteady
    ]
    for key in found.keys() & wanted.keys():
        if wanted[key] != {ANYWHERE} and wanted[key] != found[key]:
            lines.append(f"found elsewhere: {_line(key, found[key])}; recorded: {', '.join(sorted(wanted[key]))}")
    passed = {row.requirement: row.verdict for row in results.rows}
    lines += [
        f"passes, and is not recorded: {name}"
        for name, verdict in passed.items()
        if verdict is Verdict.PASS and name not in verified.passes and name not in unsteady
    ]
    lines += [
        f"recorded as a pass, and is not: {name} ({passed.get(name, 'not judged')})"
        for name in verified.passes
        if passed.get(name) is not Verdict.PASS
    ]
    return sorted(lines)


def _finding(said: Mapping[str, Any]) -> Finding:
    lists = {key: tuple(said[key]) for key in ("at", "prints")}
    return Finding(**{**said, **lists})


def _where(judgement: Judgement) -> str:
    return f"{judgement.operation} {judgement.status or 'no answer'}".strip()


def _line(key: tuple[str, str], places: Iterable[str]) -> str:
    return f"{' '.join(key)} at {', '.join(sorted(places))}"
