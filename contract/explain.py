"""`python -m contract explain ID`: what a requirement or a lint rule asks, why, and what usually breaks it."""

from __future__ import annotations

import argparse
import textwrap
from collections.abc import Sequence

from contract import catalogue
from contract.catalogue import Requirement
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
        description="Say what a requirement or a lint rule asks, on whose authority, and what usually breaks it.",
    )
    parser.add_argument("ids", nargs="+", metavar="ID", help="LOGIN-02, LINT-STATUS-401, ...; in either letter case")
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
    if wanted.startswith("LINT"):
        raise BindingError(unknown("lint rule", id, RULES))
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
