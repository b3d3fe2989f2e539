"""A registration that fails leaves nothing behind: neither half an account, nor an address that is taken for good."""

from __future__ import annotations

import pytest

from contract.answers import Kind
from contract.outages import FaultKind
from suites.rig.breakable import Breakable, Breakables, failing, once_it_works, through
from suites.rig.judging import control, expect, not_applicable

UPSTREAM = pytest.param("identity-service", marks=pytest.mark.feature("upstream"))


def needed(faults: Breakables, dependency: str) -> Breakable:
    """Return *dependency*, which registration needs and with which it works."""
    found = faults.on(dependency)
    if not found.needed_by("registerUser"):
        not_applicable(f"registration does without the {dependency}")
    control(found.api.register(found.api.people.person(found.api.target.profile)))
    return found


@pytest.mark.requirement("REG-11")
@pytest.mark.parametrize("dependency", ["database", UPSTREAM, "mail"])
def test_a_registration_that_failed_at_any_step_succeeds_when_it_is_sent_again(
    faults: Breakables, dependency: str
) -> None:
    """Who is asked to try again is told that the address is taken: by nobody but himself."""
    broken = needed(faults, dependency)
    api = broken.api
    person = api.people.person(api.target.profile)

    through(broken, lambda: api.register(person), because="a registration that had failed")

    expect(api.login(person), Kind.ACCEPTED, because="the password of a registration that had failed, and succeeded")


@pytest.mark.requirement("REG-11")
@pytest.mark.parametrize("dependency", [UPSTREAM, "mail"])
def test_a_registration_succeeds_though_the_answer_of_a_service_to_the_first_was_lost(
    faults: Breakables, dependency: str
) -> None:
    """What the service has done and nobody heard of must not stand in the way for ever."""
    broken = needed(faults, dependency)
    api = broken.api
    person = api.people.person(api.target.profile)

    with broken.broken(FaultKind.CUT):
        failing(api.register(person))

    again = once_it_works(lambda: api.register(person), Kind.ACCEPTED, Kind.CONFLICT)
    expect(again, Kind.ACCEPTED, because="a registration whose first attempt failed")
    expect(api.login(person), Kind.ACCEPTED, because="the password of a registration that had failed, and succeeded")
