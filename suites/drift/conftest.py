"""Wires provider drift into pytest: the word `provider`."""

from __future__ import annotations

from weakref import WeakKeyDictionary

import pytest

from suites.drift.provider import Provider, provider_of
from suites.rig.run.plugin import Worker

_PROVIDERS: WeakKeyDictionary[Worker, Provider] = WeakKeyDictionary()


@pytest.fixture
def provider(worker: Worker) -> Provider:
    """Return what the target is like; the conversation with it is had once in a process."""
    if worker not in _PROVIDERS:
        _PROVIDERS[worker] = provider_of(worker)
    return _PROVIDERS[worker]
