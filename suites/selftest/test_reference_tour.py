"""The guided tour in the reference's README runs as it stands, and says what its comments say."""

from __future__ import annotations

import contextlib
import os
import re
import signal
import subprocess
import sys
from pathlib import Path

from suites.selftest.reference import ROOT

README = ROOT / "reference_impl" / "README.md"


def test_the_guided_tour_prints_what_it_says(tmp_path: Path) -> None:
    text = README.read_text(encoding="utf-8")
    tour = text.partition("## A guided tour")[2].partition("```sh\n")[2].partition("```")[0]
    said = [status for comment in re.findall(r"# ((?:\d{3} ?)+)$", tour, re.MULTILINE) for status in comment.split()]
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    environment = {**os.environ, "PATH": path, "PYTHONPATH": str(ROOT)}

    ran = subprocess.Popen(
        ["bash", "-eu", "-c", tour],
        cwd=tmp_path,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    try:
        printed, complaints = ran.communicate(timeout=120)
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(ran.pid, signal.SIGKILL)  # a tour that ends early leaves its server

    assert (printed.split(), complaints) == (said, "")
    assert len(said) == 30
