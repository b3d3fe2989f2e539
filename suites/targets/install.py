"""
Installs the packages of shipped targets, each into an environment of its own. Made once, and reused.

    python -m suites.targets.install NAME...        all of them where none is named
"""

from __future__ import annotations

import subprocess
import sys

from suites.targets.environment import install, with_packages


def main(names: list[str]) -> int:
    """Install what *names* need; 0 where all is there, 1 where a package could not be installed, 2 for a wrong name."""
    known = with_packages()
    for name in names or known:
        if name not in known:
            print(f"no shipped target with packages of its own is called '{name}'. Valid: {', '.join(known)}.")
            return 2
        try:
            print(f"{name}: {'installed' if install(name) else 'already there'}", flush=True)
        except subprocess.CalledProcessError as why:
            print(f"{name}: not installed: pip ended with {why.returncode}", file=sys.stderr)
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
