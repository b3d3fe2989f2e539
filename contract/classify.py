"""From an answer to its kind: the target's rules first, then what any HTTP API means by such an answer."""

from __future__ import annotations

import re
from typing import Any

from contract.answers import Answer, Kind
from contract.places import read, text_of
from contract.targets.model import Rule, Step, Target

PROVES_IDENTITY = frozenset({"loginUser", "verifyMfa"})
"""Operations whose 401 is about what was typed in, not about a token."""

GIVES_TOKENS = PROVES_IDENTITY | {"refreshToken"}
"""Operations whose success is a token, and nothing without one."""

INVALID_INPUT = frozenset({400, 413, 415, 422})


def classify(target: Target, operation_id: str, answer: Answer, step: Step | None = None) -> Kind:
    """
    Return the kind of *answer* to *operation_id*.

    The first rule that matches wins: those of the operation in the order of the target file, then those of "*", then
    the general reading of the status. *step* is the step that was answered, the last one if not given: its captures
    tell a success with a token from one without.
    """
    if answer.status == 0:
        return Kind.NO_ANSWER
    for rule in (*target.answers.get(operation_id, ()), *target.answers.get("*", ())):
        if matches(rule, answer):
            return rule.kind
    return _by_status(target, operation_id, answer, step or _last_step(target, operation_id))


def matches(rule: Rule, answer: Answer) -> bool:
    """Whether every condition that *rule* gives holds of *answer*."""
    return (
        (not rule.status or answer.status in rule.status)
        and (not rule.at or _fits(rule, read(answer, rule.at)))
        and (not rule.has or read(answer, rule.has) is not None)
        and (not rule.lacks or read(answer, rule.lacks) is None)
    )


def _fits(rule: Rule, value: Any) -> bool:
    if rule.matches:
        return value is not None and re.search(rule.matches, text_of(value)) is not None
    return _equal(rule.at, value, rule.equals)


def _equal(place: str, value: Any, wanted: Any) -> bool:
    """Whether what stands at *place* is what is wanted: in JSON true is not 1, in a header or cookie 1 is "1"."""
    if not place.startswith("/"):
        return value is not None and value == text_of(wanted)
    if isinstance(value, bool) or isinstance(wanted, bool):
        return value is wanted
    return bool(value == wanted)


def _by_status(target: Target, operation_id: str, answer: Answer, step: Step | None) -> Kind:
    status = answer.status
    if status in target.profile.throttle_status:
        return Kind.THROTTLED
    if 200 <= status < 300:
        return _success(target, operation_id, answer, step)
    error = read(answer, "/error") if status in (400, 401) else None  # RFC 6749 section 5.2
    if status == 400 and error == "invalid_grant":
        return _refusal(operation_id)
    if error == "invalid_client":  # of the application that asks, and not of the user for whom it does
        return Kind.UNRECOGNISED
    if operation_id == "refreshToken" and status in target.profile.refused_refresh:
        return Kind.REFUSED_TOKEN
    if status == 401:
        return _refusal(operation_id)
    if status == 403 or (status == 404 and target.profile.forbidden == "hidden"):
        return Kind.FORBIDDEN
    if status == 409:
        return Kind.CONFLICT
    if status in INVALID_INPUT:
        return Kind.INVALID_INPUT
    if status == 503:
        return Kind.UNAVAILABLE
    return Kind.UNRECOGNISED


def _refusal(operation_id: str) -> Kind:
    return Kind.REFUSED_CREDENTIALS if operation_id in PROVES_IDENTITY else Kind.REFUSED_TOKEN


def _success(target: Target, operation_id: str, answer: Answer, step: Step | None) -> Kind:
    """A success without the token that the target file says it has is a challenge if it carries one, else a riddle."""
    captures = {**target.scheme.renew, **(step.capture if step else {})}
    if "accessToken" in captures and read(answer, captures["accessToken"]) is not None:
        return Kind.ACCEPTED
    if "sessionToken" in captures and read(answer, captures["sessionToken"]) is not None:
        return Kind.CHALLENGED
    expected = step is not None and "accessToken" in step.capture and operation_id in GIVES_TOKENS
    return Kind.UNRECOGNISED if expected else Kind.ACCEPTED


def _last_step(target: Target, operation_id: str) -> Step | None:
    operation = target.operations.get(operation_id)
    return operation.steps[-1] if operation else None
