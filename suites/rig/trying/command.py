"""`python -m suites check FILE`: whether a target file fits the API that it speaks of, and what to change if not."""

from __future__ import annotations

import argparse
import os
import secrets
from collections.abc import Iterator, Sequence
from pathlib import Path

from contract.answers import Answer, Kind
from contract.consent import polite
from contract.masking import mask_exchange
from contract.results import Recorder, Run, wording
from contract.results.exit_code import ExitCode
from contract.results.folder import new_run
from contract.targets.read import resolve
from suites.rig.launch import TargetGone
from suites.rig.run.controller import now
from suites.rig.run.state import State
from suites.rig.trying.clues import keep_secret
from suites.rig.trying.walk import Step, walk

LATEST = "latest-check"


def main(arguments: Sequence[str]) -> int:
    """
    Walk through what the file in *arguments* claims; return 0, 1 where something was not understood, 6 unreachable.

    Raises:
        BindingError: there is no such target, or its file is wrong; a line for each problem.
        NotTestable: a facility or an errand of the file does not work.
    """
    parser = argparse.ArgumentParser(
        prog="python -m suites check",
        description="Walk politely, with one account, through what a target file claims; show what was sent, what came "
        "back and how it was read, and say what to change in the file where it was not understood.",
    )
    parser.add_argument("target", metavar="FILE", help="a target file, the name of a shipped target, or a URL")
    given = parser.parse_args(arguments)
    target = polite(resolve(given.target, environ=os.environ))
    folder = new_run(Path.cwd(), latest=LATEST)
    about = {"name": target.name, "base_url": target.base_url, "environment": target.environment}
    with Recorder(folder) as recorder:
        recorder.run(Run(folder.name, now(), about, argv=("check", f"--target={given.target}")))
    state = State(
        target,
        folder=folder,
        worker="check",
        seed=secrets.randbelow(1_000_000),
        options="",
        passive_rows=frozenset(),
        on_violation=lambda *_: None,
    )
    try:
        print(f"{target.name}, {target.base_url if not target.start else 'started for this'}")
        for line in target.unfilled:
            print(f"note: {line}")
        steps = list(_shown(walk(state.api())))
    except TargetGone as gone:
        print(gone)
        return int(ExitCode.UNREACHABLE)
    finally:
        state.close()
    if steps and steps[0].outcome.kind is Kind.NO_ANSWER:
        return int(ExitCode.UNREACHABLE)
    wrong = [step for step in steps if not step.understood]
    print(f"{len(steps)} steps, {len(wrong)} not understood")
    if wrong:
        print(f"mend the file where the first one says so, and check again; see {target.source or 'a target file'}")
    elif not target.start and state.journal.made:
        print(f"one account was made{': python -m suites cleanup ' + LATEST if target.removal else ''}")
    return int(bool(wrong))


def _shown(steps: Iterator[Step]) -> Iterator[Step]:
    for number, step in enumerate(steps, 1):
        for answer in step.outcome.answers:
            keep_secret(answer)
        print("\n".join(("", f"{number}. {step.id}: {step.what}", *described(step))), flush=True)
        yield step


def described(step: Step) -> Iterator[str]:
    """Yield the lines of a step below its heading: each exchange, masked, how it was read, and what to change."""
    for answer in step.outcome.answers:
        yield from wording.labelled("exchange", _exchange(answer))
    wanted = " or ".join(step.wanted)
    yield f"  read as    {step.outcome.kind}{'' if step.outcome.kind in step.wanted else f', should be {wanted}'}"
    for each in step.advice:
        yield f"  change     {each}"


def _exchange(answer: Answer) -> str:
    return wording.exchange(mask_exchange(answer))
