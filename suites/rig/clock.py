"""Moving the target's clock, so that nobody waits an hour for a token to expire."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Mapping
from typing import Any

from contract.errors import NotTestable
from suites.rig.api import Api

SHELL_TIMEOUT_S = 30
LEEWAY_S = 300
"""The most that two clocks may differ: what has expired by that much is expired everywhere."""


class Clock:
    """
    The target's clock, which only goes forward, and an api on the instance whose clock it is.

    The api's own time, by which one-time codes and lifetimes are reckoned, goes with it.
    """

    def __init__(self, api: Api, move: Callable[[float], None]) -> None:
        self.api = api
        self._move = move

    def advance(self, seconds: float) -> None:
        """
        Move the target's clock forward.

        Raises:
            NotTestable: the facility that the target file declares did not do it.
        """
        self._move(seconds)
        self.api.clock_offset_s += seconds


def by_shell(table: Mapping[str, Any]) -> Callable[[float], None]:
    """Return what moves the clock by the command of `[facilities.clock]`, with {seconds} filled in."""

    def move(seconds: float) -> None:
        command = str(table["command"]).format(seconds=round(seconds))
        try:
            done = subprocess.run(
                command, shell=True, check=False, capture_output=True, text=True, timeout=SHELL_TIMEOUT_S
            )
        except subprocess.TimeoutExpired:
            raise NotTestable(f"[facilities.clock]: the command took over {SHELL_TIMEOUT_S} s") from None
        if done.returncode:
            said = (done.stderr or done.stdout).strip().splitlines()
            raise NotTestable(f"[facilities.clock]: the command ended with code {done.returncode}: {said[-1:]}")

    return move
