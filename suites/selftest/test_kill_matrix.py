"""Each planted defect turns red exactly its rows: the real command, the real server, a fresh process and store."""

from __future__ import annotations

import pytest

from suites.selftest.kill_matrix import Planted, checked, kill, planted

DEFECTS = [each for each in planted() if each.requirement in checked()]


@pytest.mark.parametrize("defect", DEFECTS, ids=lambda each: each.id)
def test_a_planted_defect_turns_red_exactly_its_rows(defect: Planted) -> None:
    """A dead server turns everything red and fails this; so does an error of the harness."""
    came = kill(defect, full=False)

    assert came.trouble == ""
    assert came.found == came.expected
