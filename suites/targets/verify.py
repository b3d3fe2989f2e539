"""
Runs the suite on shipped targets, by the command that a user types, and compares with what was verified by hand.

    python -m suites.targets.verify NAME...               exactly the recorded findings, exactly the recorded passes
    python -m suites.targets.verify --by-hand NAME...     each finding's curl lines, once more, on a server of its own

Without a name: all of them. Exit codes: 0 as recorded, 1 not, 2 usage, 3 error of the harness, 6 no start.
"""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

from contract import results
from contract.results import ExitCode
from suites.targets.by_hand import repeat
from suites.targets.verified import differences, load, names

ROOT = Path(__file__).parents[2]
PLACE = "results in "
TIMEOUT_S = 1200
SEED = "--seed=1"  # names of people are the seed's, and password rules look at names; a later --seed wins
BY_HAND = "--by-hand"


def verify(name: str, *options: str) -> int:
    """Run the suite on the target *name*; print how that compares, and return the exit code."""
    began_s = time.monotonic()
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", f"--target={name}", SEED, *options]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=TIMEOUT_S)
    took_s = time.monotonic() - began_s
    places = [line.removeprefix(PLACE) for line in done.stdout.splitlines() if line.startswith(PLACE)]
    if not places:
        print(f"{name}: the run left no results:\n{done.stdout}{done.stderr}")
        return done.returncode or int(ExitCode.HARNESS_ERROR)
    came = results.load(ROOT / places[-1])
    if came.unreachable:
        print(f"{name}: {came.unreachable}")
        return int(ExitCode.UNREACHABLE)
    for fault in came.faults:
        print(f"{name}: error of the harness in {fault.test or 'the run'}: {fault.message}")
    verified = load(name)
    lines = differences(verified, came)
    for line in lines:
        print(f"{name}: {line}")
    rows = len({each.requirement for each in verified.findings})
    state = "NOT as recorded" if lines or came.faults else "exactly as recorded"
    print(
        f"{name}: findings of {rows} requirements, {len(verified.passes)} passes: {state}; "
        f"{came.cost.requests} requests, {took_s:.0f} s; {places[-1]}",
        flush=True,
    )
    return int(ExitCode.HARNESS_ERROR if came.faults else ExitCode.RED if lines else ExitCode.GREEN)


def main(arguments: list[str]) -> int:
    """Verify the named targets, or all; return the worst exit code."""
    options = [each for each in arguments if each.startswith("-") and each != BY_HAND]
    wanted = [each for each in arguments if not each.startswith("-")] or names()
    if strange := [each for each in wanted if each not in names()]:
        print(f"no target called '{strange[0]}' was verified. Valid: {', '.join(names())}.")
        return 2
    if BY_HAND in arguments:
        return max(repeat(name, load(name)) for name in wanted)
    return max(verify(name, *options) for name in wanted)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
