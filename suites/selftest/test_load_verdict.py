"""The verdict of a load run: what is missed, what cannot be said, and which exit code follows."""

from __future__ import annotations

import random

import pytest

from load.budgets import Budget
from load.health import Vitals, invalidities, wake_limit_ms
from load.latency import Counts, Histograms, histogram, summary, three_digits
from load.verdict import EXIT_CODES, Outcome, Tally, interval, lines, outcome_of, ranks

BUDGET = Budget("loginUser", {"p50_ms": 50, "p99_ms": 100, "error_ratio": 0.01, "achieved_ratio": 0.99}, 200)


def tally(milliseconds, **counted) -> Tally:
    """Return a tally of good answers that took *milliseconds*; further counts replace those of a clean run."""
    latencies = histogram()
    for each in milliseconds:
        latencies.record_value(int(each * 1000))
    count = len(milliseconds)
    said = {"intended": count, "started": count, "completed": count, "in_time": count, "good": count}
    said |= {"excused": 0, "late": 0, "unfinished": 0} | counted
    return Tally("loginUser", latencies=latencies, **said)


def outcomes(found) -> dict[str, str]:
    """Return by measure what became of it."""
    return {line.measure: line.outcome for line in lines(BUDGET, found)}


def test_105_ms_do_not_keep_a_budget_of_100_ms():
    """Locust's own rounding calls 105 ms 100: a release that is too slow would pass."""
    found = {line.measure: line for line in lines(BUDGET, tally([20] * 1900 + [105] * 100))}

    assert found["p99_ms"].outcome == "missed"
    assert found["p99_ms"].value == pytest.approx(105, rel=0.001)
    assert found["p99_ms"].text == "loginUser p99 105 ms (105 to 105), <= 100 ms: missed"


@pytest.mark.parametrize("response_ms", [0.3, 1.0, 7.93, 99.9, 105, 104.99, 999.4, 1234.5, 60_000])
def test_locusts_tables_round_as_our_histograms_do(response_ms):
    """Two tables of one run that differ would both be doubted."""
    latencies = histogram()
    latencies.record_value(int(response_ms * 1000))

    assert three_digits(response_ms) == pytest.approx(latencies.get_max_value() / 1000)
    assert three_digits(response_ms) == pytest.approx(response_ms, rel=0.001)


def test_a_clean_run_keeps_its_budget():
    """The accepted twin of everything below."""
    assert set(outcomes(tally([20] * 2000)).values()) == {"met"}


def test_too_few_answers_say_nothing():
    """A p99 of six samples in its tail is chance; a green run on it would be luck."""
    assert outcomes(tally([20] * 600)) == {
        "p50_ms": "met",
        "p99_ms": "undecided",
        "error_ratio": "met",
        "achieved_ratio": "met",
    }


def test_few_answers_that_are_all_too_slow_say_enough():
    """Nobody needs a thousand answers to see that ten seconds are not 100 ms."""
    assert outcomes(tally([10_000] * 300))["p99_ms"] == "missed"


def test_what_has_not_come_back_is_slower_than_everything_that_has():
    """An overloaded target loses exactly its slowest answers; a tool that forgets them calls it fast."""
    found = tally([20] * 1960, intended=2000, started=2000, unfinished=40, in_time=1960)

    assert outcomes(found) == {"p50_ms": "met", "p99_ms": "missed", "error_ratio": "missed", "achieved_ratio": "missed"}
    assert "not back" in next(line.text for line in lines(BUDGET, found) if line.measure == "p99_ms")


def test_fast_refusals_are_errors_and_no_latencies():
    """A 429 is a hundred times cheaper than a login: counted among the latencies, it would hide the slow ones."""
    found = tally([90] * 1000, completed=2000, intended=2000, started=2000, in_time=2000)

    assert outcomes(found)["error_ratio"] == "missed"
    assert {line.measure: line.samples for line in lines(BUDGET, found)}["p50_ms"] == 1000


def test_errors_that_a_known_failure_lists_do_not_count():
    """What is excused elsewhere is excused here, and nothing besides."""
    found = tally([20] * 1900, completed=2000, intended=2000, started=2000, in_time=2000, excused=95)

    assert found.wrong == 5
    assert outcomes(found)["error_ratio"] == "met"


