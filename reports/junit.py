"""Cases as JUnit XML, as Jenkins, GitLab and their kin read it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal
from xml.etree import ElementTree

Outcome = Literal["passed", "failed", "error", "skipped"]

_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@dataclass(frozen=True, slots=True)
class Case:
    """
    One case of a suite.

    `message` is one line, `text` what stands below it; neither is shown of a case that passed. `type` is a word for
    what it came to, finer than `outcome`.
    """

    suite: str
    name: str
    outcome: Outcome = "passed"
    message: str = ""
    text: str = ""
    duration_s: float = 0.0
    type: str = ""


def junit(
    cases: Iterable[Case], *, name: str, started: str = "", properties: Mapping[str, str] = MappingProxyType({})
) -> str:
    """
    Return the document, one `testsuite` for each suite in the order in which they first come.

    Args:
        started: When the run began, RFC 3339; "" where nobody knows.

        properties: What was run and against what, texts by name; they stand in every suite.

    Source: the schema that Jenkins' xUnit plugin publishes for JUnit; a character that XML cannot hold is spelled out.
    """
    suites: dict[str, list[Case]] = {}
    for case in cases:
        suites.setdefault(case.suite, []).append(case)
    everything = [case for group in suites.values() for case in group]
    root = ElementTree.Element("testsuites", {"name": _legal(name), **_totals(everything)})
    for suite, group in suites.items():
        attributes = {"name": _legal(suite), **_totals(group), "skipped": str(_count(group, "skipped"))}
        if started:
            attributes["timestamp"] = started.removesuffix("Z")
        element = ElementTree.SubElement(root, "testsuite", attributes)
        if properties:
            listed = ElementTree.SubElement(element, "properties")
            for key, value in properties.items():
                ElementTree.SubElement(listed, "property", {"name": _legal(key), "value": _legal(value)})
        for case in group:
            _add(element, case)
    ElementTree.indent(root)
    return '<?xml version="1.0" encoding="utf-8"?>\n' + ElementTree.tostring(root, "unicode") + "\n"


def _add(suite: ElementTree.Element, case: Case) -> None:
    attributes = {"name": _legal(case.name), "classname": _legal(case.suite), "time": f"{case.duration_s:.3f}"}
    element = ElementTree.SubElement(suite, "testcase", attributes)
    if case.outcome != "passed":
        tag = {"failed": "failure", "error": "error", "skipped": "skipped"}[case.outcome]
        kind = {"type": _legal(case.type)} if case.type else {}
        child = ElementTree.SubElement(element, tag, kind | {"message": _legal(case.message)})
        child.text = _legal(case.text)


def _totals(cases: list[Case]) -> dict[str, str]:
    return {
        "tests": str(len(cases)),
        "failures": str(_count(cases, "failed")),
        "errors": str(_count(cases, "error")),
        "time": f"{sum(case.duration_s for case in cases):.3f}",
    }


def _count(cases: list[Case], outcome: Outcome) -> int:
    return sum(case.outcome == outcome for case in cases)


def _legal(text: str) -> str:
    """Return *text* with what XML 1.0 cannot hold, such as an escape character, as `\\x1b`."""
    return _NOT_XML.sub(lambda found: found[0].encode("unicode_escape", "surrogatepass").decode(), text)
