"""[answers.X]: how to read the answers of one operation, or with "*" of every one. Explains; judges nothing."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from contract.answers import Kind
from contract.errors import unknown
from contract.secret import Secret
from contract.targets import keys
from contract.targets.keys import Read
from contract.targets.model import Rule
from contract.targets.operations import ANSWERABLE
from contract.targets.places import ANSWER, place
from contract.targets.spots import Spot, Wrong, one_line


def comparable(value: Any, spot: Spot) -> Any:
    """Read what a value may be compared with: any JSON value but null, which `lacks` says."""
    given = keys.constant(value, spot)
    return given.reveal() if isinstance(given, Secret) else given


def expression(value: Any, spot: Spot) -> str:
    """Read a regular expression."""
    given = keys.text(value, spot)
    try:
        re.compile(given)
    except (re.error, RecursionError, OverflowError) as fault:
        raise Wrong(f"is no regular expression: {fault}.") from None
    return given


RULE_KEYS: Mapping[str, Read] = {
    "status": keys.list_of(keys.whole(100, 599), or_one=True),
    "at": place(*ANSWER),
    "equals": comparable,
    "matches": expression,
    "has": place(*ANSWER),
    "lacks": place(*ANSWER),
}


def rules(value: Any, spot: Spot) -> tuple[Rule, ...]:
    """
    Read one table of [answers]: for each kind one rule or a list of them.

    Of two rules that hold, the one with more conditions counts, then the first: {status = 200, has = "/otp"} is asked
    before {status = 200}.
    """
    if not isinstance(value, dict):
        raise Wrong(f"must be a table, not {keys.kind_of(value)}.")
    found: list[Rule] = []
    for name, raw in value.items():
        if name in ANSWERABLE:
            read = keys.list_of(_reader(Kind(name)), or_one=True)
            found += [rule for rule in keys.attempt(read, raw, spot.at(name), ()) if rule]
        else:
            spot.remark(unknown("kind of answer", one_line(name), ANSWERABLE), key=name)
    return tuple(sorted(found, key=lambda rule: -_conditions(rule)))


def _reader(kind: Kind) -> Read:
    def read_rule(value: Any, spot: Spot) -> Rule | None:
        given = keys.table(value, spot, RULE_KEYS)
        if not value:
            raise Wrong(f"says nothing. Valid: {', '.join(sorted(RULE_KEYS))}.")
        if ("at" in value) + ("equals" in value) + ("matches" in value) not in (0, 2) or {"equals", "matches"} <= set(
            value
        ):
            raise Wrong(
                "needs both at and equals, or at and matches: the value at a place, and what it is compared with."
            )
        return Rule(kind, **given)

    return read_rule


def _conditions(rule: Rule) -> int:
    return sum(map(bool, (rule.status, rule.at, rule.has, rule.lacks)))
