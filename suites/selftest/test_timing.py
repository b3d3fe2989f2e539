"""The statistics of the stop-watch: right on what is known, and silent where noise is too large."""

from __future__ import annotations

import math
import random

import pytest

from contract.timing import ERROR_RATE, LOOKS, Finding, compare, interval

BOUND_S = 0.01


def noisy(chance: random.Random, effect_s: float, *, scale_s: float, rounds: int) -> list[float]:
    """Return differences of rounds with *effect_s*, and noise with a long tail on both of a pair."""
    one = [scale_s * chance.paretovariate(1.2) for _ in range(rounds)]
    other = [scale_s * chance.paretovariate(1.2) for _ in range(rounds)]
    return [effect_s + a - b for a, b in zip(one, other, strict=True)]


def tail(count: int, rank: int) -> float:
    """Return the chance of fewer than *rank* heads in *count* throws of a coin."""
    return sum(math.comb(count, each) for each in range(rank)) / 2**count


@pytest.mark.parametrize("count", [1, 10, 40, 100, 101, 400])
@pytest.mark.parametrize("rate", [0.05, 1e-3, 1e-6])
def test_the_interval_is_the_narrowest_with_its_error_rate(count: int, rate: float) -> None:
    low, high = interval(list(range(1, count + 1)), error_rate=rate)

    if math.isinf(low):
        assert tail(count, 1) > rate / 2
    else:
        assert high == count + 1 - low
        assert tail(count, int(low)) <= rate / 2 < tail(count, int(low) + 1)


@pytest.mark.parametrize("effect_s", [0.03, -0.03])
def test_a_saved_hash_is_seen_through_noise_as_large(effect_s: float) -> None:
    differences = noisy(random.Random(1), effect_s, scale_s=0.01, rounds=100)

    assert compare(differences, bound_s=BOUND_S).finding is Finding.SEPARATED


def test_no_difference_is_called_so_where_noise_is_small() -> None:
    assert compare(noisy(random.Random(1), 0.001, scale_s=0.001, rounds=100), bound_s=BOUND_S).finding is Finding.ALIKE


def test_nothing_is_said_where_noise_is_too_large_or_samples_are_too_few() -> None:
    assert compare(noisy(random.Random(1), 0.0, scale_s=1.0, rounds=100), bound_s=BOUND_S).finding is Finding.UNDECIDED
    assert compare([0.5] * 20, bound_s=BOUND_S).finding is Finding.UNDECIDED
    assert compare([], bound_s=BOUND_S).finding is Finding.UNDECIDED


def test_a_comparison_is_given_up_where_more_rounds_are_no_help_and_not_where_it_leans() -> None:
    centred = compare([-0.04, 0.04] * 50, bound_s=BOUND_S)
    leaning = compare([0.005, 0.06] * 50, bound_s=BOUND_S)

    assert (centred.finding, centred.is_hopeless(BOUND_S)) == (Finding.UNDECIDED, True)
    assert (leaning.finding, leaning.is_hopeless(BOUND_S)) == (Finding.UNDECIDED, False)


@pytest.mark.parametrize("scale_s", [0.001, 0.01, 0.1, 1.0])
def test_equal_times_are_never_told_apart(scale_s: float) -> None:
    """Even at an error rate ten thousand times that of a run, and without a bound, alarms stay within it."""
    chance, rate, trials = random.Random(7), ERROR_RATE * 1e4, 2_000
    drawn = (noisy(chance, 0.0, scale_s=scale_s, rounds=LOOKS[0]) for _ in range(trials))
    alarms = sum(compare(each, bound_s=0.0, error_rate=rate).finding is Finding.SEPARATED for each in drawn)

    assert alarms <= 2 * rate * trials


def test_a_comparison_reads_as_text() -> None:
    assert str(compare([0.03] * 100, bound_s=BOUND_S)) == "+30.0 ms (+30.0 to +30.0 ms) over 100 rounds"
