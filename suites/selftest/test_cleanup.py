"""`python -m suites cleanup RUN`: what a run has left on somebody's server goes, and a login proves it."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from contract.targets.model import Profile
from suites.rig.cleanup import main
from suites.rig.journal import Journal, read_journal
from suites.rig.kept_passwords import key_file, key_of, password_of
from suites.selftest import small_api
from suites.selftest.small_api import BY_ADMIN, BY_ITSELF, FILE, SmallApi
from suites.selftest.whole_run import ROOT, command

RUN_ID = "20260101-000000-abc123"
DEADLINE_S = 60


@pytest.fixture
def api() -> Iterator[SmallApi]:
    with small_api.serving() as serving:
        yield serving


def target_file(folder: Path, api: SmallApi, removal: str) -> Path:
    """Write the target file of *api*, whose accounts go as *removal* says."""
    file = folder / "small.toml"
    file.write_text(FILE.format(url=api.url) + removal, "utf-8")
    return file


def left_by_a_run(folder: Path, api: SmallApi, *names: str) -> Path:
    """Make the folder of a run that has registered *names*, each with its password; return it."""
    run = folder / RUN_ID
    key = key_of(run)
    journal = Journal(run / "accounts.jsonl")
    for name in names:
        email = f"{name}@main-abc123.example.com"
        api.passwords[email] = password_of(key, email, Profile())
        journal.intended(api.url, email)
        journal.exists(api.url, email, email.encode().hex())
    return run


@pytest.mark.parametrize("removal", [BY_ITSELF, BY_ADMIN], ids=["self", "admin"])
def test_the_accounts_of_a_run_go_and_no_others(
    tmp_path: Path, api: SmallApi, capsys: pytest.CaptureFixture[str], removal: str
) -> None:
    """Made-up people in somebody's user table are a nuisance; a real user that went with them is a disaster."""
    api.passwords["owner@example.com"] = "the owner's"
    run, file = left_by_a_run(tmp_path, api, "ada", "bob"), target_file(tmp_path, api, removal)

    code = main([str(run), f"--target={file}"])

    assert code == 0
    assert list(api.passwords) == ["owner@example.com"]
    said = capsys.readouterr().out
    assert "ada@main-abc123.example.com: removed: a login was accepted before, and is refused-credentials now" in said
    assert said.splitlines()[-1] == "2 removed"
    assert not key_file(run).exists()
    assert main([str(run), f"--target={file}"]) == 0
    assert "2 gone before" in capsys.readouterr().out


def test_a_removal_that_only_pretends_is_found_out(
    tmp_path: Path, api: SmallApi, capsys: pytest.CaptureFixture[str]
) -> None:
    """A 204 is no proof."""
    api.pretends = True
    run, file = left_by_a_run(tmp_path, api, "ada"), target_file(tmp_path, api, BY_ITSELF)

    assert main([str(run), f"--target={file}"]) == 1
    assert "ada@main-abc123.example.com: left: the removal was accepted, and yet a login is accepted" in (
        capsys.readouterr().out
    )
    assert key_file(run).exists()


def test_what_cannot_be_removed_is_named_with_its_reason(
    tmp_path: Path, api: SmallApi, capsys: pytest.CaptureFixture[str]
) -> None:
    """Who must remove the rest by hand needs the list, and an account of somebody else is never on it."""
    run, file = left_by_a_run(tmp_path, api, "ada"), target_file(tmp_path, api, BY_ITSELF)
    api.passwords["ada@main-abc123.example.com"] = "changed by a test"
    api.passwords["owner@example.com"] = "the owner's"
    journal = Journal(run / "accounts.jsonl")
    for email in ("never@main-abc123.example.com", "owner@example.com"):
        journal.intended(api.url, email)

    assert main([str(run), f"--target={file}"]) == 1
    said = capsys.readouterr().out
    assert "ada@main-abc123.example.com: left: it removes itself, and its login is refused-credentials: its" in said
    assert "never@main-abc123.example.com: never confirmed: nobody wrote down that it was made" in said
    assert "owner@example.com: left: its address does not hold the run's id" in said
    assert "owner@example.com" in api.passwords


def test_a_run_that_was_killed_is_cleaned_up_too(
    tmp_path: Path, api: SmallApi, capsys: pytest.CaptureFixture[str]
) -> None:
    """Who pulls the plug in mid-run needs it most."""
    file = target_file(tmp_path, api, BY_ITSELF)
    process = subprocess.Popen(
        command(f"--target={file}", "--requirement=LOGIN-02,LOGIN-01,REG-01,HTTP-01"),
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
    )
    deadline = time.monotonic() + DEADLINE_S
    while not api.passwords and time.monotonic() < deadline:
        time.sleep(0.02)
    os.kill(process.pid, signal.SIGKILL)
    process.communicate()
    made = dict(api.passwords)
    run = next(
        each.parent for each in (ROOT / "reports" / "out").glob("*/accounts.jsonl") if api.url in each.read_text()
    )

    assert made
    assert main([str(run)]) == 0, capsys.readouterr().out
    assert not api.passwords
    written = "".join(each.read_text("utf-8", "replace") for each in run.rglob("*") if each.is_file())
    assert not any(password in written for password in made.values())


def test_the_journal_of_a_killed_run_is_read_as_far_as_it_goes(tmp_path: Path) -> None:
    """A torn line must not hide those before it."""
    whole = json.dumps({"event": "intended", "target": "http://a.example", "email": "ada@example.com"})
    (tmp_path / "accounts.jsonl").write_text(f'{whole}\n{{"event": "exi', "utf-8")

    (made,) = read_journal(tmp_path / "accounts.jsonl")

    assert (made.email, made.confirmed, made.removed) == ("ada@example.com", False, False)


@pytest.mark.parametrize(("least", "most"), [(3, 128), (15, 16), (40, 72), (128, 128)])
def test_a_kept_password_is_within_bounds_and_the_accounts_own(tmp_path: Path, least: int, most: int) -> None:
    """Two accounts with one password would make a mix-up of accounts invisible."""
    key, profile = key_of(tmp_path / RUN_ID), Profile(password_min=least, password_max=most)
    one, other = (password_of(key, email, profile) for email in ("ada@example.com", "bob@example.com"))

    assert key_of(tmp_path / RUN_ID) == key
    assert (key_file(tmp_path / RUN_ID).stat().st_mode & 0o777) == 0o600
    assert one == password_of(key, "ada@example.com", profile) != other
    assert least <= len(one) <= most
    assert all(any(test(letter) for letter in one) for test in (str.isdigit, str.isupper, lambda each: each == "!"))


def test_bad_input_is_one_line(tmp_path: Path) -> None:
    """Who types the name of a run wrongly is told where runs are."""
    done = subprocess.run(
        [sys.executable, "-m", "suites", "cleanup", str(tmp_path / "nowhere")],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 2
    assert done.stderr.count("\n") == 1
    assert "there is no such run. Name a folder of reports/out" in done.stderr
