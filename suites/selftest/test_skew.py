"""The harness' time is the target's: by the `Date` of its first answers."""

from __future__ import annotations

import time
from email.utils import formatdate
from pathlib import Path

import pytest

from contract.answers import Answer, Request
from contract.results import ExitCode, Verdict
from suites.rig.skew import skew
from suites.selftest.skewed import skewed
from suites.selftest.whole_run import run

BY_TIME = ("MFA-02", "MFA-04")
HOURS_OFF = 3 * 3600.0


def dated(ahead_s: float, *, took_s: float = 0.05, made_at_s: float = 0.0, **headers: str) -> Answer:
    """Return an answer that was asked for *took_s* ago and made *made_at_s* later, by a clock *ahead_s* ahead."""
    fields = {"Date": formatdate(time.time() - took_s + made_at_s + ahead_s, usegmt=True), **headers}
    sent_at_s = time.monotonic() - took_s
    request = Request("GET", "http://api.test/me")
    return Answer(request, 200, tuple(fields.items()), sent_at_s=sent_at_s, elapsed_s=took_s)


@pytest.mark.parametrize("ahead_s", [HOURS_OFF, -HOURS_OFF, 90.0])
def test_a_clock_that_is_off_is_found_to_the_second(ahead_s: float) -> None:
    """A code of another time step is refused, and every row that uses one would be blamed on the target."""
    assert skew([dated(ahead_s), dated(ahead_s)]) == pytest.approx(ahead_s, abs=1.1)


def test_what_a_slow_answer_explains_is_no_skew() -> None:
    """An answer that took ten seconds may have been dated at any of them."""
    assert skew([dated(0.0)]) == 0.0
    assert skew([dated(0.0, took_s=10.0, made_at_s=9.9)]) == 0.0
    assert skew([dated(1.5)]) == 0.0


def test_answers_that_say_nothing_of_the_clock_are_left_out() -> None:
    """A cached page is dated by when it was made, and a target may give no date at all."""
    undated = Answer(Request("GET", "http://api.test/me"), 200)

    assert skew([undated, dated(-HOURS_OFF, Age="10800")]) == 0.0
    assert skew([]) == 0.0


def test_one_machine_of_several_does_not_decide() -> None:
    """Behind a balancer, the clock that most answers have is the one that counts."""
    assert skew([dated(0.0), dated(0.0), dated(HOURS_OFF)]) == 0.0


def test_a_target_hours_off_is_judged_by_its_own_time(tmp_path: Path) -> None:
    """A sound target on a badly kept machine must not be blamed for codes and lifetimes."""
    with skewed(HOURS_OFF) as base_url:
        file = tmp_path / "skewed.toml"
        file.write_text(f'name = "skewed"\nbase_url = "{base_url}"\n', "utf-8")
        came = run(f"--target={file}", f"--requirement={','.join(BY_TIME)}", "--seed=1")

    assert came.code == ExitCode.GREEN, came.text
    assert came.verdicts() == dict.fromkeys(BY_TIME, Verdict.PASS)
    assert came.results is not None
    assert any("ahead of ours, by its Date" in note for note in came.results.notes), came.results.notes
