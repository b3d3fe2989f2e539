"""What an error must not tell about the inside."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from contract.answers import Answer
from contract.checks.bodies import has_content
from contract.checks.texts import sent, strings
from contract.checks.violation import shown, violation

SCANNED_MAX = 500_000  # characters; the largest debugging pages seen are a third of that
FOUND_MAX = 80  # characters of what was found that a message shows

_URL = re.compile(r"\b(?:https?|wss?)://[^\s\"'<>]*|\burn:[a-z0-9][^\s\"'<>]*")


@dataclass(frozen=True, slots=True)
class Pattern:
    """One kind of leak: what it gives away, and how it looks."""

    id: str
    why: str
    regex: re.Pattern[str]


def _load() -> tuple[Pattern, ...]:
    tables = tomllib.loads(Path(__file__).with_name("internals.toml").read_text("utf-8"))
    return tuple(Pattern(id, table["why"], re.compile("|".join(table["any"]), re.M)) for id, table in tables.items())


PATTERNS = _load()


def no_internals(answer: Answer) -> Answer:
    """
    Return *answer* if it is no error, or its body matches none of the patterns in `internals.toml`.

    What the request itself said is no leak when it comes back, nor is a URL.

    Source: OWASP ASVS 5.0, 16.5.1; RFC 9457 section 5; CWE-209.
    """
    if answer.status < 400 or not has_content(answer):
        return answer
    for found in leaks(answer):
        raise violation(
            answer,
            f"the error shows {found[0].why}",
            expected="an error that tells nothing about the inside",
            actual=f"{shown(found[1], FOUND_MAX)} (pattern {found[0].id})",
        )
    return answer


def leaks(answer: Answer) -> Iterator[tuple[Pattern, str]]:
    """Yield each pattern that the body of *answer* matches, with the text that it matched first."""
    text = _URL.sub(" ", _text(answer))
    said: str | None = None
    for pattern in PATTERNS:
        for match in pattern.regex.finditer(text):
            said = sent(answer) if said is None else said
            if match[0].strip() not in said:
                yield pattern, match[0]
                break


def _text(answer: Answer) -> str:
    """Return the body as text; of JSON every name and string, unescaped, on lines of their own."""
    value = answer.json()
    text = "\n".join(strings(value)) if isinstance(value, dict | list) else answer.body.decode("utf-8", "replace")
    return text[:SCANNED_MAX]
