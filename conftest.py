"""Wires the conformance run into pytest: options, marks, fixtures. What they do is in suites/rig/run/."""

from __future__ import annotations

from suites.rig.run.begin import configure as pytest_configure
from suites.rig.run.fixtures import account, admin, answers, api, clock, faults, mint, outbox, target, worker
from suites.rig.run.options import add as pytest_addoption

__all__ = [
    "account",
    "admin",
    "answers",
    "api",
    "clock",
    "faults",
    "mint",
    "outbox",
    "pytest_addoption",
    "pytest_configure",
    "target",
    "worker",
]
