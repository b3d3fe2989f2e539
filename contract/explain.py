"""`python -m contract explain ID`: what a requirement or a rule asks, why, and what usually breaks it."""

from __future__ import annotations

import argparse
import textwrap
from collections.abc import Sequence

from contract import catalogue
from contract.catalogue import Requirement
from contract.diff.rating import RULES as CHANGES
from contract.diff.rating import Rule as Change
from contract.drift.rules import ADVICE
from contract.drift.rules import RULES as DRIFT
from contract.errors import BindingError, unknown
from contract.lint import RULES, Rule

WIDTH = 100


def main(arguments: Sequence[str]) -> int:
    """
    Explain each id in *arguments* on stdout.

    Raises:
        BindingError: an id is neither a requirement's nor a rule's.
    """
    parser = argparse.ArgumentParser(
        prog="python -m contract explain",
        description="Say what a requirement or a rule asks, on whose authority, and what usually breaks it.",
    )
    parser.add_argument(
        "ids", nargs="+", metavar="ID", help="LOGIN-02, LINT-STATUS-401, DIFF-..., DRIFT-...; in either letter case"
    )
    given = parser.parse_args(arguments)
    print("\n\n".join(explained(id) for id in given.ids))
    return 0


def explained(id: str) -> str:
    """
    Return the explanation of *id*, wrapped at `WIDTH` columns.

    Raises:
        BindingError: there is no such requirement or rule; the line names the nearest one.
    """
    wanted = id.strip().upper()
    if wanted in RULES:
        return _rule(RULES[wanted])
    if wanted in CHANGES:
        return _change(CHANGES[wanted])
    if wanted in DRIFT:
        return _drift(wanted)
    for prefix, what, rules in (("LINT", "lint", RULES), ("DIFF", "diff", CHANGES), ("DRIFT", "drift", DRIFT)):
        if wanted.startswith(prefix):
            raise BindingError(unknown(f"{what} rule", id, rules))
    return _requirement(catalogue.find(wanted if wanted in catalogue.load() else id))


def _rule(rule: Rule) -> str:
    return "\n".join(
        (
            f"{rule.id} ({rule.level})",
            _paragraph("", rule.statement),
            _paragraph("source", rule.source),
            _paragraph("probe", "python -m contract lint FILE; nothing is sent"),
            _paragraph("usual cause", rule.cause),
        )
    )


def _change(rule: Change) -> str:
    return "\n".join(
        (
            f"{rule.id} ({rule.consumer} for clients, {rule.posture} for security)",
            _paragraph("", rule.statement),
            _paragraph("why", rule.why),
            _paragraph("probe", "python -m contract diff OLD NEW; nothing is sent"),
        )
    )


def _drift(id: str) -> str:
    return "\n".join(
        (
            f"{id} ({'SHOULD' if id in ADVICE else 'MUST'})",
            _paragraph("", DRIFT[id]),
            _paragraph("source", "the document in force: our contract, or the target's own"),
            _paragraph("probe", "python -m contract drift CAPTURE, or pytest --target=TARGET suites/drift"),
        )
    )


def _requirement(row: Requirement) -> str:
    level = f"{row.level}*, a rule of this project" if row.project_rule else row.level
    if row.asvs_level is not None:
        level += f", OWASP ASVS level {row.asvs_level}"
    parts = [
        f"{row.id} ({level})",
        _paragraph("", row.statement),
        _paragraph("source", row.source),
        _paragraph("probe", row.probe),
        _paragraph("operations", "every one" if "*" in row.operations else ", ".join(row.operations)),
        _paragraph("features", ", ".join(row.features)),
        _paragraph("facilities", ", ".join(row.facilities)),
        *(_paragraph("usual cause", cause) for cause in row.causes),
        _paragraph("usual fix", row.fix),
        _paragraph("status", "pending: no check exists yet" if row.pending else ""),
    ]
    return "\n".join(part for part in parts if part)


def _paragraph(label: str, text: str) -> str:
    """Return *text* wrapped beside *label*; "" where there is no text."""
    indent = " " * 15
    first = f"  {label:<13}" if label else "  "
    return textwrap.fill(text, WIDTH, initial_indent=first, subsequent_indent=indent if label else "  ") if text else ""
