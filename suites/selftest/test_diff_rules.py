"""Each rule of the comparison of documents: it fires where it should, not beside that, and it can be explained."""

from __future__ import annotations

import pytest

from contract.diff.compare import changes
from contract.diff.rating import RULES
from contract.document import Document, contract_document
from contract.explain import explained
from suites.selftest.editing import edited, read_data

PAIRS = read_data("rules.toml")
EDITS = {edit["id"]: edit for edit in read_data("edits.toml")["edit"]} | read_data("further.toml")


def rules_between(pair: list[str]) -> set[str]:
    """Return the rules that fire between two documents, each our contract with one edit made, or as it is."""
    old, new = (document(name) for name in pair)
    return {each.rule for each in changes(old, new)}


def document(name: str) -> Document:
    return edited(EDITS[name].get("steps", EDITS[name]), name=name) if name else contract_document()


def test_every_rule_has_a_pair_and_every_pair_a_rule():
    assert sorted(PAIRS) == sorted(RULES)


@pytest.mark.parametrize("rule", PAIRS)
def test_a_rule_fires_on_its_own_pair_and_not_on_its_neighbour(rule):
    """A rule that never fires protects nobody, and one that fires beside its subject is soon switched off."""
    assert rule in rules_between(PAIRS[rule]["fires"])
    assert rule not in rules_between(PAIRS[rule]["quiet"])


@pytest.mark.parametrize("rule", RULES)
def test_a_rule_is_explained_with_both_ratings(rule):
    said = explained(rule.lower())

    assert said.startswith(f"{rule} ({RULES[rule].consumer} for clients, {RULES[rule].posture} for security)\n")
    assert RULES[rule].statement.split()[0] in said and "why" in said
