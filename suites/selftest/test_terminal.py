"""A run in a terminal, in a pipe and in a log of continuous integration, as somebody sees it who is tired."""

from __future__ import annotations

import os
import pty
import re
import select
import subprocess
import sys
import time
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from suites.rig.run import time_left
from suites.rig.run.time_left import TimeLeft
from suites.selftest.whole_run import ROOT, command, run

COLUMNS = 100
COLOUR = re.compile(r"\x1b\[[0-9;]*m")
ROWS = "--requirement=SESS-02,SESS-03"


def in_a_terminal(*arguments: str, **environment: str) -> str:
    """Return what the command with *arguments* writes to a terminal of 100 columns."""
    ours, its = pty.openpty()
    told = {name: value for name, value in os.environ.items() if name not in ("CI", "NO_COLOR")}
    told |= {"COLUMNS": str(COLUMNS), "TERM": "xterm", **environment}
    with subprocess.Popen(command(*arguments), cwd=ROOT, stdout=its, stderr=its, stdin=its, env=told) as process:
        os.close(its)
        read, deadline = bytearray(), time.monotonic() + 200
        while time.monotonic() < deadline:
            try:
                if select.select([ours], [], [], 1)[0]:
                    read += os.read(ours, 65536)
            except OSError:  # Linux' way to say that the other end is closed
                break
        process.wait(timeout=20)
    os.close(ours)
    return read.decode("utf-8", "replace").replace("\r\n", "\n")


def test_the_last_line_says_where_the_report_is() -> None:
    done = subprocess.run(command(ROWS), cwd=ROOT, capture_output=True, text=True, check=False, timeout=200)

    last = done.stdout.strip().splitlines()[-1]
    assert last.startswith("report in reports/out/")
    assert (ROOT / last.removeprefix("report in ")).is_file()


def test_what_a_test_and_the_answers_beside_it_say_is_printed_once() -> None:
    """The same exchange twice, under two headings, is looked through twice by whoever is in a hurry."""
    came = run("--defect=HTTP-01", "--requirement=HTTP-01")

    assert came.results is not None, came.text
    (finding,) = [each for each in came.results.findings if each.operation == "getCurrentUser"]
    assert finding.count > 1
    assert came.text.count("HTTP-01 (MUST)") == 1, came.text
    assert came.text.count("GET /api/v1/users/me, answered 401: there is no challenge") == 1


def test_a_pipe_gets_no_colours_and_nothing_that_moves() -> None:
    done = subprocess.run(command(ROWS), cwd=ROOT, capture_output=True, text=True, check=False, timeout=200)

    assert "\x1b" not in done.stdout
    assert "\r" not in done.stdout
    assert " left" not in done.stdout


def test_a_terminal_gets_colours_unless_no_color_is_set() -> None:
    coloured = in_a_terminal(ROWS)
    plain = in_a_terminal(ROWS, NO_COLOR="1")

    assert COLOUR.search(coloured)
    assert "\x1b" not in plain
    lines = [COLOUR.sub("", line) for line in (*coloured.splitlines(), *plain.splitlines())]
    assert max(len(line) for line in lines if "%]" in line or line.startswith(("---", "===", "___"))) < COLUMNS


def test_the_time_left_goes_by_what_the_rest_is_expected_to_take(monkeypatch: pytest.MonkeyPatch) -> None:
    """After half of the tests, of which the dear ones are still to come, half of the time is not over."""
    monkeypatch.setattr(time_left, "weights", lambda *_: {"cheap": 1.0, "dear": 9.0})
    clock = SimpleNamespace(now=100.0)
    monkeypatch.setattr(time_left.time, "monotonic", lambda: clock.now)
    writer = SimpleNamespace(fullwidth=80, _file=SimpleNamespace(isatty=lambda: True))
    monkeypatch.delenv("CI", raising=False)
    monkeypatch.setenv("TERM", "xterm")
    out: Any = SimpleNamespace(_tw=writer, _get_progress_information_message=lambda: " [ 50%]")
    manager = SimpleNamespace(get_plugin=lambda _: out)
    session: Any = SimpleNamespace(items=[], config=SimpleNamespace(pluginmanager=manager))
    plugin = TimeLeft(None)  # type: ignore[arg-type]

    plugin.pytest_collection_finish(session)
    assert out._get_progress_information_message() == " [ 50%]"
    clock.now += 5
    plugin.pytest_runtest_logfinish("cheap")

    assert out._get_progress_information_message() == " [ 50%] 45 s left"
    clock.now += 55
    assert out._get_progress_information_message() == " [ 50%] 9 min left"
    assert writer.fullwidth == 80 - time_left.ROOM
    plugin.pytest_runtest_logfinish("dear")
    assert plugin.words() == ""


def test_a_command_that_is_cut_off_by_its_reader_says_nothing(tmp_path: Path) -> None:
    """`python -m reports export markdown | head -1` is no error."""
    line = f"{sys.executable} -m reports export json {{}} | head -1"
    done = subprocess.run(command(ROWS), cwd=ROOT, capture_output=True, text=True, check=False, timeout=200)
    folder = next(each for each in done.stdout.splitlines() if each.startswith("results in ")).split()[-1]

    cut = subprocess.run(line.format(folder), cwd=ROOT, shell=True, capture_output=True, text=True, check=False)

    assert (cut.stdout, cut.stderr) == ("{\n", "")
