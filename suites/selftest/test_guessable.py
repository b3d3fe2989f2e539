"""The common passwords that are tried: long enough, many enough, and refused by a list that was not made from them."""

from __future__ import annotations

import random

import pytest

from reference_impl import blocklist
from suites.rig import guessable

ADDRESS, SERVICE = "anna.12@main-1a2b3c.example.com", "authproof"
NAMES = (ADDRESS, "anna.12", SERVICE, "u_anna_12_main_1a2b3c_example_com")


@pytest.mark.parametrize("least", [8, 15, 20])
def test_the_reference_refuses_every_one_under_every_seed(least: int) -> None:
    """A sample that a sound server takes under one seed in a hundred would be a false alarm."""
    tried = [*guessable.listed(least), *guessable.derived(least), *guessable.of_names(least, NAMES)]

    taken = [each for each in tried if not blocklist.why_common(each, email=ADDRESS, service_name=SERVICE)]

    assert taken == []
    assert min(map(len, tried)) >= least
    assert len(set(guessable.derived(least))) > 500


def test_a_sample_is_the_seeds_and_holds_nothing_twice() -> None:
    once, again, other = (guessable.derived_sample(random.Random(seed), 15, 180) for seed in (1, 1, 2))

    assert once == again != other
    assert len(set(once)) == 180


def test_a_name_that_is_long_enough_counts_as_it_is() -> None:
    found = guessable.of_names(15, [ADDRESS, "anna"])

    assert ADDRESS in found
    assert "anna" not in found
    assert "annaannaannaanna" in found
