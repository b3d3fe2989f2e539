"""Findings as lines that a CI system shows beside the code: the workflow commands of GitHub Actions."""

from __future__ import annotations

from collections.abc import Iterable

from reports.sarif import Finding

COMMANDS = {"error": "error", "warning": "warning", "note": "notice"}


def workflow_commands(findings: Iterable[Finding]) -> str:
    """
    Return one command a line, in the order of *findings*; what is excused becomes a notice, whatever its level.

    A message cannot end its own command or begin another one: line ends and the percent sign are escaped.

    Source: GitHub Actions, workflow commands, "Setting an error message".
    """
    return "".join(_line(each) for each in findings)


def _line(finding: Finding) -> str:
    command = "notice" if finding.excused else COMMANDS[finding.level]
    properties = {"file": finding.file, "line": str(finding.line or ""), "title": finding.rule}
    said = ",".join(f"{name}={_property(value)}" for name, value in properties.items() if value)
    message = f"{finding.message} (known: {finding.excused})" if finding.excused else finding.message
    return f"::{command} {said}::{_data(message)}\n"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
