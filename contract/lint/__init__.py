"""Linting an OpenAPI document for what an authentication API must document; `RULES` has every rule by id."""

from __future__ import annotations

from types import MappingProxyType

from contract.document import Document
from contract.lint import bodies, examples, headers, operations, rule, secrets, statuses, structure
from contract.lint.rule import Finding, Rule

__all__ = ["RULES", "Finding", "Rule", "lint"]

_MODULES = (structure, operations, statuses, headers, bodies, examples, secrets)

RULES = MappingProxyType(
    {value.id: value for module in _MODULES for value in vars(module).values() if isinstance(value, Rule)}
)


def lint(document: Document) -> list[Finding]:
    """Return what every rule finds in *document*, by line."""
    return rule.findings(document, tuple(RULES.values()))
