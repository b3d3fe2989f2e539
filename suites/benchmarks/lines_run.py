"""
Which tests run which lines of the reference: a run of all suites on copies of it that write their lines down.

`lines_of` makes the run, or reads what an earlier one of the same files left. This file is also the plugin of pytest
that tells the copy which test is under way: `-p suites.benchmarks.lines_run --lines-in=FOLDER`.
"""

from __future__ import annotations

import ast
import json
import shutil
from collections.abc import Generator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from suites.benchmarks.copied_reference import copied, environment
from suites.selftest.whole_run import run

FIXED = ("suites/status_codes", "suites/conformance", "suites/drift")
GENERATED = ("suites/properties", "--time=150s")
TIMEOUT_S = 3600
START = ""  # in place of a test: what runs while the server starts
ONE_CONVERSATION = "suites/drift/"  # these tests judge what the first of a run hears


@dataclass(frozen=True, slots=True)
class Lines:
    """
    What every test came to on the sound reference, how long it took, and which lines it ran.

    `seconds` has the tests that were green, alone; `lines` has, for each of them and for the start, the lines of each
    file below `reference_impl`.
    """

    seconds: Mapping[str, float]
    lines: Mapping[str, Mapping[str, frozenset[int]]]

    def tests_of(self, file: str, lines: range) -> list[str]:
        """
        Return the tests that run one of *lines*, those first of which *file* is the greatest part for their time.

        It is all tests where one of *lines* runs at the start: that may show anywhere.
        """
        anywhere = not self.lines[START].get(file, frozenset()).isdisjoint(lines)
        found = [each for each in self.seconds if anywhere or not self._ran(each, file).isdisjoint(lines)]
        return sorted(found, key=lambda test: -self._part(test, file) / (1 + self.seconds[test]))

    def _ran(self, test: str, file: str) -> frozenset[int]:
        return self.lines.get(test, {}).get(file, frozenset())

    def _part(self, test: str, file: str) -> float:
        return len(self._ran(test, file)) / max(sum(map(len, self.lines.get(test, {}).values())), 1)


def statement_at(source: str, line: int) -> range:
    """Return the lines of the innermost statement at *line*; of one that holds others, those before the first."""
    found = range(line, line + 1)
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.stmt):
            first = min([node.lineno, *(each.lineno for each in getattr(node, "decorator_list", ()))])
            body = getattr(node, "body", None)
            end = body[0].lineno if body else (node.end_lineno or node.lineno) + 1
            if first <= line < max(end, first + 1):
                found = range(first, max(end, first + 1))
    return found


def lines_of(kept: Path, target: str) -> Lines:
    """Return which tests run which lines of what *target* starts, from the file *kept* where it is there."""
    if not kept.exists():
        with ThreadPoolExecutor() as pool:
            said = together(list(pool.map(lambda tests: measured(target, tests), (FIXED, GENERATED))))
        kept.parent.mkdir(parents=True, exist_ok=True)
        kept.write_text(json.dumps(said), "utf-8")
    said = json.loads(kept.read_text("utf-8"))
    return of_json(said)


def together(parts: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Return what several runs of different tests have found out, as one."""
    seconds = {test: each for part in parts for test, each in part["seconds"].items()}
    lines: dict[str, dict[str, list[int]]] = {}
    for test, files in ((test, files) for part in parts for test, files in part["lines"].items()):
        for file, numbers in files.items():
            known = lines.setdefault(test, {}).get(file, [])
            lines[test][file] = sorted({*known, *numbers})
    return {"seconds": seconds, "lines": lines}


def of_json(said: Mapping[str, Any]) -> Lines:
    """Return what `measured` has found out, also once it was written down and read."""
    lines = {
        test: {file: frozenset(numbers) for file, numbers in files.items()} for test, files in said["lines"].items()
    }
    one = [test for test in said["seconds"] if test.startswith(ONE_CONVERSATION)]
    heard: dict[str, frozenset[int]] = {}
    for file, numbers in (pair for test in one for pair in lines.get(test, {}).items()):
        heard[file] = heard.get(file, frozenset()) | numbers
    return Lines(said["seconds"], lines | dict.fromkeys(one, heard))


def measured(target: str, tests: Sequence[str]) -> dict[str, dict[str, object]]:
    """Take *tests* once on a copy of the reference that tells its lines; return the members of `Lines`."""
    with copied() as folder:
        shutil.copy(Path(__file__).with_name("line_trace.py"), folder)
        package = folder / "reference_impl" / "__init__.py"
        package.write_text(f"{package.read_text('utf-8')}\nimport line_trace\n", "utf-8")
        for name, content in (("test", b"\0\0"), ("lines", b"")):
            (folder / name).write_bytes(content)
        plugin = ("-p", "suites.benchmarks.lines_run", f"--lines-in={folder}")
        options = (f"--target={target}", "--seed=1", "--strict-should")
        came = run(*tests, *plugin, *options, timeout_s=TIMEOUT_S, environment=environment(folder))
        print(f"lines: {came.last_lines}", flush=True)
        ended = [json.loads(line) for line in (folder / "tests").read_text("utf-8").splitlines()]
        named = {each["number"]: each["test"] for each in ended}
        lines: dict[str, dict[str, set[int]]] = {START: {}}
        for each in (folder / "lines").read_text("utf-8").splitlines():
            number, file, line = each.split(" ")
            lines.setdefault(named.get(int(number), START), {}).setdefault(file, set()).add(int(line))
    seconds: dict[str, object] = {each["test"]: each["seconds"] for each in ended if each["green"]}
    return {
        "seconds": seconds,
        "lines": {
            test: {file: sorted(numbers) for file, numbers in files.items()}
            for test, files in lines.items()
            if test == START or test in seconds
        },
    }


# -- the plugin


def pytest_addoption(parser: pytest.Parser) -> None:
    """Declare where the copy of the reference stands."""
    parser.addoption("--lines-in", default=None, help="the folder with a copy of the reference that traces its lines")


class Telling:
    """Says to the copy which test is under way, and writes down what came of it."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._number = 0
        self._seconds = 0.0
        self._green = False

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Generator[None, object, object]:
        """Number the test, and see it through."""
        self._number += 1
        self._seconds, self._green = 0.0, False
        self._say(self._number)
        try:
            return (yield)
        finally:
            self._say(0)
            line = {"number": self._number, "test": item.nodeid, "seconds": self._seconds, "green": self._green}
            with (self._folder / "tests").open("a", encoding="utf-8") as out:
                out.write(json.dumps(line) + "\n")

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Add up how long the test took; it is green where it ran and passed."""
        self._seconds += report.duration
        if report.when == "call":
            self._green = report.passed

    def _say(self, number: int) -> None:
        with (self._folder / "test").open("r+b") as out:
            out.write(number.to_bytes(2, "little"))


def pytest_configure(config: pytest.Config) -> None:
    """Begin telling, where a folder is given."""
    if folder := config.getoption("--lines-in", default=None):
        config.pluginmanager.register(Telling(Path(folder)), "lines-telling")
