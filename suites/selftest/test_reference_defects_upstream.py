"""Each planted defect that takes an identity service to see is there when it is asked for, and only then."""

from __future__ import annotations

import pytest

from suites.selftest.defect_signs_upstream import OPTIONS, SIGNS
from suites.selftest.identity_stub import identity_stub
from suites.selftest.reference import serving

QUICK = ("--upstream-read-timeout-s", "0.3", "--upstream-budget-s", "0.6", "--upstream-outage-limit", "3")


@pytest.mark.parametrize("planted", [True, False], ids=["planted", "sound"])
@pytest.mark.parametrize("defect", SIGNS)
def test_a_defect_shows_when_it_is_asked_for_and_only_then(defect: str, planted: bool) -> None:
    asked = ("--defect", defect) if planted else ("--debug-contract",)
    with identity_stub() as stub:
        options = (*stub.options, *QUICK, *OPTIONS.get(defect, ()), *asked)
        with serving("--control", *options) as reference:
            assert SIGNS[defect](reference, stub) is planted
