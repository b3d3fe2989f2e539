"""Fixtures of the self-tests."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from suites.selftest.contract_hook import checked_against_the_contract
from suites.selftest.reference import Reference, serving


@pytest.fixture(scope="session")
def reference() -> Iterator[Reference]:
    """The sound reference; every answer of its operations is also checked against the contract by openapi-core."""
    with serving("--debug-contract", event_hooks={"response": [checked_against_the_contract]}) as running:
        yield running
