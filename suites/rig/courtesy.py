"""How a run behaves towards a target that others use too: slowly, within a budget, and not at all when it is unwell."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace

from contract.answers import Answer
from contract.targets.model import Target
from suites.rig.judging import not_exercised
from suites.rig.launch import TargetGone
from suites.rig.patience import LONGEST_WAIT_S, wait_asked_for

BREAKS_AFTER = 8  # failures in a row: more than a restart behind a balancer shows to one client


@dataclass
class Courtesy:
    """
    What one process of a run may still ask of a shared target: so many `accounts`, and so many more `requests`.

    `Retry-After` holds back every request, whoever was told: the target asked the client, not one of its tests. Where
    answers are 5xx or none again and again, the run ends: a target in trouble is not helped by more of the same.
    """

    accounts: int
    requests: int
    _resting_until_s: float = 0.0
    _failures: int = 0
    _asked: int = 0

    def before_request(self) -> None:
        """
        Wait where the target has asked for that; count a request.

        Ends the test where the budget is spent, or where the wait would be longer than a minute.
        """
        wait_s = self._resting_until_s - time.monotonic()
        if wait_s > LONGEST_WAIT_S:
            not_exercised(f"the target asks to be left alone for another {wait_s:.0f} s (Retry-After)")
        if self._asked >= self.requests:
            not_exercised(f"this shared target was sent its {self.requests} requests; see --consent=HOST")
        time.sleep(max(wait_s, 0.0))
        self._asked += 1

    def heard(self, answer: Answer) -> None:
        """
        Take note of how *answer* says the target is doing.

        Raises:
            TargetGone: it was the last of so many failures in a row.
        """
        if answer.status in (429, 503) and answer.header("retry-after") is not None:
            self._resting_until_s = max(self._resting_until_s, time.monotonic() + wait_asked_for(answer))
        self._failures = self._failures + 1 if answer.status == 0 or answer.status >= 500 else 0
        if self._failures >= BREAKS_AFTER:
            last = f"{answer.status}" if answer.status else answer.fault
            raise TargetGone(
                f"{self._failures} answers in a row were 5xx or none, the last one: {last}. The run stops here, since "
                "this target is shared with others"
            )


def at_its_share(target: Target, shares: int) -> Target:
    """Return *target* at the rate of one of *shares* processes: what its file says is for all of them together."""
    rate = target.transport.rate_per_s
    return replace(target, transport=replace(target.transport, rate_per_s=rate / shares)) if rate else target
