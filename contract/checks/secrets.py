"""What no answer may hold: what only the server and its user may know."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from contract.answers import Answer
from contract.checks.texts import held, sent
from contract.checks.violation import violation

HASH = re.compile(
    r"\$argon2(?:id|i|d)\$v=\d"
    r"|\$2[abxy]\$\d\d\$[./A-Za-z0-9]{22}"
    r"|\$(?:scrypt|pbkdf2-sha\d+|s0|7|y|gy|[56])\$[./A-Za-z0-9,=$+]{16}"
    r"|\bpbkdf2(?:_|:)sha\d+(?:\$|:)\d+\$"
    r"|\bscrypt:\d+:\d+:\d+\$"
    r"|\{(?:S?SHA(?:256|512)?|CRYPT|PBKDF2[A-Z0-9-]*)\}[A-Za-z0-9+/$.]{12}"
)
"""How stored passwords begin: the PHC string format, crypt(3), Django, Werkzeug, and LDAP (RFC 2307)."""
PRIVATE_KEY = re.compile(r"-----BEGIN (?:[A-Z]+ )*PRIVATE KEY-----")


def no_stored_secret(answer: Answer) -> Answer:
    """
    Return *answer* if neither body, header fields nor claims hold a password's hash or a private key.

    A hash that the request itself said is none of the server's.

    Source: OWASP ASVS 5.0, 15.3.1; RFC 7517 section 9.2; RFC 7519 section 12; CWE-200.
    """
    for where, text in held(answer).items():
        for match in HASH.finditer(text):
            if match[0] not in sent(answer):
                raise _held(answer, "the hash of a password", where)
        if PRIVATE_KEY.search(text):
            raise _held(answer, "a private key", where)
    if any(_is_private_jwk(each) for each in _objects(answer.json())):
        raise _held(answer, "a private key", "the body")
    return answer


def no_canary(answer: Answer, canaries: Mapping[str, str]) -> Answer:
    """
    Return *answer* if it holds none of *canaries*, which are values that must not come back, each with what it is.

    Source: OWASP ASVS 5.0, 15.3.1 and 16.5.1; CWE-200, CWE-209.
    """
    for where, text in held(answer).items():
        for value, what in canaries.items():
            if value in text:
                raise _held(answer, what, where)
    return answer


def _held(answer: Answer, what: str, where: str) -> AssertionError:
    return violation(answer, f"it shows {what}", expected=f"no answer with {what}", actual=f"{what} in {where}")


def _is_private_jwk(value: dict[str, Any]) -> bool:
    """Whether *value* is a JSON Web Key with a private or symmetric part (RFC 7518 sections 6.2.2, 6.3.2 and 6.4.1)."""
    return isinstance(value.get("kty"), str) and ("d" in value or (value["kty"] == "oct" and "k" in value))


def _objects(value: Any) -> Iterator[dict[str, Any]]:
    pending = [value]
    while pending:
        item = pending.pop()
        if isinstance(item, dict):
            yield item
            pending.extend(item.values())
        elif isinstance(item, list):
            pending.extend(item)
