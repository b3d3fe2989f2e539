"""
Starts a shipped target's `server.py` with the target's own packages. Written into start lines:

    {python} -m suites.targets.start NAME --port {port} --data {dir} ...
"""

from __future__ import annotations

import os
import sys

from suites.targets.environment import FOLDER, NOT_OURS, NotInstalled, python_of


def main(name: str, *arguments: str) -> int:
    """Become the server of the target *name*; return only where that cannot be, having said why in one line."""
    try:
        python = python_of(name)
    except NotInstalled as why:
        print(why, file=sys.stderr)
        return 1
    around = {key: value for key, value in os.environ.items() if key not in NOT_OURS}
    os.execve(python, [str(python), str(FOLDER / name / "server.py"), *arguments], around)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
