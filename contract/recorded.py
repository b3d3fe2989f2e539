"""Flows run on recorded answers: no network, and an objection where the flow asks what the recording did not."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from urllib.parse import urlsplit

from contract.answers import Answer, Request
from contract.errors import HarnessError
from contract.flows import Flow, Outcome, drive


def run_recorded(flow: Flow, answers: Sequence[Answer]) -> Outcome:
    """
    Run *flow* on *answers*, each of which holds the request that it was given to; only method and path must match.

    Raises:
        HarnessError: The flow sends another request than the one recorded, or more, or fewer.
    """
    waiting = list(answers)

    def send(request: Request) -> Answer:
        if not waiting:
            raise HarnessError(f"the flow sends {_line(request)} after the last of {len(answers)} recorded answers")
        answer = waiting.pop(0)
        if _line(request) != _line(answer.request):
            number = len(answers) - len(waiting)
            raise HarnessError(
                f"recorded answer {number} is to {_line(answer.request)}, the flow sends {_line(request)}"
            )
        return replace(answer, request=request)

    outcome = drive(flow, send)
    if waiting:
        raise HarnessError(f"the flow ended before the recorded answer to {_line(waiting[0].request)}")
    return outcome


def _line(request: Request) -> str:
    return f"{request.method} {urlsplit(request.url).path}"
