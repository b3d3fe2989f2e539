"""Whether a target file's words are words: that what a request sends is known, and what an answer gives is used."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from contract.errors import unknown
from contract.targets.contract_speech import SESSION_WORDS, answer_words, input_words
from contract.targets.model import Errand, Operation, Scheme, Step
from contract.targets.spots import Spot

WHO = ("email", "username")

MUST_SEND: Mapping[str, tuple[tuple[str, ...], ...]] = {
    "registerUser": (WHO, ("password",)),
    "loginUser": (WHO, ("password",)),
    "changePassword": (("newPassword",),),
    "verifyMfaSetup": (("code",),),
    "verifyMfa": (("code", "backupCode"),),
    "requestPasswordReset": (WHO,),
    "confirmPasswordReset": (("newPassword",),),
}
"""Groups of words of which each operation must send one each; tokens may also travel in a cookie or a header."""


def check(
    data: Mapping[str, Any],
    operations: Mapping[str, Operation],
    errands: Mapping[str, Errand | None],
    scheme: Scheme,
    spot: Spot,
) -> None:
    """
    Report unknown words and missing ones in the operations, errands and scheme that the file *data* gives.

    A word of the file's own is fine where one place captures it and another sends it.
    """
    captured = set(_words(data, "capture")) | set(_words(data, "renew"))
    sent = set(_words(data, "send"))
    for id, operation in operations.items():
        here = spot.at("operations", id)
        known = input_words(id) | captured
        _check_steps(operation.steps, known, sent, here)
        every = {word for step in operation.steps for word in step.send}
        for group in MUST_SEND.get(id, ()):
            if every.isdisjoint(group) and every <= known:
                here.remark(f"nothing sends {' or '.join(group)}. Give its place in send.")
    for name, errand in errands.items():
        if errand:
            _check_steps(errand.steps, input_words("") | captured, sent, spot.at("registration", name))
    for word in scheme.renew:
        _check_captured(word, SESSION_WORDS, sent, spot.at("scheme", "renew"))


def _check_steps(steps: tuple[Step, ...], inputs: set[str] | frozenset[str], sent: set[str], spot: Spot) -> None:
    stepwise = len(steps) > 1
    for number, step in enumerate(steps):
        here = spot.at("steps", number) if stepwise else spot
        for word in step.send:
            if word not in inputs:
                here.at("send").remark(unknown("word", word, inputs), key=word)
        for word in step.capture:
            _check_captured(word, answer_words(), sent, here.at("capture"))


def _check_captured(word: str, known: frozenset[str], sent: set[str], spot: Spot) -> None:
    if word not in known | sent and not word.startswith("header:"):
        spot.remark(f"{unknown('word', word, known)} A word of your own is one that some send uses.", key=word)


def _words(node: Any, table: str) -> Iterator[str]:
    """Yield the keys of every table called *table* in *node*, at whatever depth."""
    if isinstance(node, Mapping):
        for key, value in node.items():
            if key == table and isinstance(value, Mapping):
                yield from value
            yield from _words(value, table)
    elif isinstance(node, list):
        for each in node:
            yield from _words(each, table)
