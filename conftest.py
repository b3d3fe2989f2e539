"""Wires the conformance run into pytest: options, marks, fixtures. What they do is in suites/rig/run/."""

from __future__ import annotations

import pytest

from reports.forms import write_all
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
    configure(config, report=write_all)


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
