"""`--explain=ID` and `--list`: what is told in place of a run."""

from __future__ import annotations

import pytest

from contract import catalogue
from contract.errors import BindingError
from contract.explain import explained
from suites.rig.run.options import read

LONGEST = 90


def told(config: pytest.Config) -> int | None:
    """Print what `--explain` or `--list` ask for, and return 0; None where a run is asked for."""
    ids = [part for text in config.getoption("--explain") for part in text.split(",") if part.strip()]
    if not ids and not config.getoption("--list"):
        return None
    try:
        if ids:
            print("\n\n".join(explained(id) for id in ids))
        else:
            print("\n".join(listed(read(config).requirements)))
    except BindingError as error:
        raise pytest.UsageError("\n".join(error.problems)) from None
    return int(pytest.ExitCode.OK)


def listed(wanted: frozenset[str]) -> list[str]:
    """Return one line for each requirement, those of *wanted* where it is not empty: id, level, area, statement."""
    rows = [row for row in catalogue.load().values() if not wanted or row.id in wanted]
    return [f"{row.id:<10}{level(row):<9}{row.area:<15}{clipped(row.statement)}" for row in rows]


def level(row: catalogue.Requirement) -> str:
    """Return the level of *row* as findings say it: MUST, SHOULD, MUST* for a rule of this project."""
    return f"{row.level}{'*' if row.project_rule else ''}"


def clipped(text: str) -> str:
    """Return *text* at no more than a line's length."""
    return text if len(text) <= LONGEST else text[: LONGEST - 3] + "..."
