"""Several users in one history: what one does is no other's business."""

from __future__ import annotations

import pytest

from suites.properties.exploring import Explorer
from suites.properties.machines.crowd import Crowd
from suites.rig.clock import Clock
from suites.rig.outbox import Outbox


@pytest.mark.requirement("SESS-03")
@pytest.mark.feature("reset")
def test_what_one_user_does_ends_no_other_users_session(clock: Clock, outbox: Outbox, explore: Explorer) -> None:
    """A revocation by a wrong key, or a cache shared by mistake, shows only while others are there."""
    explore.histories(lambda: Crowd(clock, outbox), steps=50)