def test_the_confidence_interval_of_a_percentile_holds_it_nineteen_times_in_twenty():
    """Of 400 runs of 2,000 exponential latencies, about 20 intervals miss the true p95."""
    chance, held, true = random.Random(5), 0, 2.995732
    for _ in range(400):
        values = sorted(chance.expovariate(1.0) for _ in range(2000))
        low, high = ranks(95, len(values))
        held += values[low - 1] <= true <= values[high - 1]

    assert 0.92 <= held / 400 <= 0.98


def test_the_interval_of_a_ratio_is_wilsons():
    """No errors in 100 answers do not prove that there are none."""
    assert interval(0, 100) == pytest.approx((0.0, 0.0370), abs=0.0001)
    assert interval(5, 100) == pytest.approx((0.0215, 0.1118), abs=0.0001)


@pytest.mark.parametrize(
    ("vitals", "said"),
    [
        (Vitals(0, 30.0, 1.0, 1.0), ""),
        (Vitals(0, 30.0, 31.0, 1.0), "generator process 0 woke up late: p99 31.0 ms, limit 30.0 ms"),
        (Vitals(1, 30.0, 1.0, 31.0), "generator process 1 heartbeat came late: p99 31.0 ms, limit 30.0 ms"),
        (Vitals(0, 81.0, 1.0, 1.0), "generator process 0 used 81 % of a core, limit 80 %: spread the load by "
                                    "--processes, or over machines"),
        (Vitals(1, 5.0, 1.0, 1.0, lost=True), "generator process 1 was lost: its share of the arrivals was not sent"),
    ],
)  # fmt: skip
def test_a_generator_that_is_not_in_order_says_why(vitals, said):
    """Its own slowness, taken for the target's, would send people to mend what is not broken."""
    assert invalidities([vitals], wake_limit_ms(300)) == ([said] if said else [])


def test_the_generator_may_be_late_by_five_milliseconds_or_a_tenth_of_the_tightest_p99():
    """A limit that the clock of an ordinary machine cannot keep would call every run invalid."""
    assert (wake_limit_ms(None), wake_limit_ms(30), wake_limit_ms(500)) == (5, 5, 50)


def test_the_exit_code_says_the_worst_that_is_known():
    """CI reads nothing else."""
    missed, clean, few = (
        lines(BUDGET, tally([500] * 2000)),
        lines(BUDGET, tally([20] * 2000)),
        lines(BUDGET, tally([2])),
    )
    cases = [
        (clean, [], False, False, 0),
        (missed, [], False, False, 1),
        (clean, [], False, True, 1),
        (few, [], False, False, 3),
        (missed, ["the generator was late"], False, False, 3),
        (missed, ["the generator was late"], True, True, 6),
    ]
    for found, invalid, unreachable, findings, code in cases:
        assert EXIT_CODES[outcome_of(found, invalid, unreachable=unreachable, findings=findings)] == code

    assert set(EXIT_CODES) == set(Outcome)


def test_histograms_of_two_processes_merge_to_that_of_one():
    """Percentiles cannot be averaged; merged histograms are exact."""
    chance = random.Random(3)
    values = [chance.lognormvariate(-4, 1) for _ in range(5000)]
    whole, first, second, merged = histogram(), Counts(), Counts(), Histograms()
    for number, value in enumerate(values):
        whole.record_value(int(value * 1e6))
        (first if number % 2 else second).record("x", value)
    merged.add(first.encoded())
    merged.add(second.encoded())

    assert summary(merged.by_name["x"]) == summary(whole)
    assert merged.by_name["x"].equals(whole)


def test_a_pause_counts_as_long_as_it_was():
    """A pulse every 10 ms that sleeps through a second has missed a hundred beats, and not one."""
    pulse, merged = Counts(), Histograms()
    for _ in range(400):
        pulse.record_pause("heartbeat", 0.0002, 0.01)
    pulse.record_pause("heartbeat", 1.0, 0.01)

    merged.add(pulse.encoded())
    assert summary(merged.by_name["heartbeat"])["percentiles"]["90"] > 400
    assert merged.by_name["heartbeat"].total_count == pytest.approx(500, abs=1)
