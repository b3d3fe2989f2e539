"""
Whether verdicts depend on order, on chance, on the number of processes, or on how busy the machine is.

    python -m suites.benchmarks.steadiness                      20 seeds on the sound reference, the last 5 of them busy
    python -m suites.benchmarks.steadiness "--way=-n 2 --order=random"     each run so, in place of four ways in turn
    python -m suites.benchmarks.steadiness --defect=REG-04      how often a racy defect is caught in 20 runs

Each seed is one run of the real command, in file order or shuffled, in one process or over two. Prints one line a run,
and ends with exit code 1 where two runs came to different verdicts, or where the defect was missed more than once.
"""

from __future__ import annotations

import argparse
import multiprocessing
import sys
import time
from contextlib import contextmanager

from contract.results import Verdict
from suites.selftest.whole_run import run

WAYS = ((), ("--order=random",), ("-n", "2"), ("-n", "2", "--order=random"))
BUSY_OF_20 = 5


def spin() -> None:
    """Keep one core busy."""
    while True:
        pass


@contextmanager
def busy(yes: bool):
    """Keep every core busy meanwhile, where *yes*."""
    spinners = [multiprocessing.Process(target=spin, daemon=True) for _ in range(multiprocessing.cpu_count() * yes)]
    for each in spinners:
        each.start()
    try:
        yield
    finally:
        for each in spinners:
            each.kill()


def main(arguments: list[str]) -> int:
    """Run the seeds; 0 where the verdicts were one and the same."""
    parser = argparse.ArgumentParser(prog="python -m suites.benchmarks.steadiness")
    parser.add_argument("--runs", type=int, default=20)
    parser.add_argument("--defect", default="")
    parser.add_argument("--target", default="reference")
    parser.add_argument("--way", default="", help="how pytest is called each time")
    parser.add_argument("--requirement", default="", help="these only, with commas")
    options = parser.parse_args(arguments)
    seen: dict[str, list[int]] = {}
    caught = 0
    for number in range(options.runs):
        loaded = not options.defect and number >= options.runs * (1 - BUSY_OF_20 / 20)
        way = tuple(options.way.split()) if options.way else WAYS[number % len(WAYS)]
        way = (f"--requirement={options.defect}",) if options.defect else way
        defect = [f"--defect={options.defect}"] if options.defect else []
        way = (*way, f"--requirement={options.requirement}") if options.requirement else way
        began_s = time.monotonic()
        with busy(loaded):
            came = run(f"--target={options.target}", f"--seed={number + 1}", *way, *defect, timeout_s=600)
        verdicts = came.verdicts() if came.results else {"run": came.last_lines}
        caught += verdicts.get(options.defect) is Verdict.FAIL
        seen.setdefault(str(sorted(verdicts.items())), []).append(number + 1)
        odd = {name: str(each) for name, each in verdicts.items() if each is not Verdict.PASS}
        state = "busy" if loaded else ""
        took_s = time.monotonic() - began_s
        print(
            f"seed {number + 1:>3}  exit {came.code}  {took_s:5.1f} s  {' '.join(way)[:24]:<25}{state:<6}{odd}",
            flush=True,
        )
    if options.defect:
        print(f"{options.defect} was caught in {caught} of {options.runs} runs")
        return int(caught < options.runs - 1)
    print(f"{len(seen)} different sets of verdicts: {', '.join(str(each) for each in seen.values())}")
    return int(len(seen) > 1)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
