"""Single edits of our contract: what each means on both axes was written down before the code that says so."""

from __future__ import annotations

import pytest

from contract.diff.compare import changes
from contract.diff.rating import worst_consumer, worst_posture
from contract.document import contract_document
from suites.selftest.editing import edited, read_data

EDITS = read_data("edits.toml")["edit"]


@pytest.mark.parametrize("edit", EDITS, ids=lambda edit: edit["id"])
def test_an_edit_is_rated_on_both_axes_as_was_written_down_before(edit):
    """Whoever reviews a pull request learns both what breaks clients and what gives security away."""
    found = changes(contract_document(), edited(edit.get("steps", edit)))

    rated = worst_consumer(each.consumer for each in found), worst_posture(each.posture for each in found)
    assert rated == (edit["consumer"], edit["posture"]), [f"{each.rule}: {each.message}" for each in found]


def test_there_are_at_least_sixty_and_every_rating_is_among_them():
    assert len({edit["id"] for edit in EDITS}) == len(EDITS) >= 60
    assert {edit["consumer"] for edit in EDITS} == {"breaking", "risky", "compatible"}
    assert {edit["posture"] for edit in EDITS} == {"weakened", "neutral", "strengthened"}


def test_a_document_does_not_differ_from_itself():
    assert changes(contract_document(), edited()) == []
