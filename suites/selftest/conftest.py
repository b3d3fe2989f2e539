"""Fixtures of the self-tests."""

from __future__ import annotations

import signal
from collections.abc import Iterator

import pytest

from suites.selftest.contract_hook import checked_against_the_contract
from suites.selftest.reference import Reference, serving


def pytest_sessionstart() -> None:
    """Let what the tests start be interrupted: a shell that starts pytest in the background has it ignore Ctrl-C."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(scope="session")
def reference() -> Iterator[Reference]:
    """The sound reference; every answer of its operations is also checked against the contract by openapi-core."""
    with serving("--debug-contract", event_hooks={"response": [checked_against_the_contract]}) as running:
        yield running
