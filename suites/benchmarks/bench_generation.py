"""
How fast cases are generated and judged, where the target costs nothing; and how much is the target's, where it costs.

    python -m suites.benchmarks.bench_generation

Prints, as the median of five rounds of three seconds each: generated cases for each second of the client's CPU time,
steps of a state machine for each second of wall time, and the share of wall time that the client waits for a target
which answers after 20 ms.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from contract.answers import Answer, Request
from contract.targets.read import resolve
from suites.properties.exploring import Explorer
from suites.properties.machines.sessions import Sessions
from suites.properties.strategies.tokens import token_texts
from suites.rig.api import Api
from suites.rig.identities import People
from suites.rig.journal import Journal
from suites.rig.launch import free_port
from suites.rig.passive import PASSIVE, PassiveJudge
from suites.selftest.whole_run import ROOT

ROUND_S = 3.0
ROUNDS = 5
SLOW_S = 0.02
MANY = 1_000_000
ROWS = frozenset(each.requirement for each in PASSIVE)


def bench(delay_s: float, work: Callable[[Api, Explorer, list[Answer]], int]) -> tuple[float, float, float]:
    """Return, for one round of *work*, its count for each CPU second and each second, and the share of waiting."""
    port = free_port()
    command = [sys.executable, "-m", "suites.benchmarks.instant_target", str(port), str(delay_s)]
    server = subprocess.Popen(command, cwd=ROOT)
    with tempfile.TemporaryDirectory() as folder:
        target = replace(resolve(f"http://127.0.0.1:{port}/api/v1", environ={}))
        people = People(1, "bench", "main")
        judge = PassiveJudge(target, ROWS, people.canaries)
        answers: list[Answer] = []

        def received(answer: Answer) -> None:
            answers.append(answer)
            judge.violations(answer)

        api = Api(target, people, Journal(Path(folder) / "accounts.jsonl"), received)
        explorer = Explorer("SESS-02", "bench", seed=1, budget_s=ROUND_S, shrink=False, stories=Path(folder))
        try:
            until = time.monotonic() + 10
            while not api.answers(Request("GET", target.base_url)) and time.monotonic() < until:
                time.sleep(0.05)
            began_s, began_cpu_s = time.monotonic(), time.process_time()
            count = work(api, explorer, answers)
            took_s, cpu_s = time.monotonic() - began_s, time.process_time() - began_cpu_s
            waited_s = sum(each.elapsed_s for each in answers)
        finally:
            server.kill()
            server.wait()
    return count / cpu_s, count / took_s, waited_s / took_s


def cases(api: Api, explorer: Explorer, answers: list[Answer]) -> int:
    """Present generated refresh tokens; return how many."""
    explorer.cases(token_texts("x" * 22), lambda token: api.call("refreshToken", refreshToken=token), most=MANY)
    return explorer.judged


def steps(api: Api, explorer: Explorer, answers: list[Answer]) -> int:
    """Let histories of sessions run; return how many requests their steps sent."""
    explorer.histories(lambda: Sessions(api, "SESS-02"), most=MANY, steps=50)
    return len(answers)


def main() -> None:
    """Print the figures."""
    fast = [bench(0.0, cases) for _ in range(ROUNDS)]
    machine = [bench(0.0, steps) for _ in range(ROUNDS)]
    slow = [bench(SLOW_S, steps) for _ in range(ROUNDS)]
    print(f"generated cases for each CPU second of the client   {statistics.median(each[0] for each in fast):6.0f}")
    print(f"steps of a state machine for each second            {statistics.median(each[1] for each in machine):6.0f}")
    print(f"share of waiting, target answers after 20 ms        {statistics.median(each[2] for each in slow):6.0%}")


if __name__ == "__main__":
    main()
