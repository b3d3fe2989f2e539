"""The guided tour in the README runs as it stands, and each of its calls is answered as its comment says."""

from __future__ import annotations

import contextlib
import os
import re
import signal
import subprocess
import sys
from pathlib import Path

from suites.rig.processes import free_port
from suites.selftest.reference import ROOT

HEADING = "## A guided tour of the reference\n"
BLOCK = re.compile(r"^```bash\n(.*?)^```$", re.MULTILINE | re.DOTALL)
COMMENT = re.compile(r"#((?: \d{3})+)$", re.MULTILINE)
STATUS = re.compile(r"^ -> (\d{3})$", re.MULTILINE)
TIMEOUT_S = 180.0


def tour() -> str:
    """Return the blocks of the tour, with free ports, and in the environment that runs the test."""
    section = (ROOT / "README.md").read_text(encoding="utf-8").partition(HEADING)[2].partition("\n## ")[0]
    script = "".join(BLOCK.findall(section))
    for written, here in {
        "source .venv/bin/activate\n": "",
        "127.0.0.1:2525": f"127.0.0.1:{free_port()}",
        "--port 8080": f"--port {(port := free_port())}",
        "127.0.0.1:8080": f"127.0.0.1:{port}",
    }.items():
        assert written in script
        script = script.replace(written, here)
    return script


def test_every_call_of_the_tour_is_answered_as_its_comment_says(tmp_path: Path) -> None:
    script = tour()
    expected = [status for comment in COMMENT.findall(script) for status in comment.split()]
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    said, complained = tmp_path / "out", tmp_path / "err"  # files: a tour that stops half-way leaves servers on a pipe
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
    printed, complaints = said.read_text("utf-8"), complained.read_text("utf-8")

    assert (STATUS.findall(complaints), running.returncode) == (expected, 0), complaints
    assert set(expected) == {"200", "201", "202", "204", "401", "403", "409", "429", "503"}
    assert len(re.findall(r"^retry-after: [1-9]\d*\s*$", printed, re.MULTILINE | re.IGNORECASE)) == 2
