"""Why a phase ends before its time, and why a step of a search was not met. Pure."""

from __future__ import annotations

from load.judged import Judged
from load.merging import PhaseCount
from load.verdict import Outcome

GONE_FOR_S = 4  # seconds in which nothing but silence came back, before the target counts as gone
GONE_LEAST = 5  # operations without an answer in that time


def gone(phase: PhaseCount, at_s: float) -> str:
    """Say that the target is gone, where for some seconds every operation went without an answer; else ""."""
    last = int(at_s) - 1
    seconds = range(max(last - GONE_FOR_S + 1, 0), last + 1)
    recent = [phase.by_second[each]["completed"] for each in seconds if each in phase.by_second]
    if at_s < GONE_FOR_S or len(recent) < GONE_FOR_S - 1:
        return ""
    whole = sum(sum(each.values()) for each in recent)
    silent = sum(count for each in recent for label, count in each.items() if label.endswith(" no-answer"))
    if silent < whole or silent < GONE_LEAST:
        return ""
    return f"the target is gone: {silent} operations in a row without an answer, in the last {len(recent)} s"


def silent_at_last(phase: PhaseCount) -> int:
    """Return how many operations went without an answer in whole seconds of silence at the end of the phase."""
    silent = 0
    for at_s in sorted(phase.by_second, reverse=True):
        completed = phase.by_second[at_s]["completed"]
        if any(count and not label.endswith(" no-answer") for label, count in completed.items()):
            break
        silent += sum(completed.values())
    return silent


def first_reason(judged: Judged) -> str:
    """Return the first reason for which a phase was not met; "" where it was."""
    if judged.outcome is Outcome.MET:
        return ""
    reasons = [
        judged.phase.unreachable,
        *judged.invalid,
        *(line.text for line in judged.lines if line.outcome == "missed"),
        *(f"{each.requirement}: {each.message}" for each in judged.findings if each.verdict == "fail"),
        *(line.text for line in judged.lines if line.outcome == "undecided"),
    ]
    return next(filter(None, reasons), "")
