"""
How long it takes to validate one answer of our contract, beside openapi-core in the same run.

    python -m suites.benchmarks.bench_validation

Every good answer of the contract (each example of each response) is judged by both in turn, several rounds; for each
answer the median over the rounds counts. Printed are the median, the 95th percentile and the slowest of these, in
milliseconds, and which answer was slowest. Ours reads the JSON strictly and looks for undocumented members too.
"""

from __future__ import annotations

import statistics
import sys
import time
from collections.abc import Callable

from contract.document import contract_document
from contract.schemas import Judge
from suites.selftest.good_answers import GoodAnswer, good_answers
from suites.selftest.openapi_core_judge import OpenapiCoreJudge

ROUNDS = 25
LIMIT_MS = 0.1  # what one answer of ours may take


def main() -> int:
    """Measure, print the table, and return 1 if any answer takes ours longer than the limit."""
    document = contract_document()
    answers = list(good_answers(document))
    judge, core = Judge(document), OpenapiCoreJudge(document)
    ours = _medians_ms(answers, lambda good: judge.violations(good.operation, good.answer))
    theirs = _medians_ms(answers, lambda good: core.refusal(good.answer))

    print(f"validating one answer, {len(answers)} answers, {ROUNDS} rounds; milliseconds")
    print(f"{'':14}{'median':>8}{'p95':>8}{'slowest':>9}")
    for name, times in (("ours", ours), ("openapi-core", theirs)):
        slowest = max(times, key=lambda one: times[one])
        values = sorted(times.values())
        p95 = values[int(len(values) * 0.95)]
        print(f"{name:14}{statistics.median(values):8.3f}{p95:8.3f}{values[-1]:9.3f}  {slowest}")
    times_faster = statistics.median(theirs.values()) / statistics.median(ours.values())
    print(f"openapi-core takes {times_faster:.0f} times as long; ours may take {LIMIT_MS} ms for any answer")
    return int(max(ours.values()) > LIMIT_MS)


def _medians_ms(answers: list[GoodAnswer], judge: Callable[[GoodAnswer], object]) -> dict[str, float]:
    """Return by name the median time of judging each of *answers*; the first round, which compiles, does not count."""
    times: dict[str, list[float]] = {good.name: [] for good in answers}
    for round_ in range(ROUNDS + 1):
        for good in answers:
            begun_s = time.perf_counter()
            verdict = judge(good)
            taken_ms = (time.perf_counter() - begun_s) * 1000
            if verdict:
                raise SystemExit(f"{good.name} is refused: {verdict}")
            if round_:
                times[good.name].append(taken_ms)
    return {name: statistics.median(values) for name, values in times.items()}


if __name__ == "__main__":
    sys.exit(main())
