"""
A failed test as a shell script: what a person without this harness runs to see the failure.

`history` has the exchanges; `ledger` reads them in order and says of each value that was sent where a script has it
from (`origins`), with the help of `words`, `firsthand`, `given`, `relations`, `codes` and `minting`. `needed` leaves
out what the exchange at fault does not need. `document` puts the script together: `writing` its steps, by `requests`,
`declaring`, `world` and `programs`, in the words of `shell` and with the functions of `functions.sh`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from contract.answers import Answer
from contract.targets.model import Target
from suites.rig.repro.document import Finding, document
from suites.rig.repro.history import History, races
from suites.rig.repro.ledger import Ledger
from suites.rig.repro.needed import Outage, kept, steps
from suites.rig.repro.requests import Place, completed

__all__ = ["save", "script"]


def script(  # noqa: PLR0917  the first seven are always given, and in this order
    requirement: str,
    statement: str,
    expected: str,
    actual: str,
    exchanges: Sequence[Answer],
    failing: Answer | None,
    target: Target,
    *,
    earlier: Sequence[Answer] = (),
    moves: Sequence[tuple[int, float]] = (),
    clock_offset_s: float = 0.0,
    outages: Sequence[Outage] = (),
) -> str:
    """
    Return a bash script that does what the test did, up to the request whose answer was at fault.

    It holds no secret that this process knows: accounts are made up, tokens are taken from the script's own answers,
    codes and forged tokens are made from those, and what only a person knows is read from variables.

    Args:
        exchanges: What the test received, in order.

        failing: The one at fault; the last one where there is none.

        target: The instance that was talked to.

        earlier: Answers from before the test that it builds on, such as those that made a shared account.

        moves: Number of the exchange before which the target's clock was moved, and by how many seconds.

        clock_offset_s: How far the target's clock was ahead of ours when the test began.

        outages: When which dependency of the target was broken, and how.
    """
    known = {id(answer) for answer in exchanges}
    before = [answer for answer in earlier if id(answer) not in known]
    received = [*before, *exchanges]
    if failing is not None and not any(answer is failing for answer in received):
        received.append(failing)
    if not received:
        raise ValueError(f"{requirement}: nothing was sent, so there is nothing to repeat")
    at_fault = len(received) - 1 if failing is None else next(n for n, each in enumerate(received) if each is failing)
    end = next(race.stop for race in races(received) if at_fault in race)
    place = Place.of(target, received[at_fault].request)
    answers = [replace(each, request=completed(each.request, place, target)) for each in received[:end]]
    moved = {len(before) + number: seconds for number, seconds in moves}
    offsets = [clock_offset_s + sum(s for at, s in moved.items() if at <= n) for n in range(end)]
    ledger = Ledger(History(target, answers, offsets))
    uses = [ledger.read(number) for number in range(end)]
    counts = is_about_counts(requirement, expected, actual, answers[at_fault], target)
    needed = kept(answers, uses, at_fault, all_from=len(before) if counts else None)
    finding = Finding(requirement, statement, expected, actual, at_fault, clock_offset_s)
    return document(finding, ledger, uses, steps(answers, needed, len(before), moved, outages), place)


def is_about_counts(requirement: str, expected: str, actual: str, answer: Answer, target: Target) -> bool:
    """Whether what was asked before, by whomever, may have led to the answer at fault."""
    told = f"{expected} {actual}".lower()
    throttled = {*target.profile.throttle_status, 429}
    return (
        requirement.startswith("ABUSE-")
        or answer.status in throttled
        or "throttl" in told
        or any(str(status) in told for status in throttled)
    )


def save(folder: Path, requirement: str, text: str) -> Path:
    """Write a script into *folder* as REQUIREMENT.sh, or with a number where there is one already; return its path."""
    folder.mkdir(parents=True, exist_ok=True)
    number = 1
    while True:
        path = folder / (f"{requirement}.sh" if number == 1 else f"{requirement}-{number}.sh")
        try:
            with path.open("x", encoding="utf-8") as file:
                file.write(text.replace(f"./{requirement}.sh", f"./{path.name}"))
        except FileExistsError:
            number += 1
            continue
        path.chmod(0o755)
        return path
