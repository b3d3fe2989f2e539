"""The linter: every rule finds its fault, on its line, and nothing in a sound document."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest

from contract.document import CONTRACT_FILE, contract_document, load_bytes
from contract.lint import RULES, Finding, lint

DATA = Path(__file__).parent / "data" / "lint"
CONTRACT = CONTRACT_FILE.read_text(encoding="utf-8")
FAULTS = tomllib.loads((DATA / "planted.toml").read_text(encoding="utf-8"))["fault"]


def linted(text: str) -> list[Finding]:
    return lint(load_bytes(text.encode(), "api.yaml"))


def planted(fault: dict[str, Any]) -> tuple[str, int]:
    """Return the contract with *fault* in it, and the line on which it must be found."""
    start = CONTRACT.index(fault["after"])
    place = CONTRACT.index(fault["find"], start)
    text = CONTRACT[:place] + fault["replace"] + CONTRACT[place + len(fault["find"]) :]
    return text, text.count("\n", 0, text.index(fault.get("at", fault["replace"]), start)) + 1


def test_our_contract_is_clean():
    assert lint(contract_document()) == []


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault["why"].replace(" ", "-"))
def test_a_planted_fault_is_found_on_its_line_and_nothing_else_is(fault):
    text, line = planted(fault)

    found = {(finding.rule, finding.line) for finding in linted(text)}

    assert (fault["rule"], line) in found
    assert {rule for rule, _ in found} == {fault["rule"], *fault.get("also", [])}


def test_every_rule_has_a_planted_fault():
    assert {fault["rule"] for fault in FAULTS} == set(RULES)


def test_every_planted_fault_keeps_the_number_of_lines():
    assert {planted(fault)[0].count("\n") for fault in FAULTS} == {CONTRACT.count("\n")}
