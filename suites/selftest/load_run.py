"""The real locust command on load/locustfile.py, run as a user runs it, and what it left."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import jsonschema_rs

ROOT = Path(__file__).parents[2]
LOCUSTFILE = ROOT / "load" / "locustfile.py"
RESPONDER = ROOT / "load" / "responder.toml"
SCHEMA = json.loads((ROOT / "load" / "load.schema.json").read_text("utf-8"))


@dataclass(frozen=True, slots=True)
class LoadRun:
    """How a run ended: its exit code, what it printed, and `load.json`, {} where it left none."""

    code: int
    text: str
    said: Mapping[str, Any]
    folder: Path

    @property
    def phase(self) -> Mapping[str, Any]:
        """The last phase."""
        phase: Mapping[str, Any] = self.said["phases"][-1]
        return phase

    @property
    def lines(self) -> list[str]:
        """The verdict, as a person is told it."""
        return list(self.said["verdict"]["lines"])

    def operation(self, name: str = "loginUser") -> Mapping[str, Any]:
        """Return what the last phase says of an operation."""
        found: Mapping[str, Any] = next(each for each in self.phase["operations"] if each["operation"] == name)
        return found

    def good(self, name: str = "loginUser") -> Mapping[str, Any]:
        """Return what it says of the accepted ones."""
        found: Mapping[str, Any] = next(each for each in self.operation(name)["outcomes"] if each["kind"] == "accepted")
        return found


def command(*arguments: str, folder: Path, target: str | Path = RESPONDER) -> list[str]:
    """Return the command line of a run without the web interface, its results in *folder*."""
    start = [sys.executable, "-m", "locust", "-f", str(LOCUSTFILE), "--headless", f"--load-out={folder}"]
    return [*start, "--load-calibrate=no", f"--target={target}", *arguments]


def run(*arguments: str, folder: Path, target: str | Path = RESPONDER, timeout_s: float = 120) -> LoadRun:
    """Run it to its end."""
    line = command(*arguments, folder=folder, target=target)
    done = subprocess.run(line, cwd=ROOT, capture_output=True, text=True, check=False, timeout=timeout_s)
    return left(done.returncode, done.stdout + done.stderr, folder)


def left(code: int, text: str, folder: Path) -> LoadRun:
    """Return what a run has left in *folder*; its document must keep the published schema."""
    file = folder / "load.json"
    said = json.loads(file.read_text("utf-8")) if file.exists() else {}
    if said:
        problems = [error.message for error in jsonschema_rs.Draft202012Validator(SCHEMA).iter_errors(said)]
        assert not problems, problems
    return LoadRun(code, text, said, folder)


def profile(folder: Path, text: str) -> str:
    """Write *text* as a file of profiles into *folder*; return the option that names it."""
    file = folder / "profiles.toml"
    file.write_text(text)
    return f"--load-profiles={file}"


def budget(folder: Path, text: str) -> str:
    """Write *text* as a file of budgets into *folder*; return the option that names it."""
    file = folder / "budgets.toml"
    file.write_text(text)
    return f"--load-budgets={file}"
