"""No secret of a run stands in anything that it leaves, however it ends and over however many processes it goes."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest

from suites.selftest.telling import WHERE, told
from suites.selftest.whole_run import ROOT, command

OUT = ROOT / "reports" / "out"
FACADE = ROOT / "suites" / "selftest" / "data" / "targets" / "facade.toml"
REFERENCE = ROOT / "suites" / "targets" / "reference" / "target.toml"
ROWS = "--area=login,mfa,sessions,authorization"
ENOUGH = 40  # secrets, from passwords to tokens: then the run is in the middle of its work
PATIENCE_S = 120


def let_it_end(_: subprocess.Popen[bytes]) -> None:
    """Do nothing to the run."""


def kill_the_target(run: subprocess.Popen[bytes]) -> None:
    """End the server of the run, as a crash would."""
    for each in psutil.Process(run.pid).children(recursive=True):
        if "reference_impl" in each.cmdline() and "--port" in each.cmdline():
            each.kill()
            return


def interrupt(run: subprocess.Popen[bytes]) -> None:
    """Press Ctrl-C."""
    run.send_signal(signal.SIGINT)


def kill(run: subprocess.Popen[bytes]) -> None:
    """End the run as a machine without memory does."""
    run.kill()


ENDS: dict[str, tuple[Callable[[subprocess.Popen[bytes]], None], Path, tuple[str, ...]]] = {
    "a pass": (let_it_end, FACADE, ()),
    "a failure": (let_it_end, REFERENCE, ("--defect=SESS-02", "--defect=LOGIN-06", "--defect=DATA-02")),
    "a crash of the target": (kill_the_target, REFERENCE, ()),
    "an interrupt": (interrupt, REFERENCE, ()),
    "a kill": (kill, REFERENCE, ()),
}
"""What happens to a run: what is done amid it, the target (the façade has cookies and CSRF), and further options."""


@pytest.mark.parametrize("processes", [(), ("-n", "2")], ids=["alone", "over-two"])
@pytest.mark.parametrize("end", ENDS)
def test_no_secret_is_left_anywhere(tmp_path: Path, end: str, processes: tuple[str, ...]) -> None:
    """Passwords, tokens, codes' seeds and cookies of an hour ago open real accounts on a real staging system."""
    act, shipped, options = ENDS[end]
    target = tmp_path / "target.toml"
    target.write_text(f'extends = "{shipped}"\nname = "{tmp_path.name}"\n', "utf-8")
    secrets, output = tmp_path / "secrets", tmp_path / "output.txt"
    secrets.mkdir()
    line = command("-p", "suites.selftest.telling", f"--target={target}", ROWS, *options, *processes)

    with output.open("wb") as file:
        run = subprocess.Popen(line, cwd=ROOT, stdout=file, stderr=file, env=os.environ | {WHERE: str(secrets)})
        try:
            while run.poll() is None and len(told(secrets)) < ENOUGH:
                time.sleep(0.05)
            act(run)
            run.wait(PATIENCE_S)
        finally:
            run.kill()

    known = told(secrets)
    (folder,) = {path.parent for path in OUT.glob("2*/run.jsonl") if str(target) in path.read_text("utf-8")}
    left = [output, *(path for path in folder.rglob("*") if path.is_file())]
    assert len(known) >= ENOUGH, output.read_text("utf-8")
    assert {path.name: each for path in left for each in known if each in path.read_text("utf-8", "replace")} == {}
