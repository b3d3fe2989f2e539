"""How a check says what is wrong."""

from __future__ import annotations

from urllib.parse import urlsplit

from contract.answers import Answer
from contract.errors import ContractViolation

SHOWN_MAX = 200  # characters of anything that came from the target


def violation(answer: Answer, fault: str, *, expected: str, actual: str) -> ContractViolation:
    """
    Return the exception that says what *answer* broke: the exchange and the fault, then what was expected and found.

    The query of the URL is left out: it may hold a secret.
    """
    outcome = f"answered {answer.status}" if answer.status else "not answered"
    where = f"{answer.request.method} {shown(urlsplit(answer.request.url).path or '/')}, {outcome}"
    message = f"{where}: {fault}\n  expected   {expected}\n  actual     {actual}"
    return ContractViolation(message, expected=expected, actual=actual, answer=answer)


def shown(text: str, limit: int = SHOWN_MAX) -> str:
    """Return *text* on one line, control characters escaped, cut after *limit* characters."""
    line = "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text[: limit + 1])
    return line if len(line) <= limit else line[:limit] + "…"
