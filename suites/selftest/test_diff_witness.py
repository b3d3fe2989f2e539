"""Witnesses: values that show a breaking change of a schema, the same each time."""

from __future__ import annotations

import pytest

from contract.diff.change import Change
from contract.diff.compare import changes
from contract.diff.witness import witnessed
from contract.document import contract_document
from contract.lint.validity import validator
from suites.selftest.editing import edited, read_data

EDITS = {edit["id"]: edit for edit in read_data("edits.toml")["edit"]}
SHOWN = (
    "longer-passwords long-passwords-refused shorter-names name-required name-no-longer-taken a-role-less "
    "flag-becomes-text backup-codes-no-longer-taken smaller-pages codes-of-eight-digits email-no-longer-promised "
    "time-becomes-number flag-may-be-null error-types-renamed request-id-no-longer-promised member-errors-gone"
).split()
"""Edits whose changes have a value that shows them."""


def shown(edit: str) -> list[Change]:
    new = edited(EDITS[edit].get("steps", EDITS[edit]))
    return [each for each in witnessed(changes(contract_document(), new), contract_document(), new) if each.witness]


@pytest.mark.parametrize("edit", SHOWN)
def test_a_change_is_shown_by_a_value_that_is_valid_on_one_side_only(edit):
    """Who is told that a change breaks clients asks for an example."""
    new = edited(EDITS[edit].get("steps", EDITS[edit]))
    found = [
        each
        for each in witnessed(changes(contract_document(), new), contract_document(), new)
        if each.witness and each.schemas
    ]

    assert found
    for change in found:
        direction = "request" if change.direction == "request" else "response"
        before, after = change.schemas
        valid = [validator(contract_document(), before, direction), validator(new, after, direction)]
        judged = [each.is_valid(change.witness.value) for each in valid]
        assert judged == ([True, False] if change.witness.valid == "before" else [False, True])


def test_the_same_documents_give_the_same_values():
    assert shown("a-role-less") == shown("a-role-less")


def test_of_two_bounds_that_moved_each_is_shown_by_a_value_of_its_own():
    new = edited(EDITS["longer-passwords"], EDITS["long-passwords-refused"])
    found = witnessed(changes(contract_document(), new), contract_document(), new)

    lengths = {each.rule: len(each.witness.value) for each in found if each.witness}
    assert lengths["DIFF-PASSWORD-LONGER"] < 20
    assert lengths["DIFF-PASSWORD-CAPPED"] > 64
