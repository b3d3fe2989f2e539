"""
What generation alone finds: planted defects of rows that have a generated twin, with the generated tests only.

    python -m suites.benchmarks.generated_kills                         30 defects, drawn by a seed that is printed
    python -m suites.benchmarks.generated_kills --seed=7 --time=60s     that draw again, a minute each
    python -m suites.benchmarks.generated_kills SESS-02 MFA-01          these defects

Each defect gets a fresh process and an empty store, and the time given. Prints one line a defect, and ends with exit
code 1 where more than two of the drawn were missed.
"""

from __future__ import annotations

import argparse
import random
import sys
import time

from contract import catalogue
from suites.selftest.kill_matrix import FOUND, Planted, planted
from suites.selftest.whole_run import run

DRAWN = 30
MISSED_MOST = 2
TIMEOUT_S = 600


def caught(defect: Planted, *, seed: int, limit: str) -> str:
    """Return "" where the generated tests of the defect's row find it, else what they came to."""
    came = run(
        "suites/properties",
        f"--defect={defect.id}",
        f"--requirement={defect.requirement}",
        f"--seed={seed}",
        f"--time={limit}",
        timeout_s=TIMEOUT_S,
    )
    if came.results is None:
        return came.last_lines
    verdicts = {row.requirement: row for row in came.results.rows}
    row = verdicts.get(defect.requirement)
    if row is not None and not FOUND.isdisjoint(row.verdicts):
        return ""
    return f"{row.verdict}: {'; '.join(row.why)}" if row else came.last_lines


def drawing(prog: str) -> argparse.ArgumentParser:
    """Return a parser of *prog*'s arguments that knows those of a draw."""
    parser = argparse.ArgumentParser(prog=prog)
    parser.add_argument("defects", nargs="*", metavar="ID", help="these defects, in place of drawn ones")
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(1, 1_000_000))
    parser.add_argument("--drawn", type=int, default=DRAWN)
    return parser


def drawn(options: argparse.Namespace) -> list[Planted]:
    """Return the defects that *options* name, or draw of rows with a generated twin; print the draw and its seed."""
    rows = catalogue.load()
    able = [each for each in planted() if rows[each.requirement].generated]
    sample = random.Random(options.seed).sample(able, min(options.drawn, len(able)))
    chosen = [each for each in planted() if each.id in options.defects] if options.defects else sample
    print(f"{len(chosen)} of {len(able)} defects of rows with a generated twin; seed {options.seed}", flush=True)
    return chosen


def main(arguments: list[str]) -> int:
    """Draw defects and judge each; 0 where at most two were missed."""
    parser = drawing("python -m suites.benchmarks.generated_kills")
    parser.add_argument("--time", default="60s", help="for each defect")
    options = parser.parse_args(arguments)
    chosen = drawn(options)
    missed = []
    for defect in chosen:
        began_s = time.monotonic()
        why = caught(defect, seed=options.seed, limit=options.time)
        missed += [defect.id] if why else []
        print(
            f"{defect.id:<10}{'missed' if why else 'caught':<8}{time.monotonic() - began_s:6.1f} s  {why}", flush=True
        )
    found = len(chosen) - len(missed)
    print(f"{found} of {len(chosen)} caught by generation alone; missed: {', '.join(missed) or 'none'}")
    return int(len(missed) > MISSED_MOST)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
