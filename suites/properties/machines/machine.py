"""What every machine has: a voice, the story of its steps, and one rule that takes whichever step is possible."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, TypeVar

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, rule

from suites.rig.api import Api

T = TypeVar("T")
LARGE = 2**20


class Choice:
    """One drawn number, spent by choosing: the same number always chooses the same."""

    def __init__(self, number: int) -> None:
        self.left = number

    def of(self, items: Sequence[T]) -> T:
        """Return one of *items*."""
        self.left, at = divmod(self.left, len(items))
        return items[at]


@dataclass(frozen=True, slots=True)
class Step:
    """What a method of a machine does to the target: when it is possible, and how often it is wanted."""

    take: Callable[[Any, Choice], None]
    when: Callable[[Any], object]
    weight: int


def step(
    *, when: Callable[[Any], object] = lambda _: True, weight: int = 1
) -> Callable[[Callable[[Any, Choice], None]], Step]:
    """Make a method a step, possible *when* the model says so, and drawn *weight* times as often as one of weight 1."""
    return lambda take: Step(take, when, weight)


class Machine(RuleBasedStateMachine):
    """
    A history in the making.

    `story` are the steps taken so far, in contract words. `guard` is given each step and takes it. Steps are drawn from
    all that are possible: Hypothesis' own choice among rules leaves out some of them in most histories, and a history
    that lacks one kind of step seldom shows anything here.
    """

    def __init__(self, api: Api) -> None:
        super().__init__()
        self.api = api
        self.story: list[str] = []
        self.guard: Callable[[Callable[[], None]], None] = lambda take: take()

    def tell(self, words: str) -> None:
        """Say what the step that is being taken does."""
        self.story.append(words)

    @rule(number=st.integers(0, LARGE))
    def go_on(self, number: int) -> None:
        """
        Take the first step that is possible now, of all steps in the order that *number* shuffles them into.

        So a history that lacks one of its steps still takes the others as before, and can be made small.
        """
        self.guard(lambda: self.go_on_by(Choice(number)))

    def go_on_by(self, choice: Choice) -> None:
        """Take the step that *choice* falls on."""
        every = [each for each in steps_of(type(self)) for _ in range(each.weight)]
        shuffled = random.Random(choice.left).sample(every, len(every))
        chosen = next((each for each in shuffled if each.when(self)), None)
        if chosen is not None:
            chosen.take(self, choice)


@cache
def steps_of(machine: type[Machine]) -> tuple[Step, ...]:
    """Return the steps of *machine*, those of its bases first, in the order in which they are written."""

    def found() -> Iterator[Step]:
        for each in reversed(machine.__mro__):
            yield from (value for value in vars(each).values() if isinstance(value, Step))

    return tuple(found())
