"""`python -m contract diff`: what it prints, where, with which exit code, and what it excuses."""

from __future__ import annotations

import json
import subprocess
from datetime import date, timedelta
from pathlib import Path

import jsonschema_rs
import pytest

from contract.__main__ import main
from contract.diff.result import Diff
from contract.diff.sources import read
from contract.document import CONTRACT_FILE
from contract.errors import BindingError

CONTRACT = CONTRACT_FILE.read_text(encoding="utf-8")
SCHEMA = json.loads((CONTRACT_FILE.parent / "diff" / "diff.schema.json").read_text(encoding="utf-8"))


@pytest.fixture
def weaker(tmp_path: Path) -> Path:
    """Our contract, with shorter passwords."""
    return edited(tmp_path, "minLength: 15", "minLength: 8")


def edited(folder: Path, old: str, new: str) -> Path:
    """Return a copy of our contract in which the one place that says *old* says *new*."""
    assert CONTRACT.count(old) == 1, old
    path = folder / "new.yaml"
    path.write_text(CONTRACT.replace(old, new), encoding="utf-8")
    return path


def line_of(path: Path, text: str) -> int:
    return path.read_text(encoding="utf-8").partition(text)[0].count("\n") + 1


def diff(*arguments: str | Path) -> int:
    return main(["diff", str(CONTRACT_FILE), *map(str, arguments)])


def written(*arguments: str | Path, to: Path) -> Diff:
    """Return what the command writes as JSON, which satisfies its schema."""
    diff(*arguments, f"--json={to}")
    document = json.loads(to.read_text("utf-8"))
    jsonschema_rs.validator_for(SCHEMA, validate_formats=True).validate(document)
    return Diff.from_json(document)


def known_failure(folder: Path, **changed: str) -> Path:
    """Return a file with one entry, that of the shorter passwords, with some keys *changed*."""
    entry = {
        "requirement": "DIFF-PASSWORD-SHORTER",
        "operation": "*",
        "actual": "/components/schemas/NewPassword/minLength",
        "reason": "ACME-7",
        "owner": "identity team",
        "until": str(date.today() + timedelta(days=1)),
    } | changed
    path = folder / "known.toml"
    lines = [f"{key} = {value if key == 'until' else json.dumps(value)}" for key, value in entry.items()]
    path.write_text("[[known_failure]]\n" + "\n".join(lines) + "\n", encoding="utf-8")
    return path


def test_a_document_does_not_differ_from_itself(capsys):
    assert diff(CONTRACT_FILE) == 0
    assert capsys.readouterr().out == "no change\n"


def test_a_loss_of_security_fails_though_no_client_notices(weaker, capsys):
    assert diff(weaker) == 1
    line = line_of(weaker, "minLength: 8\n")
    assert capsys.readouterr().out == (
        f"{weaker}:{line}: compatible, weakened DIFF-PASSWORD-SHORTER POST /auth/password-reset/confirm, "
        "POST /users/me/password, POST /auth/register: 'newPassword': minLength is 8, was 15.\n"
        "1 change: 1 compatible, 1 weakened; 1 of them not allowed\n"
    )


@pytest.mark.parametrize(
    ("fail_on", "code"),
    [("breaking", 0), ("none", 0), ("weakened", 1), ("breaking, compatible", 1), ("strengthened", 0)],
)
def test_what_fails_is_for_the_caller_to_say(weaker, fail_on, code):
    assert diff(weaker, f"--fail-on={fail_on}") == code


def test_an_unknown_rating_is_one_line_that_names_the_known_ones(weaker, capsys):
    assert diff(weaker, "--fail-on=braking") == 2
    assert capsys.readouterr().err == (
        "--fail-on: unknown rating 'braking'. Did you mean 'breaking'? "
        "Valid: breaking, compatible, risky, strengthened, weakened.\n"
    )


@pytest.mark.parametrize(
    ("old", "new", "marker"),
    [
        ("minLength: 15", "minLength: 20", "minLength: 20"),
        ("      maxLength: 128\n", "", "    NewPassword:"),
        (
            "      summary: End this session.\n",
            "      security: []\n      summary: End this session.\n",
            "      security: []\n      summary: End this session.\n",
        ),
        ("enum: [user, admin]", "enum: [user]", "enum: [user]"),
        ("required: [currentPassword, newPassword]", "required: [newPassword]", "required: [newPassword]"),
        ("        status: { type: string, enum: [live] }\n", "", "      properties:\n    Readiness"),
    ],
    ids=["changed", "removed", "added", "in a list", "required", "member removed"],
)  # fmt: skip
def test_the_annotated_line_is_that_of_the_changed_key(tmp_path, old, new, marker):
    """A reviewer reads the line that was changed; where a key is gone, the one above it."""
    path = edited(tmp_path, old, new)

    found = written(path, to=tmp_path / "diff.json")

    assert {each.new.line for each in found.changes} == {line_of(path, marker)}


