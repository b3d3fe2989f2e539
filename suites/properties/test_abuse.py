"""The throttle, in histories that nobody wrote down."""

from __future__ import annotations

import pytest

from suites.properties.exploring import Explorer
from suites.properties.machines.throttles import Throttle
from suites.rig.clock import Clock
from suites.rig.guessing import throttled
from suites.rig.judging import not_applicable


@pytest.mark.requirement("ABUSE-06")
@pytest.mark.impatient
def test_the_throttle_follows_its_counter_in_any_history(clock: Clock, explore: Explorer) -> None:
    """A lock that ends late, or a count that a success leaves standing, locks out whoever mistypes now and then."""
    if clock.api.target.profile.login_counts == "attempts":
        not_applicable("the target counts attempts, right ones too")
    throttled(clock.api, clock.api.fresh_account(signed_in=False))

    explore.histories(lambda: Throttle(clock))
