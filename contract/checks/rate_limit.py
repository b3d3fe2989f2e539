"""What an answer says of how much is left before the throttle."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from contract.answers import Answer
from contract.checks.violation import shown, violation
from contract.errors import ContractViolation

_NAME = r'"((?:[^"\\]|\\["\\])*)"'
_VALUE = (
    r'-?[0-9]{1,12}\.[0-9]{1,3}|-?[0-9]{1,15}|\?[01]|"(?:[^"\\]|\\["\\])*"|:[A-Za-z0-9+/=]*:|[A-Za-z*][!-+\--:<-~]*'
)
_PARAMETER = re.compile(rf"[ ]*;[ ]*([a-z*][a-z0-9_.*-]*)(?:=({_VALUE}))?")
_ITEM = re.compile(_NAME)
_COMMA = re.compile(r"[ \t]*(?:,[ \t]*(?=\S)|\Z)")
_Item = tuple[str, dict[str, str]]
"""A string, and its parameters as they stand."""
_OLD = re.compile(r"(?i)(?:x-)?ratelimit-(limit|remaining|reset)")


@dataclass(frozen=True, slots=True)
class Quota:
    """What one field says of one policy: how much remains, and the seconds until it is whole again (None: not said)."""

    policy: str
    remaining: int
    reset_s: int | None = None


def quotas(answer: Answer) -> tuple[Quota, ...]:
    """
    Return what RateLimit, or its three predecessors, say; () where *answer* has none of these fields.

    RateLimit and RateLimit-Policy are structured lists of strings, with the parameters r (remaining) and t (seconds),
    and q (quota) and w (window); r and q must be there, and all are whole and not negative. The predecessors hold one
    whole number each, the reset of some in seconds since 1970, which is not read.

    Source: draft-ietf-httpapi-ratelimit-headers-10, work in progress; RFC 9651 sections 3.1 and 3.3.
    """
    for name, needed, timed in (("RateLimit-Policy", "q", "w"), ("RateLimit", "r", "t")):
        found = [_quota(answer, name, item, needed, timed) for item in _items(answer, name)]
    if found:
        return tuple(found)
    old = {_OLD.fullmatch(name)[1].lower(): value for name, value in answer.headers if _OLD.fullmatch(name)}  # type: ignore[index]
    for part, value in old.items():
        if not re.fullmatch(r"[0-9]+(?:[,;].*)?", value.strip()) and part != "reset":
            raise _malformed(answer, f"RateLimit-{part}", value, "a whole number that is not negative")
    return (Quota("", int(re.match(r"\d+", old["remaining"].strip())[0])),) if "remaining" in old else ()  # type: ignore[index]


def agreeing(answers: Sequence[Answer], *, throttled: Iterable[Answer]) -> Sequence[Answer]:
    """
    Return *answers*, of one client in a row within a window, if their quotas agree with each other and with a throttle.

    What remains does not rise, nothing remains where an answer is *throttled*, and that asks for no shorter wait than
    the reset of what is used up.
    """
    before: dict[str, int] = {}
    refusals = list(throttled)
    for answer in answers:
        now = quotas(answer)
        for quota in now:
            if quota.remaining > before.get(quota.policy, quota.remaining):
                raise violation(
                    answer,
                    "what remains has risen within a window",
                    expected=f"at most {before[quota.policy]}",
                    actual=str(quota.remaining),
                )
            before[quota.policy] = quota.remaining
        if now and any(answer is each for each in refusals):
            _used_up(answer, now)
    return answers


def _used_up(answer: Answer, said: Iterable[Quota]) -> None:
    spent = [quota for quota in said if not quota.remaining]
    if not spent:
        raise violation(
            answer,
            "it is throttled, and something remains of every quota",
            expected="a quota of which 0 remains",
            actual=", ".join(f"{quota.policy or 'RateLimit'}: {quota.remaining}" for quota in said),
        )
    wait = (answer.header("retry-after") or "").strip()
    resets = [quota.reset_s for quota in spent if quota.reset_s is not None]
    if resets and wait.isdecimal() and int(wait) < min(resets):
        raise violation(
            answer,
            "it asks to come back before the quota is whole again",
            expected=f"Retry-After of at least {min(resets)}",
            actual=f"Retry-After: {wait}",
        )


def _quota(answer: Answer, field: str, item: _Item, needed: str, timed: str) -> Quota:
    name, parameters = item
    for parameter in (needed, timed):
        value = parameters.get(parameter)
        if (value is None and parameter == needed) or (value is not None and not value.isdecimal()):
            wanted = f"the parameter {parameter} of {name}, a whole number that is not negative"
            raise _malformed(answer, field, ", ".join(answer.header_list(field)), wanted)
    wait = parameters.get(timed)
    return Quota(name, int(parameters[needed]), int(wait) if wait else None)


def _items(answer: Answer, field: str) -> list[_Item]:
    """Return the strings in the structured list *field* with their parameters, [] where there is none."""
    text, found, position = ", ".join(answer.header_list(field)).strip(" "), [], 0
    while position < len(text):
        item = _ITEM.match(text, position)
        if not item:
            raise _malformed(answer, field, text, f"a string at character {position}")
        position, parameters = item.end(), {}
        while parameter := _PARAMETER.match(text, position):
            parameters[parameter[1]] = parameter[2] or "?1"
            position = parameter.end()
        comma = _COMMA.match(text, position)
        if not comma:
            raise _malformed(answer, field, text, f"a comma at character {position}")
        found.append((item[1], parameters))
        position = comma.end()
    return found


def _malformed(answer: Answer, field: str, text: str, wanted: str) -> ContractViolation:
    return violation(answer, f"{field} is not well formed", expected=wanted, actual=f"{field}: {shown(text)}")
