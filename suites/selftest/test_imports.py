"""Who may import whom: the table of the rooms, read from every import statement in the tree."""

from __future__ import annotations

import ast
import subprocess
import sys
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
ROOMS = ("contract", "reference_impl", "suites", "load", "reports", "conftest")

# Longest prefix wins. What a room may import of ours; everything outside the table is foreign to it.
MAY_IMPORT: dict[str, tuple[str, ...]] = {
    "contract": ("contract",),
    "reference_impl": ("reference_impl",),
    "suites.rig": ("contract", "suites.rig"),
    "suites.targets": ("contract", "suites.rig", "suites.targets"),
    "suites.targets.NAME": (),
    "suites.status_codes": ("contract", "suites.rig", "suites.status_codes"),
    "suites.conformance": ("contract", "suites.rig", "suites.conformance"),
    "suites.properties": ("contract", "suites.rig", "suites.properties"),
    "suites.drift": ("contract", "suites.rig", "suites.drift"),
    "suites.selftest": ROOMS,
    "suites.benchmarks": ROOMS,
    "suites": ("contract", "suites.rig"),
    "load": ("contract", "suites.rig", "load"),
    "reports": ("contract", "reports"),
    "conftest": ("contract", "suites.rig", "reports"),
}
SOCKETS = {
    "socket",
    "ssl",
    "http.client",
    "http.server",
    "urllib.request",
    "httpx",
    "requests",
    "asyncio",
    "aiohttp",
    "urllib3",
}
MAY_NOT_IMPORT: dict[str, set[str]] = {"contract": SOCKETS | {"pytest", "locust"}, "reports": {"locust", "pytest"}}
LOCUST_ONLY = ("load", "suites.selftest", "suites.benchmarks")


def modules() -> dict[str, Path]:
    """Return every Python file of the rooms by its dotted name."""
    files = [ROOT / "conftest.py", *(path for room in ROOMS for path in (ROOT / room).rglob("*.py"))]
    dotted = {}
    for path in files:
        if path.exists():
            parts = path.relative_to(ROOT).with_suffix("").parts
            dotted[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return dotted


def imports_of(name: str, path: Path) -> set[str]:
    """Return the dotted names that the file imports, at whatever depth of the code; relative ones are refused."""
    names = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"), str(path))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{name}, line {node.lineno}: relative import; say the whole name"
            names |= {f"{node.module}.{alias.name}" for alias in node.names}
    return names


def within(name: str, prefix: str) -> bool:
    """Whether the dotted *name* is *prefix* or below it."""
    return name == prefix or name.startswith(prefix + ".")


def row_of(name: str) -> str:
    """Return the table's row for the module *name*: the longest prefix; a shipped target's own files are strangers."""
    if within(name, "suites.targets") and name.count(".") > 2:
        return "suites.targets.NAME"
    return max((row for row in MAY_IMPORT if within(name, row)), key=len)


MODULES = modules()


@pytest.mark.parametrize("name", sorted(MODULES))
def test_a_module_imports_only_what_its_room_may(name: str) -> None:
    """Shared code would hide shared bugs, and a pure room that opens a socket is no longer pure."""
    row = row_of(name)
    imported = imports_of(name, MODULES[name])

    ours = {each for each in imported if each.split(".")[0] in ROOMS}
    strangers = {each for each in ours if not any(within(each, room) for room in MAY_IMPORT[row])}
    forbidden = {each for each in imported for bad in MAY_NOT_IMPORT.get(row, ()) if within(each, bad)}
    locust = {each for each in imported if within(each, "locust") and not any(within(name, r) for r in LOCUST_ONLY)}

    assert not strangers | forbidden | locust, f"{name} ({row}) may not import {sorted(strangers | forbidden | locust)}"


def test_no_file_of_the_load_room_hides_a_standard_module_or_a_package() -> None:
    """Locust puts that folder first on the import path, so load/http.py would be everybody's http."""
    names = {path.stem for path in (ROOT / "load").glob("*.py")} - {"__init__", "__main__"}

    assert not names & (set(sys.stdlib_module_names) | set(packages_distributions()))


@pytest.mark.parametrize("name", ["settings", "machine", "calibrate", "verdict", "arrivals", "__main__"])
def test_what_others_import_of_the_load_room_imports_no_locust(name: str) -> None:
    """Importing locust replaces sockets and TLS in the whole process, whoever asked for it."""
    code = f"import sys, load.{name}; sys.exit('locust' in sys.modules)"

    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=False).returncode == 0


def test_every_room_that_holds_modules_has_a_row_of_its_own() -> None:
    """A new room must say what it may import, and not fall under the row of the folder around it."""
    folders = {".".join(path.relative_to(ROOT).parts[:2]) for path in (ROOT / "suites").glob("*/*.py")}

    assert sorted(folders - set(MAY_IMPORT)) == []
