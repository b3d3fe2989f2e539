"""Starting processes that end with us, and ports for them."""

from __future__ import annotations

import contextlib
import socket
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

GUARD = Path(__file__).with_name("guard.py")


def free_port() -> int:
    """Return a TCP port of the loopback interface that nobody listened on a moment ago."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def guarded(command: Sequence[str], *, out: Path, log: Path, cwd: Path | None = None) -> subprocess.Popen[bytes]:
    """Start *command* under the guard, its output appended to *out* and *log*; it ends with us, or by `end`."""
    with out.open("ab") as stdout, log.open("ab") as stderr:
        return subprocess.Popen(
            [sys.executable, "-S", str(GUARD), *command], stdin=subprocess.PIPE, stdout=stdout, stderr=stderr, cwd=cwd
        )


def end(process: subprocess.Popen[bytes]) -> None:
    """Close the guard's standard input, which ends the command it guards."""
    with contextlib.suppress(OSError):
        if process.stdin:
            process.stdin.close()
    try:
        process.wait(timeout=10)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
