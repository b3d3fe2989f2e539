"""The gate where others use it: the action's own script, the pre-commit hook, and our own gate in a fresh clone."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from contract.diff.hook import main as hook
from contract.document import CONTRACT_FILE

ROOT = CONTRACT_FILE.parent.parent
CONTRACT = CONTRACT_FILE.read_text(encoding="utf-8")
WEAKER = CONTRACT.replace("minLength: 15", "minLength: 8")
GIT = ["git", "-c", "user.name=x", "-c", "user.email=x@example.com", "-c", "commit.gpgsign=false"]


def commit(folder: Path, path: str, text: str) -> None:
    """Write *text* to *path* in the repository *folder* and commit it."""
    file = folder / path
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8")
    subprocess.run([*GIT, "add", "-A"], cwd=folder, check=True)
    subprocess.run([*GIT, "commit", "-q", "-m", "x"], cwd=folder, check=True)


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """A repository with one commit of our contract, cloned from an origin that has it too."""
    origin, clone = tmp_path / "origin", tmp_path / "clone"
    origin.mkdir()
    subprocess.run([*GIT, "init", "-q", "-b", "main"], cwd=origin, check=True)
    commit(origin, "api/openapi.yaml", CONTRACT)
    subprocess.run([*GIT, "clone", "-q", str(origin), str(clone)], check=True)
    return clone


@pytest.fixture
def action(tmp_path: Path, repository: Path):
    """Return what runs the action's second step in the repository, as GitHub would for a pull request to main."""
    (tmp_path / "temp" / "authproof" / "bin").mkdir(parents=True)
    python = tmp_path / "temp" / "authproof" / "bin" / "python"
    python.write_text(f'#!/bin/sh\nPYTHONPATH="{ROOT}" exec "{sys.executable}" "$@"\n', encoding="utf-8")
    python.chmod(0o755)
    step = yaml.safe_load((ROOT / "action.yml").read_text("utf-8"))["runs"]["steps"][1]
    inputs = {"CONTRACT": "api/openapi.yaml", "FAIL_ON": "breaking,weakened", "BASE": "main"}
    assert set(step["env"]) == {*inputs, "OLD", "KNOWN", "SARIF", "JUNIT"}

    def run(**changed: str) -> subprocess.CompletedProcess[str]:
        given = {"OLD": "", "KNOWN": "", "SARIF": "", "JUNIT": "", **inputs, **changed}
        places = {"RUNNER_TEMP": str(tmp_path / "temp"), "GITHUB_STEP_SUMMARY": str(tmp_path / "summary.md")}
        return subprocess.run(
            ["bash", "-eo", "pipefail", "-c", step["run"]],
            cwd=repository, env={**os.environ, **given, **places}, capture_output=True, text=True, check=False,
        )  # fmt: skip

    return run


def test_the_action_blocks_a_weaker_contract_and_says_where(action, repository, tmp_path):
    """A reviewer sees the line, code scanning the finding, and the pull request the summary."""
    (repository / "api" / "openapi.yaml").write_text(WEAKER, encoding="utf-8")

    done = action(SARIF="found.sarif", JUNIT="found.xml")

    assert done.returncode == 1, done.stderr
    line = WEAKER.partition("minLength: 8\n")[0].count("\n") + 1
    assert f"::error file=api/openapi.yaml,line={line},title=DIFF-PASSWORD-SHORTER" in done.stdout
    assert "**weakened**" in (tmp_path / "summary.md").read_text("utf-8")
    result = json.loads((repository / "found.sarif").read_text("utf-8"))["runs"][0]["results"][0]
    place = result["locations"][0]["physicalLocation"]
    assert (place["artifactLocation"]["uri"], place["region"]["startLine"]) == ("api/openapi.yaml", line)
    assert 'failures="1"' in (repository / "found.xml").read_text("utf-8")


def test_the_action_lets_an_unchanged_and_a_new_contract_pass(action, repository):
    assert action().returncode == 0
    (repository / "new.yaml").write_text(WEAKER, encoding="utf-8")
    done = action(CONTRACT="new.yaml")
    assert (done.returncode, "no earlier one" in done.stdout) == (0, True)


def test_the_hook_compares_with_the_last_commit(repository, monkeypatch, capsys):
    monkeypatch.chdir(repository)
    assert hook(["api/openapi.yaml"]) == 0
    (repository / "api" / "openapi.yaml").write_text(WEAKER, encoding="utf-8")
    (repository / "api" / "other.yaml").write_text(WEAKER, encoding="utf-8")

    assert hook(["api/openapi.yaml", "api/other.yaml"]) == 1
    assert "DIFF-PASSWORD-SHORTER" in capsys.readouterr().out


def test_the_hooks_name_what_there_is():
    hooks = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text("utf-8"))

    assert [each["entry"] for each in hooks] == ["python -m contract.diff.hook", "python -m contract lint"]


@pytest.mark.parametrize(("depth", "compared"), [(1, True), (2, True), (0, False)], ids=["shallow", "two", "no git"])
def test_our_own_gate_works_in_a_fresh_clone_however_shallow(tmp_path, depth, compared):
    """Continuous integration clones as it likes, and a gate that fails for want of history is taken out."""
    origin, clone = tmp_path / "origin", tmp_path / "clone"
    origin.mkdir()
    subprocess.run([*GIT, "init", "-q", "-b", "main"], cwd=origin, check=True)
    for text in (CONTRACT, WEAKER):
        commit(origin, "contract/openapi.yaml", text)
    depths = [f"--depth={depth}"] if depth else []
    subprocess.run([*GIT, "clone", "-q", *depths, f"file://{origin}", str(clone)], check=True)
    if not depth:
        shutil.rmtree(clone / ".git")
    (clone / ".ci").mkdir()
    shutil.copy(ROOT / ".ci" / "gate", clone / ".ci" / "gate")
    python = clone / ".venv" / "bin" / "python"
    python.parent.mkdir(parents=True)
    python.write_text('#!/bin/sh\necho "asked: $*"\n', encoding="utf-8")
    python.chmod(0o755)
    environment = {name: value for name, value in os.environ.items() if not name.startswith("GITHUB_")}

    done = subprocess.run(["bash", ".ci/gate"], cwd=clone, env=environment, capture_output=True, text=True, check=False)

    asked = "asked: -m contract diff HEAD~1:contract/openapi.yaml contract/openapi.yaml"
    assert (done.returncode, asked in done.stdout) == (0, compared), done.stderr
    assert "asked: -m pytest -q suites/drift" in done.stdout
