"""A target that throttles and refuses slowly: nothing is called broken, what is left out for time is named."""

from __future__ import annotations

from pathlib import Path

from contract.results import Verdict
from suites.selftest.whole_run import run

TARGET = Path(__file__).parent / "data" / "targets" / "throttled.toml"
BUDGET_S = 8


def test_a_throttling_target_is_not_called_broken_and_what_was_left_out_is_named() -> None:
    """Whoever is refused for asking too fast must not read that as an answer to what was asked."""
    came = run(f"--target={TARGET}", f"--time={BUDGET_S}s", "--seed=1")

    assert came.results is not None and came.code == 0, came.last_lines
    assert [(each.requirement, each.message) for each in came.results.findings] == []
    passed = [row for row in came.results.rows if row.verdict is Verdict.PASS]
    assert len(passed) > 5
    left_out = [row.requirement for row in came.results.rows if any("has no room" in why for why in row.why)]
    assert left_out
    for name in left_out:
        assert name in came.text, "what was left out is named in the summary"
