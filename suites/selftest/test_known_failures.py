"""Known failures: what an entry excuses, when it is stale, and what a wrong file is told."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest

from contract.errors import BindingError
from contract.known_failures import match, read_entries, read_file, stale
from contract.targets.model import OPERATIONS, KnownFailure

TODAY = date(2027, 1, 15)
GOOD: dict[str, Any] = {
    "requirement": "LOGIN-02",
    "operation": "loginUser",
    "actual": "400",
    "reason": "ACME-412, fixed in 2.3",
    "owner": "identity team",
    "until": date(2027, 3, 31),
}
ENTRY = KnownFailure(**GOOD)
BY_KIND = replace(ENTRY, actual="unavailable")
EVERYWHERE = replace(ENTRY, operation="*")
WITHOUT_ACTUAL = {key: value for key, value in GOOD.items() if key != "actual"}


def problems_of(**changes: Any) -> tuple[str, ...]:
    """Return what is said about an entry that is right but for *changes*."""
    return read_entries([GOOD | changes], source="acme.toml")[1]


def test_a_right_entry_is_read() -> None:
    assert read_entries([GOOD], source="acme.toml") == ((ENTRY,), ())


def test_no_entry_is_no_problem() -> None:
    assert read_entries([], source="acme.toml") == ((), ())


def test_a_status_may_be_a_number() -> None:
    assert read_entries([GOOD | {"actual": 400}], source="acme.toml") == ((ENTRY,), ())


def test_an_expired_entry_is_read() -> None:
    expired = replace(ENTRY, until=date(2001, 1, 1))

    assert read_entries([GOOD | {"until": date(2001, 1, 1)}], source="acme.toml") == ((expired,), ())


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"requirement": "login-02"}, "unknown requirement 'login-02'. Did you mean 'LOGIN-02'?"),
        (
            {"requirement": "LOGIN-20"},
            "unknown requirement 'LOGIN-20'. Did you mean 'LOGIN-09'? Valid: LOGIN-01, LOGIN-02, LOGIN-03, LOGIN-04, "
            "LOGIN-05, LOGIN-06, LOGIN-07, LOGIN-08, LOGIN-09.",
        ),
        (
            {"operation": "loginuser"},
            f"unknown operation 'loginuser'. Did you mean 'loginUser'? Valid: *, {', '.join(sorted(OPERATIONS))}.",
        ),
        (
            {"actual": "refused-credential"},
            "unknown kind of answer 'refused-credential'. Did you mean 'refused-credentials'? Valid: accepted, "
            "challenged, conflict, forbidden, invalid-input, no-answer, pending, refused-credentials, refused-token, "
            "throttled, unavailable, unrecognised, or a status: 100 to 599.",
        ),
        ({"actual": "600"}, 'actual = "600" is not a status. Valid: 100 to 599, or a kind of answer.'),
        ({"actual": 40}, "actual = 40 is not a status. Valid: 100 to 599, or a kind of answer."),
        ({"actual": "٤٠٠"}, 'actual = "٤٠٠" is not a status. Valid: 100 to 599, or a kind of answer.'),
        (
            {"actual": [400]},
            "actual = [400] is neither a status nor a kind of answer. Name the status or the kind of answer that is "
            'excused, for example actual = "400".',
        ),
        ({"reason": ""}, "reason is missing. Say why it is excused, for example by an issue's number."),
        ({"owner": "  "}, "owner is missing. Say who will mend it."),
        (
            {"until": None},
            "until is missing. Give the last day on which it is excused, for example until = 2027-03-31.",
        ),
        (
            {"until": "2027-03-31"},
            'until = "2027-03-31" is not a date. Write until = 2027-03-31, without quotes.',
        ),
        (
            {"until": datetime(2027, 3, 31, 12, 0)},
            "until = 2027-03-31 12:00:00 is not a date. Write until = 2027-03-31, without quotes.",
        ),
        ({"owner": ["me"]}, "owner = ['me'] is not a text. Say who will mend it."),
        (
            {"untill": date(2027, 3, 31)},
            "unknown key 'untill'. Did you mean 'until'? Valid: actual, operation, owner, reason, requirement, until.",
        ),
    ],
    ids=lambda value: " ".join(f"{key}={given}" for key, given in value.items()) if isinstance(value, dict) else "",
)
def test_a_wrong_entry_gets_one_line(changes: dict[str, Any], said: str) -> None:
    assert problems_of(**changes) == (f"acme.toml: [[known_failure]] 1: {said}",)


def test_all_problems_are_said_at_once() -> None:
    tables = [GOOD, WITHOUT_ACTUAL | {"owner": ""}, GOOD | {"reason": "ACME-500"}]

    assert read_entries(tables, source="acme.toml")[1] == (
        "acme.toml: [[known_failure]] 2: actual is missing. Name the status or the kind of answer that is excused, "
        'for example actual = "400".',
        "acme.toml: [[known_failure]] 2: owner is missing. Say who will mend it.",
        "acme.toml: [[known_failure]] 3: LOGIN-02 loginUser 400 is listed above. Remove one of the two.",
    )


@pytest.mark.parametrize("tables", ["LOGIN-02", {"requirement": "LOGIN-02"}, ["LOGIN-02"], 7])
def test_what_is_no_list_of_tables_gets_one_line(tables: object) -> None:
    assert read_entries(tables, source="acme.toml") == (
        (),
        ("acme.toml: known_failure is not a list of tables. Write each one under [[known_failure]].",),
    )


def test_a_file_is_read(tmp_path: Path) -> None:
    file = tmp_path / "known.toml"
    file.write_text(
        """
        [[known_failure]]
        requirement = "LOGIN-02"
        operation   = "loginUser"
        actual      = "400"
        reason      = "ACME-412, fixed in 2.3"
        owner       = "identity team"
        until       = 2027-03-31
        """,
        "utf-8",
    )

    assert read_file(file) == (ENTRY,)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (
            b"[[known_failure]\n",
            "{}: is not TOML: Expected ']]' at the end of an array declaration (at line 1, column 16).",
        ),
        (b"\xff\xfe", "{}: is not UTF-8 at byte 0. Save it as UTF-8."),
        (b"a = " + b"[" * 5000, "{}: is nested too deeply. Write each entry under [[known_failure]]."),
        (
            b"[[known_failures]]\n",
            "{}: unknown key 'known_failures'. Did you mean 'known_failure'? Valid: known_failure.",
        ),
    ],
    ids=["not TOML", "not UTF-8", "nested", "misspelt table"],
)
def test_a_wrong_file_gets_one_line(tmp_path: Path, content: bytes, said: str) -> None:
    file = tmp_path / "known.toml"
    file.write_bytes(content)

    with pytest.raises(BindingError, match=f"^{re.escape(said.format(file))}$"):
        read_file(file)


def test_a_missing_file_gets_one_line(tmp_path: Path) -> None:
    file = tmp_path / "none.toml"

    with pytest.raises(BindingError, match=f"^{re.escape(f'{file}: cannot be read: No such file or directory.')}$"):
        read_file(file)


def excuse(*entries: KnownFailure, **changes: Any) -> KnownFailure | None:
    """Return the entry that excuses the failure that ENTRY lists, but for *changes* to that failure."""
    failure: dict[str, Any] = {
        "requirement": "LOGIN-02",
        "operation": "loginUser",
        "kind": "refused-credentials",
        "status": 400,
        "today": TODAY,
    }
    return match(entries, **(failure | changes))


def test_a_failure_in_scope_is_excused_by_status_or_by_kind() -> None:
    assert excuse(ENTRY) == ENTRY
    assert excuse(BY_KIND, kind="unavailable", status=500) == BY_KIND
    assert excuse(EVERYWHERE, operation="verifyMfa") == EVERYWHERE


@pytest.mark.parametrize(
    "changes",
    [
        {"requirement": "LOGIN-03"},
        {"operation": "verifyMfa"},
        {"operation": ""},
        {"status": 500},
        {"status": 500, "kind": "unavailable"},
        {"today": date(2027, 4, 1)},
    ],
)
def test_a_failure_out_of_scope_is_not_excused(changes: dict[str, Any]) -> None:
    """An entry that excused more than it names would hide the next regression."""
    assert excuse(ENTRY, **changes) is None


def test_the_last_day_counts() -> None:
    assert excuse(ENTRY, today=date(2027, 3, 31)) == ENTRY


def test_the_narrowest_entry_excuses() -> None:
    assert excuse(EVERYWHERE, ENTRY) == ENTRY


def test_an_entry_that_excused_a_failure_is_not_stale() -> None:
    assert stale([ENTRY], matched=[ENTRY], judged={"LOGIN-02": False}, today=TODAY) == []


def test_an_entry_whose_failure_is_gone_is_stale() -> None:
    assert stale([ENTRY], matched=[], judged={"LOGIN-02": True}, today=TODAY) == [
        (ENTRY, "LOGIN-02 is listed under [[known_failure]] (loginUser, 400) but now passes: remove the entry.")
    ]


def test_an_entry_that_names_another_failure_is_stale() -> None:
    assert stale([ENTRY], matched=[], judged={"LOGIN-02": False}, today=TODAY) == [
        (
            ENTRY,
            "LOGIN-02 is listed under [[known_failure]] (loginUser, 400) but fails otherwise: correct the entry's "
            "operation and actual, or remove it.",
        )
    ]


def test_one_of_two_entries_may_be_stale() -> None:
    found = stale([ENTRY, BY_KIND], matched=[ENTRY], judged={"LOGIN-02": False}, today=TODAY)

    assert [entry for entry, _ in found] == [BY_KIND]


@pytest.mark.parametrize("judged", [{}, {"LOGIN-03": True}])
def test_an_entry_whose_requirement_was_not_judged_is_not_stale(judged: dict[str, bool]) -> None:
    """A run of a few rows must not ask to remove the entries of the others."""
    assert stale([ENTRY], matched=[], judged=judged, today=TODAY) == []


@pytest.mark.parametrize(("matched", "judged"), [([], {}), ([ENTRY], {"LOGIN-02": False})])
def test_an_expired_entry_is_stale_in_every_run(matched: list[KnownFailure], judged: dict[str, bool]) -> None:
    assert stale([ENTRY], matched=matched, judged=judged, today=date(2027, 4, 1)) == [
        (
            ENTRY,
            "LOGIN-02 is listed under [[known_failure]] (loginUser, 400) until 2027-03-31, which has passed: mend the "
            "failure, or agree on a new last day.",
        )
    ]


def test_an_entry_is_not_stale_on_its_last_day() -> None:
    assert stale([ENTRY], matched=[ENTRY], judged={"LOGIN-02": False}, today=date(2027, 3, 31)) == []


def test_the_operations_are_those_of_the_contract() -> None:
    document = (Path(__file__).parents[2] / "contract/openapi.yaml").read_text("utf-8")

    assert set(re.findall(r"^      operationId: (\w+)$", document, re.MULTILINE)) == OPERATIONS
