"""Profiles and budgets as data, and what is said where they are wrong."""

from __future__ import annotations

import pytest

from contract.errors import BindingError
from load import budgets, profiles

RATES = {"login": 100, "registration": 10, "refresh": 50, "mixed": 160}  # field failure E10


def problems_of(read, tmp_path, text) -> str:
    """Return what *read* says of a file with *text*."""
    file = tmp_path / "mine.toml"
    file.write_text(text)
    with pytest.raises(BindingError) as caught:
        read(file)
    return str(caught.value)


def test_the_shipped_profiles_ask_for_the_rates_that_were_asked_for():
    """100 logins, 10 registrations and 50 refreshes a second, as arrivals."""
    found = profiles.load()

    assert {name: found[name].peak_per_s for name in RATES} == RATES
    assert {name for name, each in found.items() if each.search} == {"capacity", "capacity-refresh"}


def test_every_shipped_profile_is_budgeted_and_long_enough_for_its_limits():
    """A profile whose limits can never be decided would always be invalid."""
    limits = budgets.load()
    for profile in profiles.load().values():
        budgets.check_complete(limits, profile.operations, profile.name)
        for operation, schedule in profile.operations.items():
            if not profile.search:
                assert schedule.expected >= 1000, f"{profile.name}: {operation} cannot have a p99"


def test_a_profile_is_scaled_and_stretched_without_changing_its_mixture():
    """`-t` and `--load-rate` change how much, never what."""
    mixed = profiles.load()["mixed"].scaled(peak_per_s=16, duration_s=60)

    assert mixed.duration_s == 60
    assert {name: each.peak_per_s for name, each in mixed.operations.items()} == {
        "loginUser": pytest.approx(10),
        "registerUser": pytest.approx(1),
        "refreshToken": pytest.approx(5),
    }


SAID = {
    "[a]\nduration_s = 9": "mine.toml: [a] asks for nothing: give operations.loginUser = { shape, ... }.",
    "[a]\nduration_s = 9\noperations.loginUser = { shape = 'constant', rate_per_s = 0 }": (
        "mine.toml: [a] loginUser: rate_per_s = 0: give a number above 0."
    ),
    "[a]\nduration_s = 9\noperations.loginUser = { shape = 'wave' }": (
        "mine.toml: [a] loginUser: unknown shape 'wave'. Valid: constant, ramp, spike, steps."
    ),
    "[a]\nduration_s = 9\noperations.loginUsr = { shape = 'constant', rate_per_s = 1 }": (
        "mine.toml: [a] unknown operation 'loginUsr'. Did you mean 'loginUser'? "
        "Valid: loginUser, refreshToken, registerUser."
    ),
    "[a]\nduration_s = 9\nmodel = 'closed'\noperations.loginUser = { shape = 'constant', rate_per_s = 1 }": (
        "mine.toml: [a] is closed and says no users = N."
    ),
    "[a]\nduration_s = 9\n"
    "operations.loginUser = { shape = 'spike', rate_per_s = 1, peak_per_s = 2, at_s = 8, for_s = 2 }": (
        "mine.toml: [a] loginUser: the spike ends after the run: at_s + for_s must lie below duration_s."
    ),
    "[a": "mine.toml: is not TOML",
}  # fmt: skip


@pytest.mark.parametrize(("text", "said"), SAID.items(), ids=range(len(SAID)))
def test_a_wrong_profile_is_told_in_one_line(tmp_path, text, said):
    """Where, what, and how to mend it."""
    told = problems_of(profiles.read, tmp_path, text)

    assert said in told and "\n" not in told


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[loginUser]\np99 = 3", "mine.toml: [loginUser] unknown key 'p99'. Did you mean 'p99_ms'?"),
        ("[loginUser]\nerror_ratio = 2", "mine.toml: [loginUser] error_ratio = 2: is a ratio, at most 1."),
        ("[loginUser]\np99_ms = 0", "mine.toml: [loginUser] p99_ms = 0: give a number above 0."),
        ("[logins]\np99_ms = 3", "mine.toml: unknown operation 'logins'."),
    ],
)
def test_a_wrong_budget_is_told_in_one_line(tmp_path, text, said):
    """A limit that is misread would be a limit that cannot fail."""
    assert said in problems_of(budgets.load, tmp_path, text)


def test_an_operation_without_a_budget_is_refused():
    """Its run could not fail."""
    with pytest.raises(BindingError) as caught:
        budgets.check_complete({}, ["loginUser"], "login")

    assert str(caught.value) == (
        "--load-profile=login asks for loginUser, which has no budget: give budgets.toml a table [loginUser]."
    )


def test_a_search_is_decided_by_what_a_few_hundred_answers_can_say():
    """A p99 at each rate would take minutes, and an error ratio of one in a thousand can be seen in no hundred."""
    searched = budgets.load()["loginUser"].for_search()

    assert searched.limits == {"p95_ms": 300, "achieved_ratio": 0.99, "error_ratio": 0.01}
    assert searched.samples == 200
