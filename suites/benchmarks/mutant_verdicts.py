"""What one mutant of the reference came to: which tests were taken on it, and what turned red."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from contract.results import ExitCode
from contract.results import Verdict as RowVerdict
from suites.benchmarks.copied_reference import copied, environment
from suites.benchmarks.mutating import PACKAGE, Mutant
from suites.selftest.whole_run import ROOT, WholeRun, run

KILLED = ("killed", "does not start")
RED = frozenset({RowVerdict.FAIL, RowVerdict.WARN, RowVerdict.UNTESTABLE, RowVerdict.STALE_ENTRY})
GENERATED = "suites/properties/"
LIKELIEST = 8  # tests that are taken first, since most mutants need no more
FURTHER_S = 25  # how long the tests after them take together, as they did when their lines were written down
GENERATED_S = 10  # and the generated ones, of which more than one are taken only within it
TIMEOUT_S = 420  # for those tests of one mutant
EVERYTHING_S = 1500  # for all that run its lines


@dataclass(frozen=True, slots=True)
class Verdict:
    """
    What a mutant came to: one of KILLED, "survived", "not run" where no test runs its line, or "undecided" where the
    harness gave no verdict, or had no time for one.

    `by` are the requirements that turned red, or what the run said; `tests` is how many were taken.
    """

    mutant: str
    came_to: str
    change: list[str]
    seconds: float
    tests: int = 0
    by: list[str] = field(default_factory=list)

    @property
    def line(self) -> str:
        """All of it in one line."""
        return f"{self.mutant:<66} {self.came_to:<14} {self.seconds:6.1f} s {self.tests:>4} tests  {', '.join(self.by)}"


def stages(tests: Sequence[str], seconds: Mapping[str, float], *, everything: bool = False) -> Iterator[list[str]]:
    """
    Yield of *tests*, given in the order of their likelihood: a few, then others, then generated ones.

    Without *everything*, only as many as their *seconds* allow. Within each they are in the order of *seconds*, that of
    a whole run: drift uses up what a burst needs, and comes after it.
    """
    place = {test: at for at, test in enumerate(seconds)}
    fixed = [each for each in tests if not each.startswith(GENERATED)]
    generated = [each for each in tests if each.startswith(GENERATED)]
    chosen = [fixed[:LIKELIEST], fixed[LIKELIEST:], generated]
    if not everything:
        chosen[1:] = [within(FURTHER_S, chosen[1], seconds), within(GENERATED_S, generated, seconds)]
    for stage in chosen:
        yield sorted(stage, key=lambda test: place.get(test, len(place)))


def within(budget_s: float, tests: Sequence[str], seconds: Mapping[str, float]) -> list[str]:
    """Return the first of *tests*, and of the others in turn each that still fits into *budget_s*."""
    chosen: list[str] = []
    left_s = budget_s
    for test in tests:
        takes_s = seconds.get(test, 0)
        if not chosen or takes_s <= left_s:
            chosen.append(test)
            left_s -= takes_s
    return chosen


def judged(
    mutant: Mutant,
    tests: Sequence[str],
    *,
    seconds: Mapping[str, float] | None = None,
    target: str = "reference",
    everything: bool = False,
) -> Verdict:
    """
    Take *tests* on a copy of the reference that *mutant* has changed, until one turns red or the time is over.

    What turned red must do so once more, by itself: a busy machine reddens a test now and then. *target* is the shipped
    target that starts the copy; *seconds* and *everything* as in `stages`.
    """
    began_s, taken, change = time.monotonic(), 0, mutant.change(ROOT)
    timeout_s = EVERYTHING_S if everything else TIMEOUT_S

    def verdict(came_to: str, *by: str) -> Verdict:
        return Verdict(mutant.id, came_to, change, round(time.monotonic() - began_s, 1), taken, list(by))

    if not tests:
        return verdict("not run")
    with copied() as folder:
        (folder / PACKAGE / mutant.file).write_text(mutant.source(ROOT), "utf-8")

        def taken_on_it(chosen: Sequence[str]) -> WholeRun:
            options = (f"--target={target}", "-x", "--seed=1", "--strict-should")
            left_s = timeout_s - (time.monotonic() - began_s)
            return run(*chosen, *options, timeout_s=left_s, environment=environment(folder))

        try:
            for stage in filter(None, stages(tests, seconds or {}, everything=everything)):
                taken += len(stage)
                came_to, by, red = read(taken_on_it(stage))
                if came_to == "killed" and red:
                    came_to, by, _ = read(taken_on_it(red))
                if came_to != "survived":
                    return verdict(came_to, *by)
        except subprocess.TimeoutExpired:
            return verdict("undecided", f"no end within {timeout_s:.0f} s")
    return verdict("survived")


def read(came: WholeRun) -> tuple[str, list[str], list[str]]:
    """Return what a run says of a mutant, the requirements that turned red, and the tests that did."""
    if came.code == ExitCode.UNREACHABLE:
        return "does not start", [came.last_lines[-120:]], []
    if came.results is not None:
        rows = [each.requirement for each in came.results.rows if not RED.isdisjoint(each.verdicts)]
        tests = [each.test for each in came.results.judgements if each.verdict in RED and each.test]
        if rows:
            return "killed", rows, tests
    if came.code in (ExitCode.GREEN, ExitCode.NOTHING_JUDGED):
        return "survived", [], []
    return "undecided", [f"exit code {came.code}: {came.last_lines[-200:]}"], []
