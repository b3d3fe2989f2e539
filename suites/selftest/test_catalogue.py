"""The catalogue: it is whole, its rows agree with themselves, and a wrong file is told everything at once."""

from __future__ import annotations

import re
import shutil
from collections import Counter
from pathlib import Path

import pytest
import yaml

from contract import catalogue
from contract.catalogue import WHOLE_TARGET, Costs, Requirement
from contract.errors import BindingError

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
        *("TOK-13", "DATA-02", "DATA-06", "DATA-10"),
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


def test_a_row_is_found_by_its_id() -> None:
    row = catalogue.find("AVAIL-04")

    assert (row.id, row.area, row.level, row.project_rule) == ("AVAIL-04", "availability", "MUST", True)
    assert row.facilities == ("faults",)
    assert row.field == ("B2",)


@pytest.mark.parametrize(
    ("id", "said"),
    [
        ("login-02", "unknown requirement 'login-02'. Did you mean 'LOGIN-02'?"),
        ("HTTP-1", "unknown requirement 'HTTP-1'. Did you mean 'HTTP-01'?"),
        (
            "AUTHZ-17",
            "unknown requirement 'AUTHZ-17'. Did you mean 'AUTHZ-07'? Valid: AUTHZ-01, AUTHZ-02, AUTHZ-03, AUTHZ-04, "
            "AUTHZ-05, AUTHZ-06, AUTHZ-07.",
        ),
        (
            "REGS-01",
            "unknown requirement 'REGS-01': unknown area 'REGS'. Did you mean 'REG'? Valid: ABUSE, AUTHZ, AVAIL, DATA, "
            "HTTP, LOGIN, MFA, REG, RST, SESS, TOK.",
        ),
        (
            "",
            "unknown requirement '': unknown area ''. Valid: ABUSE, AUTHZ, AVAIL, DATA, HTTP, LOGIN, MFA, REG, RST, "
            "SESS, TOK.",
        ),
    ],
)
def test_an_unknown_id_is_told_the_nearest(id: str, said: str) -> None:
    with pytest.raises(BindingError) as raised:
        catalogue.find(id)

    assert str(raised.value) == said


GOOD_ROW = """
[AUTHZ-01]
level = "MUST"
statement = \"\"\"
A text may go
over lines.\"\"\"
source = "RFC 9110 §15.5.4"
operations = ["listUsers"]
costs = { accounts = 2, requests = 6, failures = 0 }
probe = "It is asked."
causes = ["It was forgotten."]
fix = "Remember it."
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with an empty file for each area."""
    for area in catalogue.PREFIXES:
        (tmp_path / f"{area}.toml").touch()
    return tmp_path


def problems(folder: Path) -> list[str]:
    with pytest.raises(BindingError) as raised:
        catalogue.read(folder)
    return list(raised.value.problems)


def test_what_a_row_leaves_out_is_empty_or_false(folder: Path) -> None:
    (folder / "authorization.toml").write_text(GOOD_ROW, encoding="utf-8")

    assert catalogue.read(folder) == {
        "AUTHZ-01": Requirement(
            id="AUTHZ-01",
            area="authorization",
            level="MUST",
            project_rule=False,
            asvs_level=None,
            statement="A text may go over lines.",
            source="RFC 9110 §15.5.4",
            operations=("listUsers",),
            features=(),
            facilities=(),
            widened_by=(),
            passive=False,
            disruptive=False,
            exclusive=False,
            smoke=False,
            generated=False,
            pending=False,
            costs=Costs(accounts=2, requests=6, failures=0),
            probe="It is asked.",
            causes=("It was forgotten.",),
            field=(),
            fix="Remember it.",
        )
    }


OPERATIONS_LINE = (
    "Valid: *, changePassword, confirmPasswordReset, disableMfa, getCurrentUser, getLiveness, getReadiness, getUser, "
    "listUsers, loginUser, logoutUser, refreshToken, registerUser, requestPasswordReset, setupMfa, updateCurrentUser, "
    "updateUser, verifyMfa, verifyMfaSetup."
)
FACILITIES_LINE = "Valid: accounts, admin, clock, faults, logs, outbox, published-key, signing-key, tls."


