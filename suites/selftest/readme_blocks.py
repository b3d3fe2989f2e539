"""The bash blocks of a section of the README, run as a reader would paste them, on free ports."""

from __future__ import annotations

import contextlib
import os
import re
import signal
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from suites.selftest.reference import ROOT

BLOCK = re.compile(r"^```bash\n(.*?)^```$", re.MULTILINE | re.DOTALL)
TIMEOUT_S = 300.0


@dataclass(frozen=True, slots=True)
class Pasted:
    """How the blocks ended: exit code, what they printed, what they complained of."""

    code: int
    printed: str
    complaints: str


def script_of(heading: str, here: Mapping[str, str]) -> str:
    """Return the blocks under *heading*, each text of *here* replaced, in the environment that runs the test."""
    section = (ROOT / "README.md").read_text(encoding="utf-8").partition(heading)[2].partition("\n## ")[0]
    script = "".join(BLOCK.findall(section))
    for written, instead in {"source .venv/bin/activate\n": "", **here}.items():
        assert written in script
        script = script.replace(written, instead)
    return script


def pasted(script: str, folder: Path) -> Pasted:
    """Run *script* to its end, and end whatever it has left running."""
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    said, complained = folder / "out", folder / "err"  # files: a script that stops half-way leaves servers on a pipe
    with said.open("w") as out, complained.open("w") as err:
        running = subprocess.Popen(
            ["bash", "-euo", "pipefail", "-c", script],
            cwd=ROOT,
            env={**os.environ, "PATH": path},
            stdout=out,
            stderr=err,
            start_new_session=True,
        )
    try:
        running.wait(TIMEOUT_S)
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(running.pid, signal.SIGKILL)
        running.wait()
    return Pasted(running.returncode, said.read_text("utf-8"), complained.read_text("utf-8"))
