"""The members of a JSON body by which a target takes the words of an operation."""

from __future__ import annotations

from contract.encoding import places_of
from contract.targets.model import Target


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
