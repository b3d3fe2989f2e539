"""Generated cases, judged one after another until time or cases run out; all of it pinned by the run's seed."""

from __future__ import annotations

import time
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import hypothesis
from hypothesis import HealthCheck, Phase, settings
from hypothesis.control import current_build_context
from hypothesis.errors import DidNotReproduce, FlakyFailure, HypothesisException
from hypothesis.stateful import run_state_machine_as_test
from hypothesis.strategies import SearchStrategy

from contract.errors import ContractViolation
from suites.properties.machines.machine import Machine
from suites.properties.replay import Steps, encoded, store
from suites.rig.judging import Advice, not_exercised

DEFAULT_S = 4.0  # for each test, where the user gives no time
LEAST = 12  # cases below which a test that ran out of time says nothing
MOST = 250
SHOWN = 160  # characters of a case in its story


class _Over(BaseException):
    """Ends Hypothesis' run from within a case: time is up, or what was found need not be made small."""


class Explorer:
    """
    Feeds a generated test: `cases` with values of a strategy, `histories` with the steps of a state machine.

    Args:
        row: The requirement that the test cites.

        test: The test's id.

        seed: Of the run; each test's own choices follow from it and from the test's id.

        budget_s: Seconds for which the test may go on making cases.

        shrink: Whether a failure is made small before it is reported, which takes many more requests.

        stories: The folder for the steps of a failure.

        replay: Stored steps to take in place of new ones.
    """

    def __init__(
        self,
        row: str,
        test: str,
        *,
        seed: int,
        budget_s: float,
        shrink: bool,
        stories: Path,
        replay: Steps | None = None,
    ) -> None:
        self._row = row
        self._test = test
        self._seed = zlib.crc32(f"{seed} {test}".encode())
        self._budget_s = budget_s
        self._shrink = shrink
        self._stories = stories
        self._replay = replay if replay and replay.test == test else None
        self._found: Exception | None = None
        self._advice: Advice | None = None
        self._choices = b""
        self._over = False  # from then on Hypothesis may say that a run, cut short, differs from another
        self.judged = 0

    def cases(
        self,
        strategy: SearchStrategy[Any],
        judge: Callable[[Any], None],
        *,
        least: int = LEAST,
        most: int = MOST,
        tell: Callable[[Any], str] | None = None,
    ) -> None:
        """
        Call *judge* with one case of *strategy* after another, *most* of them at most.

        The test ends, not exercised, where time allows for fewer than *least*.

        Raises:
            ContractViolation: what *judge* raised, with the case, in the words of *tell*, as its story.
        """
        told = tell or shown

        @self._settings(most)
        @hypothesis.given(strategy)
        def each(case: Any) -> None:
            self.judged += 1
            self._guarded(lambda: judge(case), lambda: (told(case),))

        self._run(self._pinned(each))
        self._enough(min(least, most), "cases")

    def histories(self, machine: Callable[[], Machine], *, least: int = 2, most: int = 60, steps: int = 30) -> None:
        """
        Let Hypothesis take steps of a new *machine* again and again, *most* times at most, *steps* each.

        Raises:
            ContractViolation: what a step raised, with all steps as its story.
        """

        def start() -> Machine:
            made = machine()
            made.guard = lambda step: self._guarded(step, lambda: tuple(made.story))
            self.judged += 1
            return made

        history = self._pinned(start)
        limits = self._settings(most, stateful_step_count=steps)
        self._run(lambda: run_state_machine_as_test(history, settings=limits))
        self._enough(min(least, most), "histories")

    # -- running

    def _run(self, run: Callable[[], None]) -> None:
        self._deadline_s = time.monotonic() + self._budget_s
        try:
            run()
        except _Over:
            pass
        except DidNotReproduce:
            return  # the stored steps lead to no failure any more
        except Exception as why:
            ours = self._over or why is self._found or isinstance(why, ContractViolation | FlakyFailure)
            if not ours:
                raise
            self._found = why if isinstance(why, ContractViolation) else self._found
        if isinstance(self._found, ContractViolation):
            store(self._stories, self._row, self._test, self._choices, self._found)
        if self._found or self._advice:
            raise self._found or self._advice  # type: ignore[misc]

    def _guarded(self, step: Callable[[], None], story: Callable[[], tuple[str, ...]]) -> None:
        """
        Take *step* while there is time. A failure ends the run, unless it is to be made small.

        Advice waits for the end: a failure may come after it.
        """
        if self._found is None and not self._replay and time.monotonic() > self._deadline_s:
            self._over = True
            raise _Over
        try:
            step()
        except HypothesisException:
            raise
        except Advice as advice:
            advice.story = story()
            self._advice = self._advice or advice
        except Exception as why:
            if isinstance(why, ContractViolation):
                why.story = story()
            self._found, self._choices = why, encoded(current_build_context().data.choices)
            if self._shrink or self._replay:
                raise
            self._over = True
            raise _Over from why

    def _settings(self, most: int, **more: Any) -> settings:
        return settings(
            max_examples=most,
            phases=(Phase.generate, *([Phase.shrink] if self._shrink else [])),
            deadline=None,
            database=None,
            derandomize=False,
            report_multiple_bugs=False,
            suppress_health_check=tuple(HealthCheck),
            **more,
        )

    def _pinned(self, test: Any) -> Any:
        """Return *test* with its choices pinned: by stored steps, or by the seed."""
        if self._replay:
            return hypothesis.reproduce_failure(self._replay.version, self._replay.choices)(test)
        return hypothesis.seed(self._seed)(test)

    def _enough(self, least: int, what: str) -> None:
        if self.judged < least and not self._replay:
            not_exercised(
                f"time: {self.judged} of at least {least} generated {what} in {self._budget_s:g} s; "
                "give more by --time="
            )


def shown(case: Any) -> str:
    """Return *case* in one line of ASCII that is not long."""
    text = ascii(case)
    return text if len(text) <= SHOWN else text[: SHOWN - 3] + "..."
