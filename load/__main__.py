"""Commands beside locust's own: `python -m load calibrate`, `python -m load profiles`."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from contract.errors import BindingError, HarnessError
from contract.results.folder import OUT
from load import profiles
from load.calibrate import calibrate, told

ROOT = Path(__file__).parents[1]


def main(arguments: list[str]) -> int:
    """Run a command; 0 done, 2 usage, 3 where it could not be measured."""
    parser = argparse.ArgumentParser(prog="python -m load", allow_abbrev=False)
    commands = parser.add_subparsers(dest="command", required=True)
    measuring = commands.add_parser("calibrate", help="measure what this machine can generate and hash")
    measuring.add_argument("--step-s", type=float, default=4.0, help="seconds at each rate (default: 4)")
    measuring.add_argument("--start", type=float, default=250.0, help="the first rate (default: 250 a second)")
    measuring.add_argument("--memory-kib", type=int, default=19_456, help="of argon2id (default: OWASP's minimum)")
    measuring.add_argument("--passes", type=int, default=2)
    measuring.add_argument("--lanes", type=int, default=1)
    listing = commands.add_parser("profiles", help="list the profiles")
    listing.add_argument("--load-profiles", default="", help="a file with further profiles")
    options = parser.parse_args(arguments)
    try:
        if options.command == "profiles":
            found = profiles.load(Path(options.load_profiles) if options.load_profiles else None)
            print("\n".join(f"{name:<18}{each.duration_s:5.0f} s  {each.about}" for name, each in found.items()))
            return 0
        hashing = {"memory_kib": options.memory_kib, "passes": options.passes, "lanes": options.lanes}
        print("\n".join(told(calibrate(ROOT / OUT, step_s=options.step_s, start_per_s=options.start, **hashing))))
    except BindingError as why:
        print("\n".join(f"load: {each}" for each in why.problems), file=sys.stderr)
        return 2
    except HarnessError as why:
        print(f"load: {why}", file=sys.stderr)
        return 3
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
