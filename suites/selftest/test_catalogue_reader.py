"""The reader of the catalogue: how a row is found and read, and what a wrong file or id is told."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from contract import catalogue
from contract.catalogue import Costs, Requirement
from contract.errors import BindingError


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
    shutil.copytree(Path(catalogue.__file__).parent / "requirements", tmp_path / "requirements")

    assert catalogue.read(tmp_path / "requirements") == catalogue.load()
