"""Where a target takes the words of an operation: as members of a JSON body, once or twice, or in the path."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace

from contract.answers import Request
from contract.encoding import places_of
from contract.targets.model import Target

FIRST, LAST = "the first", "the last"
"""Which of two members of one name counts."""


def json_members(target: Target, operation: str) -> dict[str, str]:
    """
    Return the words that the last step of *operation* sends as members of a JSON body, each with its member's name.

    Empty where the target lacks the operation, or takes a form, or nothing.
    """
    if operation not in target.operations:
        return {}
    step = target.operations[operation].steps[-1]
    if step.encoding != "json":
        return {}
    sent = {word: places_of(step, word) for word in step.send}
    return {word: places[0].rpartition("/")[2] for word, places in sent.items() if places and places[0][0] == "/"}


def in_the_path(target: Target, operation: str, word: str) -> bool:
    """Whether *word* is a part of the path of *operation*, where it cannot be left out, empty, or anything but text."""
    steps = target.operations[operation].steps
    return any(place.startswith("path:") for step in steps for place in places_of(step, word))


def repeating(member: str, value: str, first: str, second: str) -> Callable[[Request], Request]:
    """Return what puts *member* into a JSON body twice, with *first* and *second*, in place of once with *value*."""

    def said(each: str) -> str:
        return f"{json.dumps(member, ensure_ascii=False)}: {json.dumps(each, ensure_ascii=False)}"

    def changed(request: Request) -> Request:
        twice = request.body.decode().replace(said(value), f"{said(first)}, {said(second)}", 1)
        return replace(request, body=twice.encode())

    return changed
