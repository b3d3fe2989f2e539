"""
A planted defect turns red exactly its rows: the real command, the real server, a fresh process and store.

A representative part: every area, a race, a throttle, a clock, an admin, passive rows. `tox -e kill-matrix` has all.
"""

from __future__ import annotations

import pytest

from suites.selftest.kill_matrix import Planted, kill, planted

REPRESENTATIVE = frozenset(
    "HTTP-01 HTTP-07 HTTP-12 HTTP-13 HTTP-14 HTTP-15 REG-01 REG-02 REG-04 LOGIN-01 LOGIN-02 LOGIN-03 TOK-01 TOK-06 "
    "TOK-07 SESS-01 SESS-02 SESS-03 SESS-07 MFA-01 MFA-04 AUTHZ-01 ABUSE-01 DATA-01 DATA-06 AVAIL-02 AVAIL-06".split()
)
DEFECTS = [each for each in planted() if each.id in REPRESENTATIVE]


@pytest.mark.parametrize("defect", DEFECTS, ids=lambda each: each.id)
def test_a_planted_defect_turns_red_exactly_its_rows(defect: Planted) -> None:
    """A dead server turns everything red and fails this; so does an error of the harness."""
    came = kill(defect, full=False)

    assert came.trouble == ""
    assert came.found == came.expected
