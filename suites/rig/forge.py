"""
Tokens made from a token: what an attacker without the key can write.

Each function is plain text work on base64url and JSON, so that a repro script can hold it as it stands.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping

from suites.rig.derivation import derives


def decoded(part: str) -> dict[str, object]:
    """Return the JSON object in one base64url part of a JWT. Raises ValueError where there is none."""
    value = json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    if not isinstance(value, dict):
        raise ValueError("no JSON object")
    return value


def encoded(value: Mapping[str, object]) -> str:
    """Return *value* as JSON in base64url without padding."""
    return base64.urlsafe_b64encode(json.dumps(value, separators=(",", ":")).encode()).rstrip(b"=").decode()


@derives
def unsigned(token: str, alg: str | None) -> str:
    """Return *token* with the algorithm *alg* in its header (none named where it is None) and an empty signature."""
    head, claims, _ = token.split(".")
    header = {**decoded(head), "alg": alg}
    if alg is None:
        del header["alg"]
    return f"{encoded(header)}.{claims}."


@derives
def with_claims(token: str, claims: Mapping[str, object]) -> str:
    """Return *token* with other *claims* beside its own, under its old signature."""
    head, own, signature = token.split(".")
    return f"{head}.{encoded({**decoded(own), **claims})}.{signature}"


@derives
def with_header(token: str, header: Mapping[str, object]) -> str:
    """Return *token* with other members in its header, under its old signature."""
    head, claims, signature = token.split(".")
    return f"{encoded({**decoded(head), **header})}.{claims}.{signature}"


@derives
def one_character_off(token: str, part: int) -> str:
    """Return *token* with one character in the middle of its part (0 header, 1 claims, 2 signature) changed."""
    parts = token.split(".")
    text = parts[part]
    middle = len(text) // 2
    parts[part] = text[:middle] + ("A" if text[middle] != "A" else "B") + text[middle + 1 :]
    return ".".join(parts)
