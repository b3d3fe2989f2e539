"""Findings as SARIF 2.1.0, for code scanning: whatever found them, one list in, one document out."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal
from urllib.parse import quote

from reports.tool import NAME, VERSION

SCHEMA_URI = "https://json.schemastore.org/sarif-2.1.0.json"

Level = Literal["error", "warning", "note"]


@dataclass(frozen=True, slots=True)
class Finding:
    """
    One thing that somebody should look at.

    `rule` is the id of what was broken, `statement` what that rule asks, `help` how to mend it. `file` is a path
    relative to the checkout, with slashes, or "" where no file is at fault; `line` counts from 1, and is 0 where the
    whole file is meant. `excused` is the reason why it is known and does not count; "" where it does. `key` tells
    findings of one rule apart from run to run; the message stands in where it is "".
    """

    rule: str
    level: Level
    message: str
    file: str = ""
    line: int = 0
    help: str = ""
    statement: str = ""
    excused: str = ""
    key: str = ""


def sarif(findings: Iterable[Finding], *, complete: bool = True) -> dict[str, Any]:
    """
    Return the document that satisfies the schema of SARIF 2.1.0.

    Args:
        complete: Whether the run that found them came to its end (`executionSuccessful`).

    Source: OASIS SARIF 2.1.0, sections 3.13, 3.14, 3.20, 3.27, 3.35 and 3.49.
    """
    found = list(findings)
    rules: dict[str, Finding] = {}
    for each in found:
        rules.setdefault(each.rule, each)
    places = {rule: place for place, rule in enumerate(rules)}
    driver = {
        "name": NAME,
        "semanticVersion": VERSION,
        "rules": [_rule(each) for each in rules.values()],
    }
    return {
        "$schema": SCHEMA_URI,
        "version": "2.1.0",
        "runs": [
            {
                "tool": {"driver": driver},
                "columnKind": "unicodeCodePoints",
                "invocations": [{"executionSuccessful": complete}],
                "results": [_result(each, places[each.rule]) for each in found],
            }
        ],
    }


def _rule(finding: Finding) -> Mapping[str, Any]:
    rule: dict[str, Any] = {"id": finding.rule, "defaultConfiguration": {"level": finding.level}}
    if finding.statement:
        rule["shortDescription"] = {"text": finding.statement}
    if finding.help:
        rule["help"] = {"text": finding.help}
    return rule


def _result(finding: Finding, place: int) -> Mapping[str, Any]:
    told_apart = f"{finding.rule}\n{finding.file}\n{finding.key or finding.message}"
    result: dict[str, Any] = {
        "ruleId": finding.rule,
        "ruleIndex": place,
        "level": finding.level,
        "message": {"text": finding.message or finding.statement or finding.rule},
        "partialFingerprints": {"authproof/v1": hashlib.sha256(told_apart.encode("utf-8", "replace")).hexdigest()},
    }
    if finding.file:
        place_of: dict[str, Any] = {"artifactLocation": {"uri": quote(finding.file, safe="/:")}}
        if finding.line:
            place_of["region"] = {"startLine": finding.line}
        result["locations"] = [{"physicalLocation": place_of}]
    if finding.excused:
        result["suppressions"] = [{"kind": "external", "status": "accepted", "justification": finding.excused}]
    return result
