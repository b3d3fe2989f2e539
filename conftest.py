"""Wires the conformance run into pytest: options, marks, fixtures. What they do is in suites/rig/run/."""

from __future__ import annotations

from pathlib import Path

import pytest

from contract.results import Results
from suites.rig.run.begin import configure
from suites.rig.run.fixtures import (
    account,
    admin,
    answers,
    api,
    clock,
    faults,
    limited,
    limited_outbox,
    logs,
    mint,
    outbox,
    target,
    tls,
    variant,
    worker,
)
from suites.rig.run.options import add as pytest_addoption
from suites.rig.run.telling import told as pytest_cmdline_main


def pytest_configure(config: pytest.Config) -> None:
    """Begin a run, whose end writes the report."""
    configure(config, report=write_report)


def write_report(results: Results, folder: Path) -> Path:
    """Write every form of the report; what that takes is imported where a run ends, and by no worker."""
    from reports.forms import write_all  # noqa: PLC0415

    return write_all(results, folder)


__all__ = [
    "account",
    "admin",
    "answers",
    "api",
    "clock",
    "faults",
    "limited",
    "limited_outbox",
    "logs",
    "mint",
    "outbox",
    "pytest_addoption",
    "pytest_cmdline_main",
    "pytest_configure",
    "target",
    "tls",
    "variant",
    "worker",
]
