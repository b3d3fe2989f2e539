"""A run in a process of its own that stays amid an outage, to be killed; and what is left of it afterwards."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from contract.outages import FaultKind
from suites.rig.faults.journal import Journal
from suites.selftest.reference import DEADLINE_S, ROOT

RUN = """
import json, sys, time
from pathlib import Path
from contract.outages import FaultKind
from suites.rig.faults import driver_for
table, kind, folder = json.loads(sys.argv[1]), FaultKind(sys.argv[2]), Path(sys.argv[3])
faults = driver_for(table, journal=folder / "faults.jsonl", folder=folder)
with faults.broken(faults.dependencies[0], kind):
    print(faults._keeper.pid if faults._keeper else 0, flush=True)
    time.sleep(600)
"""


@contextmanager
def a_run(table: dict[str, Any], kind: FaultKind, folder: Path) -> Iterator[tuple[subprocess.Popen[str], int]]:
    """Start a run that breaks its dependency and stays amid the outage; yield it and the process id of its guard."""
    command = [sys.executable, "-c", RUN, json.dumps(table), kind, str(folder)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield process, int(process.stdout.readline())
        finally:
            process.kill()


def eventually(holds: Callable[[], bool], what: str) -> None:
    """Wait until it holds."""
    deadline = time.monotonic() + DEADLINE_S
    while not holds():
        assert time.monotonic() < deadline, f"{what}: not within {DEADLINE_S:g} s"
        time.sleep(0.02)


def left(folder: Path) -> int:
    """Return how many faults the journal of a run in *folder* has left."""
    return len(Journal(folder / "faults.jsonl").left())


def repair(journal: Path) -> tuple[int, str, str]:
    """Repair by hand; return exit code, output and complaints."""
    command = [sys.executable, "-m", "suites.rig.faults.repair", str(journal)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=DEADLINE_S)
    return done.returncode, done.stdout, done.stderr
