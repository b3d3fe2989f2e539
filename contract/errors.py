"""
Every exception this project raises on purpose.

HarnessError           the run cannot be trusted; it says nothing about the target
  BindingError         a file or an option given by the user is wrong
  NotTestable          a declared facility does not work, or a control was refused
ContractViolation      the target answered, and the answer breaks a requirement
                       (an AssertionError, so that a plain assert means the same)
"""

from __future__ import annotations

from difflib import get_close_matches
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from contract.answers import Answer


class HarnessError(Exception):
    """The run cannot be trusted; it says nothing about the target."""


class BindingError(HarnessError):
    """
    Something the user gave is wrong.

    Each problem is one line: where, what, how to mend it. A file's problems are reported all at once.
    """

    def __init__(self, *problems: str) -> None:
        self.problems = tuple(one_line(problem) for problem in problems)
        super().__init__("\n".join(self.problems))


class NotTestable(HarnessError):
    """A declared facility does not work, or the accepted twin of a refusal was itself refused."""


class ContractViolation(AssertionError):
    """
    The target answered, and the answer breaks a requirement.

    `answer` is the one at fault, where one alone is: it says the operation and the status that a known failure names.
    `story` is what led there, one step a line in contract words, where a test made its steps up; `again` is the command
    that takes them once more. `requirement` is set where a test finds that another requirement than its own is broken.
    """

    def __init__(self, message: str, *, expected: str = "", actual: str = "", answer: Answer | None = None) -> None:
        self.expected = expected
        self.actual = actual
        self.answer = answer
        self.story: tuple[str, ...] = ()
        self.again = ""
        self.requirement = ""
        super().__init__(message)


def one_line(text: str) -> str:
    """Return *text* with line ends, control characters and unpaired surrogates escaped: it may quote any file."""
    return "".join(char if char.isprintable() else char.encode("unicode_escape").decode() for char in text)


def unknown(what: str, given: str, valid: Iterable[str]) -> str:
    """
    Say in one sentence that *given* is no known *what*, with the nearest valid name and all of them.

    >>> unknown("feature", "topt", ["refresh", "totp"])
    "unknown feature 'topt'. Did you mean 'totp'? Valid: refresh, totp."
    """
    names = sorted(valid)
    near = get_close_matches(given, names, n=1)
    hint = f" Did you mean '{near[0]}'?" if near else ""
    return f"unknown {what} '{given}'.{hint} Valid: {', '.join(names)}."
