"""The identifier by which an answer is found in the logs."""

from __future__ import annotations

import re

from contract.answers import Answer, at
from contract.checks.bodies import has_content
from contract.checks.violation import shown, violation

WELL_FORMED = r"[A-Za-z0-9._-]{8,128}"  # as the contract's header X-Request-ID


def request_id(
    answer: Answer, *, header: str = "X-Request-ID", member: str = "/requestId", well_formed: str = WELL_FORMED
) -> Answer:
    """
    Return *answer* if it bears one well-formed request identifier, and an error's body repeats it.

    Args:
        member: JSON Pointer to where a JSON error repeats it; other errors have it somewhere in their text.

        well_formed: The expression that the whole identifier matches.

    Source: requirement HTTP-15. That identifiers differ between answers is judged over a run, not here.
    """
    values = answer.header_list(header)
    if len(values) != 1:
        raise violation(
            answer,
            "it cannot be found in the logs",
            expected=f"one {header}",
            actual=f"{header}: {shown(', '.join(values))}" if values else f"no {header}",
        )
    given = values[0]
    if not re.fullmatch(well_formed, given):
        raise violation(
            answer,
            "the request identifier is not well formed",
            expected=f"{header} that matches {well_formed}",
            actual=f"{header}: {shown(given)}",
        )
    if answer.status < 400 or not has_content(answer):
        return answer
    body = answer.json()
    if isinstance(body, dict):
        repeated, where = at(body, member), f"the member {member}"
    else:
        repeated, where = given if given.encode() in answer.body else None, "a body"
    if repeated != given:
        raise violation(
            answer,
            "the error does not repeat the request identifier",
            expected=f"{where} with {given}",
            actual="absent" if repeated is None else shown(str(repeated)),
        )
    return answer
