"""Wires provider drift into pytest: the word `provider`, and one conversation however many processes there are."""

from __future__ import annotations

from typing import Any
from weakref import WeakKeyDictionary

import pytest
from xdist.scheduler import LoadScopeScheduling

from suites.drift.provider import Provider, provider_of
from suites.rig.run.plugin import Worker

FOLDER = "suites/drift/"

_PROVIDERS: WeakKeyDictionary[Worker, Provider] = WeakKeyDictionary()


@pytest.fixture
def provider(worker: Worker) -> Provider:
    """Return what the target is like; the conversation with it is had once in a process."""
    if worker not in _PROVIDERS:
        _PROVIDERS[worker] = provider_of(worker)
    return _PROVIDERS[worker]


class OneConversation(LoadScopeScheduling):
    """Hands out tests one by one, and all of this folder to one process: they judge one conversation."""

    def _split_scope(self, nodeid: str) -> str:
        return FOLDER if nodeid.startswith(FOLDER) else nodeid


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> OneConversation | None:
    """Return what spreads the tests over processes, where they are spread one by one."""
    return OneConversation(config, log) if config.getoption("dist") in ("load", "worksteal") else None