def test_annotations_are_workflow_commands_with_file_and_line(weaker, capsys):
    diff(weaker, "--annotations", "--no-witness")

    line = line_of(weaker, "minLength: 8\n")
    commands = [line for line in capsys.readouterr().out.splitlines() if line.startswith("::")]
    assert commands == [
        f"::error file={weaker},line={line},title=DIFF-PASSWORD-SHORTER (compatible%2C weakened)::"
        "POST /auth/password-reset/confirm, POST /users/me/password, POST /auth/register: "
        "'newPassword': minLength is 8, was 15."
    ]


def test_a_document_cannot_make_annotations_of_its_own(tmp_path, capsys):
    """A pull request must not be able to write into the log of the job that judges it."""
    path = edited(tmp_path, "  /health/live:", '  "/a\\n::error::owned %0A":\n    get: {}\n  /health/live:')

    diff(path, "--annotations")

    lines = capsys.readouterr().out.splitlines()
    assert [line for line in lines if line.startswith("::error::")] == []
    assert any("%0A" in line for line in lines)


def test_a_known_failure_excuses_one_change_and_says_why(weaker, tmp_path, capsys):
    found = written(weaker, f"--known-failures={known_failure(tmp_path)}", to=tmp_path / "diff.json")

    assert not found.failed
    assert "(known: ACME-7)" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"actual": "/components/schemas/NewPassword/maxLength"}, "and there is no such change: remove the entry."),
        ({"operation": "logoutUser"}, "and there is no such change: remove the entry."),
        ({"until": "2020-01-01"}, "until 2020-01-01, which has passed: it excuses nothing any more."),
    ],
)
def test_an_entry_beside_the_change_excuses_nothing_and_is_named(weaker, tmp_path, changed, said):
    found = written(weaker, f"--known-failures={known_failure(tmp_path, **changed)}", to=tmp_path / "diff.json")

    assert found.failed
    assert [line.endswith(said) for line in found.unused] == [True]


def test_an_entry_for_a_change_names_a_rule_and_a_pointer(weaker, tmp_path, capsys):
    wrong = known_failure(tmp_path, requirement="DIFF-PASSWORD-SHORT", actual="400")

    assert diff(weaker, f"--known-failures={wrong}") == 2
    assert "unknown rule 'DIFF-PASSWORD-SHORT'. Did you mean 'DIFF-PASSWORD-SHORTER'?" in capsys.readouterr().err


def test_the_json_is_read_back_as_it_was_written(weaker, tmp_path):
    found = written(weaker, to=tmp_path / "one.json")

    assert json.loads((tmp_path / "one.json").read_text("utf-8")) == found.to_json()


@pytest.fixture
def repository(tmp_path, monkeypatch) -> Path:
    """A git repository with two commits of a contract, and the working directory in it."""
    monkeypatch.chdir(tmp_path)
    git = ["git", "-c", "user.name=x", "-c", "user.email=x@example.com", "-c", "commit.gpgsign=false"]
    subprocess.run([*git, "init", "-q", "."], check=True)
    for text in (CONTRACT, CONTRACT.replace("minLength: 15", "minLength: 8")):
        (tmp_path / "api.yaml").write_text(text, encoding="utf-8")
        subprocess.run([*git, "add", "api.yaml"], check=True)
        subprocess.run([*git, "commit", "-q", "-m", "x"], check=True)
    return tmp_path


def test_a_revision_of_git_is_a_document_too(repository, capsys):
    """The gate compares a branch with what it came from, and nobody keeps copies by hand."""
    assert main(["diff", "HEAD~1:api.yaml", "api.yaml", "--annotations"]) == 1
    assert "::error file=api.yaml,line=" in capsys.readouterr().out


def test_a_revision_is_no_option_of_git(repository):
    """What a pull request is called must not choose what is run."""
    with pytest.raises(BindingError, match="no revision begins with a hyphen"):
        read("--output=x:api.yaml")


@pytest.mark.parametrize("source", ["HEAD~9:api.yaml", "HEAD:../api.yaml", "HEAD:none.yaml"])
def test_a_revision_that_is_none_is_one_line(repository, source, capsys):
    assert main(["diff", source, "api.yaml"]) == 2
    said = capsys.readouterr().err
    assert said.startswith(f"{source}: no ") and said.count("\n") == 1
