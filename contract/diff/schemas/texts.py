"""Patterns and formats of texts."""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterator

from contract.diff.change import Found
from contract.diff.schemas.pair import Pair
from contract.diff.schemas.shape import Shape
from contract.diff.schemas.values import shown

_parse = re._parser.parse  # type: ignore[attr-defined]  # the only reader of patterns that tells their shortest match


def patterns(pair: Pair) -> Iterator[Found]:
    """Yield what became of the pattern; of a secret also whether shorter ones are allowed."""
    old, new = _texts(pair.old, "pattern"), _texts(pair.new, "pattern")
    removed, added = old - new, new - old
    if not (removed or added):
        return
    message = f"{pair.what} must match {_said(new, 'pattern')}, was {_said(old, 'pattern')}."
    if pair.is_secret and removed and (added or not pair.asks):
        before, after = max(map(_shortest, old)), max(map(_shortest, new), default=0)
        if before != after and -1 not in (before, after):
            rule = "DIFF-SECRET-PATTERN-WEAKER" if after < before else "DIFF-SECRET-PATTERN-STRONGER"
            yield pair.found(rule, f"{message[:-1]}: the shortest one has {after} characters, had {before}.", "pattern")
            return
    if removed and added:
        yield pair.found("DIFF-PATTERN-CHANGED", f"{message} Cannot decide.", "pattern", undecided="pattern")
    else:
        way = "REQUEST" if pair.asks else "RESPONSE"
        yield pair.found(f"DIFF-{way}-PATTERN-{'REMOVED' if removed else 'ADDED'}", message, "pattern")


def formats(pair: Pair) -> Iterator[Found]:
    """Yield what became of the format; that a password is to be hidden is one too."""
    old, new = _texts(pair.old, "format"), _texts(pair.new, "format")
    if "password" in old - new:
        yield pair.found("DIFF-PASSWORD-HINT-LOST", f"{pair.what} no longer has the format password.", "format")
    removed, added = (old - new) - {"password"}, (new - old) - {"password"}
    if not (removed or added):
        return
    message = f"{pair.what} has {_said(new, 'format')}, had {_said(old, 'format')}."
    if pair.asks:
        rule = "DIFF-REQUEST-FORMAT-TIGHTENED" if added else "DIFF-REQUEST-FORMAT-LOOSENED"
    elif removed and added:
        rule = "DIFF-RESPONSE-FORMAT-CHANGED"
    else:
        rule = "DIFF-RESPONSE-FORMAT-LOOSENED" if removed else "DIFF-RESPONSE-FORMAT-TIGHTENED"
    yield pair.found(rule, message, "format")


def _texts(shape: Shape, keyword: str) -> set[str]:
    return {value for value in shape.values(keyword) if isinstance(value, str)}


def _shortest(pattern: str) -> int:
    """Return how many characters the shortest match of *pattern* has, -1 where it cannot be told."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # a pattern of JavaScript may look odd to Python, and mean the same
            return int(_parse(pattern).getwidth()[0])
    except (re.error, RecursionError, OverflowError):
        return -1


def _said(texts: set[str], what: str) -> str:
    return f"the {what} {shown(' and '.join(sorted(texts)))}" if texts else f"no {what}"
