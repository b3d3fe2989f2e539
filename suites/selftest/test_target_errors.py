"""What a user reads who wrote a target file, or `--target=`, that is wrong: whole lines, all of them at once."""

from __future__ import annotations

import os
import tomllib
from pathlib import Path
from typing import Any

import pytest

from contract.errors import BindingError
from contract.targets.read import read, resolve
from contract.targets.secrets import CommandFailed

DATA = tomllib.loads(Path(__file__).with_name("data").joinpath("target_errors.toml").read_text("utf-8"))
CASES, SPECS = DATA["case"], DATA["spec"]
HEAD = 'name = "my-api"\nbase_url = "http://127.0.0.1:1"\n'
VALID = "Valid: a target file, a URL, or one of: reference."
CANARY = "hunter2-canary"


def fails(command: str) -> str:
    raise CommandFailed("ended with status 1")


def problems_of(spec: str) -> list[str]:
    """Return the lines that `--target=`*spec* is answered with."""
    with pytest.raises(BindingError) as refusal:
        resolve(spec, environ={"SECRET": CANARY, "EMPTY": ""}, run_command=fails, shipped=Path("shipped"))
    return list(refusal.value.problems)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder to work in, with the files that some cases name, and with one shipped target."""
    (tmp_path / "shipped" / "reference").mkdir(parents=True)
    (tmp_path / "shipped" / "reference" / "target.toml").write_text(HEAD)
    (tmp_path / "accounts.csv").write_text(f"email,pasword\nqa@example.com,{CANARY}\n")
    (tmp_path / "key.pem").touch()
    (tmp_path / "openapi.json").write_text("{}")
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize("case", CASES, ids=[case["id"] for case in CASES])
def test_a_wrong_file_is_answered_with_exactly_these_lines(case: dict[str, Any], folder: Path) -> None:
    """Where, what, how to mend it, what is valid; nothing that only follows from another fault."""
    (folder / "my-api.toml").write_text(case["file"] if case.get("whole") else HEAD + case["file"])

    said = problems_of("my-api.toml")

    assert said == case["says"]
    assert not [line for line in said if CANARY in line or "\n" in line]


def test_a_file_that_does_not_exist_has_one_line(folder: Path) -> None:
    assert problems_of("my-apy.toml") == [f"--target=my-apy.toml: no such file. {VALID}"]


def test_a_folder_is_no_target_file(folder: Path) -> None:
    (folder / "my-api").mkdir()

    assert problems_of("my-api") == ["my-api: is a folder. Name the target file in it."]


def test_a_pipe_is_not_waited_for(folder: Path) -> None:
    os.mkfifo(folder / "my-api.toml")

    assert problems_of("my-api.toml") == ["my-api.toml: is no regular file. Name a target file."]


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_file_that_may_not_be_read_has_one_line(folder: Path) -> None:
    (folder / "my-api.toml").write_text(HEAD)
    (folder / "my-api.toml").chmod(0)

    assert problems_of("my-api.toml") == ["my-api.toml: cannot be read: Permission denied."]


def test_a_huge_file_is_not_read(folder: Path) -> None:
    (folder / "my-api.toml").write_text("#" * (256 * 1024 + 1))

    assert problems_of("my-api.toml") == ["my-api.toml: is larger than 256 KiB, which is no target file."]


def test_a_file_in_another_encoding_is_named_with_its_line(folder: Path) -> None:
    (folder / "my-api.toml").write_bytes('name = "my-api"\n# Größe\n'.encode("latin-1"))

    assert problems_of("my-api.toml") == ["my-api.toml:2: is not UTF-8. Save the file as UTF-8."]


def test_nesting_without_end_ends(folder: Path) -> None:
    (folder / "my-api.toml").write_text("name = " + "[" * 100_000)

    assert problems_of("my-api.toml") == ["my-api.toml: is nested too deeply to be a target file."]


def test_a_key_without_end_is_not_taken_apart(folder: Path) -> None:
    """The parser's time grows with the square of it."""
    (folder / "my-api.toml").write_text(HEAD + "[transport]\n" + "a." * 100_000 + "a = 1\n")

    assert problems_of("my-api.toml") == ["my-api.toml:4: has a key of more than 100 parts."]


def test_of_faults_without_end_a_hundred_are_told(folder: Path) -> None:
    (folder / "my-api.toml").write_text(HEAD + "".join(f"a{number} = 1\n" for number in range(20_000)))

    said = problems_of("my-api.toml")

    assert len(said) == 101
    assert said[99].startswith("my-api.toml:102: unknown key 'a99'. Valid: answers, base_url, ")
    assert said[100] == "my-api.toml: has more problems. Mend these first."


def test_numbers_without_end_are_not_printed(folder: Path) -> None:
    """Python refuses to write such a number out, so a message that tried would be a crash."""
    (folder / "my-api.toml").write_text(f"{HEAD}[profile]\nlogin_limit = 0x{'f' * 9000}\n")

    assert problems_of("my-api.toml") == [
        "my-api.toml:4: [profile] login_limit must be a whole number from 1 to 1000000, not an enormous number."
    ]


def test_a_known_failure_is_judged_by_its_own_reader(folder: Path) -> None:
    """The lines are those of --known-failures=FILE, and stand after those of the file's own sections."""
    (folder / "my-api.toml").write_text(
        f'{HEAD}[[known_failure]]\nrequirement = "LOGIN-02"\n[profile]\nasvs_level = 4\n'
    )

    first, *rest = problems_of("my-api.toml")

    assert first == "my-api.toml:6: [profile] asvs_level must be one of 1, 2, 3, not 4."
    assert [line.partition(" is missing.")[0] for line in rest] == [
        f"my-api.toml: [[known_failure]] 1: {key}" for key in ("operation", "actual", "reason", "owner", "until")
    ]


def test_paths_and_messages_are_relative_to_the_file_wherever_the_run_is(folder: Path) -> None:
    (folder / "deep").mkdir()
    (folder / "deep" / "my-api.toml").write_text(f'{HEAD}[transport]\nca_file = "key.pem"\n')

    assert problems_of("deep/my-api.toml") == [
        "deep/my-api.toml:4: [transport] ca_file names no file: 'key.pem'. Paths are relative to the target file."
    ]
    (folder / "deep" / "key.pem").touch()
    target = read(Path("deep/my-api.toml"), environ={})
    assert target.transport.ca_file == Path("deep/key.pem")


@pytest.mark.parametrize("case", SPECS, ids=[case["id"] for case in SPECS])
def test_a_target_that_is_none_has_one_line(case: dict[str, str], folder: Path) -> None:
    """A slip in `--target=` names the nearest target, and never repeats a password in it."""
    assert problems_of(case["target"]) == [case["says"]]


def test_a_target_too_long_for_a_path_has_one_line(folder: Path) -> None:
    assert problems_of("x" * 5000) == [
        f"--target={'x' * 80}...: no such file and no shipped target. {VALID}",
    ]