@pytest.mark.parametrize(
    ("was", "now", "said"),
    [
        (
            "probe =",
            "prob =",
            "unknown key 'prob'. Did you mean 'probe'? Valid: asvs_level, causes, costs, disruptive, exclusive, "
            "facilities, features, field, fix, generated, level, operations, passive, pending, probe, project_rule, "
            "smoke, source, statement, widened_by.",
        ),
        ('fix = "Remember it."', "", "fix is missing."),
        ('"Remember it."', "true", "fix must be a text that is not empty."),
        ('"Remember it."', '" "', "fix must be a text that is not empty."),
        ('"MUST"', '"MUSTY"', "unknown level 'MUSTY'. Did you mean 'MUST'? Valid: MAY, MUST, SHOULD."),
        ('["It was forgotten."]', "[]", "causes must be a list of texts, and be left out where there is none."),
        ('["It was forgotten."]', "[1]", "causes must be a list of texts, and be left out where there is none."),
        ("fix =", "smoke = 1\nfix =", "smoke must be true or false."),
        ("fix =", "asvs_level = 4\nfix =", "asvs_level must be 1, 2 or 3."),
        ("fix =", "asvs_level = true\nfix =", "asvs_level must be 1, 2 or 3."),
        (
            "failures = 0",
            "failures = -1",
            "costs must be { accounts = N, requests = N, failures = N }, whole numbers.",
        ),
        (
            ", failures = 0",
            "",
            "costs must be { accounts = N, requests = N, failures = N }, whole numbers.",
        ),
        (
            '["listUsers"]',
            '["listUser"]',
            f"unknown operation 'listUser'. Did you mean 'listUsers'? {OPERATIONS_LINE}",
        ),
        (
            "fix =",
            'facilities = ["fault"]\nfix =',
            f"unknown facility 'fault'. Did you mean 'faults'? {FACILITIES_LINE}",
        ),
        (
            "fix =",
            'widened_by = ["log"]\nfix =',
            f"unknown facility 'log'. Did you mean 'logs'? {FACILITIES_LINE}",
        ),
        (
            "fix =",
            'field = ["D12"]\nfix =',
            "unknown field failure 'D12'. Did you mean 'D2'? Valid: A1, A2, A3, A4, A5, B1, B2, B3, B4, B5, B6, B7, "
            "B8, C1, C2, C3, C4, D1, D10, D11, D2, D3, D4, D5, D6, D7, D8, D9, E1, E10, E2, E3, E4, E5, E6, E7, E8, "
            "E9.",
        ),
    ],
)
def test_a_wrong_row_is_told_where_and_what(folder: Path, was: str, now: str, said: str) -> None:
    assert GOOD_ROW.count(was) == 1
    (folder / "authorization.toml").write_text(GOOD_ROW.replace(was, now), encoding="utf-8")

    assert f"authorization.toml: [AUTHZ-01] {said}" in problems(folder)


def test_an_unknown_feature_is_told_the_nearest(folder: Path) -> None:
    (folder / "authorization.toml").write_text(GOOD_ROW + 'features = ["topt", "admins"]', encoding="utf-8")

    first, second = problems(folder)

    assert first.startswith("authorization.toml: [AUTHZ-01] unknown feature 'topt'. ")
    assert second.startswith("authorization.toml: [AUTHZ-01] unknown feature 'admins'. Did you mean 'admin'? Valid: ")


def test_every_fault_of_every_file_is_told_at_once(folder: Path) -> None:
    (folder / "authorization.toml").write_text(
        GOOD_ROW.replace("AUTHZ-01", "AUTHZ-1").replace('fix = "Remember it."', "")
        + GOOD_ROW.replace("AUTHZ-01", "LOGIN-01"),
        encoding="utf-8",
    )
    (folder / "mfa.toml").write_text("level = 1", encoding="utf-8")
    (folder / "reset.toml").write_text("[RST-01", encoding="utf-8")
    (folder / "tokens.toml").unlink()
    (folder / "token.toml").touch()

    assert problems(folder) == [
        "token.toml: unknown area 'token'. Did you mean 'tokens'? Valid: abuse, authorization, availability, data, "
        "http, login, mfa, registration, reset, sessions, tokens.",
        f"tokens.toml: missing; every area has its file in {folder.name}/.",
        "mfa.toml: 'level' is no id: MFA, a hyphen, two digits.",
        "mfa.toml: 'level' must be a table: write [level].",
        "reset.toml: not TOML: Expected ']' at the end of a table declaration (at end of document).",
        "authorization.toml: 'AUTHZ-1' is no id: AUTHZ, a hyphen, two digits.",
        "authorization.toml: [AUTHZ-1] fix is missing.",
        "authorization.toml: [LOGIN-01] is not of this area: ids here begin with AUTHZ-.",
    ]


def test_the_shipped_files_stand_for_themselves(tmp_path: Path) -> None:
    shutil.copytree(CONTRACT / "requirements", tmp_path / "requirements")

    assert catalogue.read(tmp_path / "requirements") == catalogue.load()
