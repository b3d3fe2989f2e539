"""The catalogue: it is whole, and its rows agree with one another and with the contract."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import yaml

from contract import catalogue
from contract.catalogue import WHOLE_TARGET, Requirement

CONTRACT = Path(catalogue.__file__).parent
ROWS = tuple(catalogue.load().values())
ROWS_OF_AREA = {
    "http": 17,
    "registration": 11,
    "login": 9,
    "tokens": 18,
    "sessions": 10,
    "mfa": 14,
    "reset": 10,
    "authorization": 7,
    "availability": 17,
    "abuse": 12,
    "data": 10,
}
DEMANDS_ON_THE_HARNESS = {"A3", "A4", "A5", "D9", "D10", "E10"}


def ids(rows: list[Requirement]) -> list[str]:
    return [row.id for row in rows]


def test_every_area_has_its_rows_in_unbroken_order() -> None:
    assert {area: len(rows) for area, rows in catalogue.areas().items()} == ROWS_OF_AREA
    assert list(catalogue.load()) == [
        f"{catalogue.PREFIXES[area]}-{number:02}"
        for area, count in ROWS_OF_AREA.items()
        for number in range(1, count + 1)
    ]


def test_every_level_has_its_rows() -> None:
    levels = Counter(row.level + "*" * row.project_rule for row in ROWS)

    assert levels == {"MUST": 91, "MUST*": 29, "SHOULD": 12, "SHOULD*": 2, "MAY": 1}


def test_the_rows_judged_on_every_exchange_are_known() -> None:
    assert ids([row for row in ROWS if row.passive]) == [
        *("HTTP-01", "HTTP-12", "HTTP-13", "HTTP-14", "HTTP-15"),
        *("TOK-13", "DATA-01", "DATA-02", "DATA-06", "DATA-10"),
    ]


def test_between_40_and_50_rows_have_a_generated_twin() -> None:
    assert 40 <= sum(row.generated for row in ROWS) <= 50


def test_the_smoke_rows_are_few_and_harm_nobody() -> None:
    smoke = [row for row in ROWS if row.smoke]

    assert 10 <= len(smoke) <= 15
    assert ids([row for row in smoke if row.disruptive or row.exclusive]) == []


def test_every_field_failure_of_a_target_is_caught_by_a_row() -> None:
    caught = {id for row in ROWS for id in row.field}

    assert catalogue.field_failures().keys() - caught == DEMANDS_ON_THE_HARNESS


def test_a_field_failure_named_as_source_is_named_as_caught() -> None:
    named = {row.id: set(re.findall(r"\b[A-E]\d+\b", row.source.partition(";")[0])) for row in ROWS}

    assert {id: names for id, names in named.items() if not names <= set(catalogue.load()[id].field)} == {}


def test_every_operation_of_the_contract_is_named_by_a_row_and_every_named_one_exists() -> None:
    paths = yaml.safe_load((CONTRACT / "openapi.yaml").read_text(encoding="utf-8"))["paths"]
    members = [member for item in paths.values() for member in item.values() if isinstance(member, dict)]
    named = {operation for row in ROWS for operation in row.operations}

    assert named - {"*"} == {member["operationId"] for member in members if "operationId" in member}
    assert ids([row for row in ROWS if "*" in row.operations and len(row.operations) > 1]) == []


def test_an_asvs_level_is_the_lowest_cited_and_on_no_project_rule() -> None:
    levelled = [row for row in ROWS if row.asvs_level]
    lowest = {row.id: min(int(level) for level in re.findall(r"\bL([123])\b", row.source)) for row in levelled}

    assert {row.id: row.asvs_level for row in levelled} == lowest
    assert ids([row for row in levelled if row.project_rule or row.level != "MUST"]) == []


def test_what_changes_the_target_for_everybody_needs_consent_and_runs_alone() -> None:
    reaching = [row for row in ROWS if WHOLE_TARGET & {*row.facilities}]

    assert ids([row for row in reaching if not (row.disruptive and row.exclusive)]) == []


def test_no_facility_is_both_needed_and_a_widening() -> None:
    assert ids([row for row in ROWS if {*row.facilities} & {*row.widened_by}]) == []


def test_a_statement_is_one_short_sentence() -> None:
    assert ids([row for row in ROWS if len(row.statement) > 240]) == []
    assert ids([row for row in ROWS if not re.fullmatch(r"[A-Z](?:(?!\. [A-Z]).)*\.", row.statement)]) == []


def test_a_probe_that_expects_a_refusal_has_a_control() -> None:
    refusals = [row for row in ROWS if "refused" in row.probe]

    assert ids([row for row in refusals if "Control" not in row.probe]) == []


def test_every_row_names_one_to_three_causes() -> None:
    assert ids([row for row in ROWS if not 1 <= len(row.causes) <= 3]) == []


def test_no_line_of_the_data_is_longer_than_120() -> None:
    files = [*(CONTRACT / "requirements").glob("*.toml"), CONTRACT / "field_failures.toml"]
    lines = [line for path in files for line in path.read_text(encoding="utf-8").splitlines()]

    assert [line for line in lines if len(line) > 120] == []
