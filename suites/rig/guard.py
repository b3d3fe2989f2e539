"""
Runs a command and ends it, with everything it started, when the parent goes: even by kill -9.

    python guard.py COMMAND [ARGUMENT …]

The parent keeps this process' standard input open; its end, whatever the reason, is the order to stop. Stands alone, so
that it starts fast: nothing but the standard library.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time

GRACE_S = 3.0


def stop_group(process: subprocess.Popen[bytes]) -> None:
    """Ask the process group to end, and make it end after a grace time."""
    for order in (signal.SIGTERM, signal.SIGKILL):
        try:
            os.killpg(process.pid, order)
        except ProcessLookupError:
            return
        deadline = time.monotonic() + GRACE_S
        while process.poll() is None and time.monotonic() < deadline:
            time.sleep(0.01)


def main(command: list[str]) -> int:
    """Run *command* until it ends or the standard input does; return its exit code."""
    try:
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, start_new_session=True)
    except OSError as why:
        print(f"cannot start {command[0]}: {why.strerror}", file=sys.stderr)
        return 127

    def wait_for_the_parent() -> None:
        while os.read(0, 4096):
            pass
        stop_group(process)

    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches the whole terminal group; the parent decides
    signal.signal(signal.SIGTERM, lambda *_: stop_group(process))
    threading.Thread(target=wait_for_the_parent, daemon=True).start()
    code = process.wait()
    stop_group(process)
    return code


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
