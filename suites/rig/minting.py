"""Well-signed tokens with claims of the tester's choice, by the key in [facilities.signing-key]."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import jwt
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from contract.errors import NotTestable
from contract.secret import Secret
from suites.rig.forge import decoded

Sign = Callable[[object, dict[str, Any]], Secret]
"""Takes claims and header, returns the token."""


@dataclass(frozen=True, slots=True)
class Mint:
    """What signs tokens as the target does."""

    sign: Sign

    def like(self, token: str, claims: object, **header: object) -> Secret:
        """
        Return a well-signed token with *claims*, and the header of *token* but for the members *header*.

        Raises:
            NotTestable: the facility that the target file declares does not do it.
        """
        own = {name: value for name, value in decoded(token.partition(".")[0]).items() if name != "alg"}
        return self.sign(claims, {**own, **header})


def by_key(table: Mapping[str, Any]) -> Sign:
    """
    Return what signs with the key of *table*, [facilities.signing-key] as it was read.

    The algorithm is the table's; so is the key id, where it names one.

    Raises:
        NotTestable: the key cannot be read, or is none for the algorithm.

    Source: RFC 7515 section 5.1.
    """
    name = table["alg"]
    algorithm = jwt.get_algorithm_by_name(name)
    try:
        key = algorithm.prepare_key(table["secret"].reveal() if "secret" in table else _private_key(table))
    except (TypeError, jwt.InvalidKeyError):
        raise NotTestable(f"[facilities.signing-key]: what it holds is no key for {name}") from None
    named = {"kid": table["kid"]} if "kid" in table else {}

    def sign(claims: object, header: dict[str, Any]) -> Secret:
        signed = f"{_part({'alg': name, **named, **header})}.{_part(claims)}"
        return Secret(f"{signed}.{_base64url(algorithm.sign(signed.encode(), key))}")

    return sign


def _private_key(table: Mapping[str, Any]) -> Any:
    path, passphrase = Path(table["file"]), table.get("passphrase")
    try:
        return load_pem_private_key(path.read_bytes(), passphrase.reveal().encode() if passphrase else None)
    except OSError as why:
        raise NotTestable(f"[facilities.signing-key]: {path}: {why.strerror}") from None
    except (ValueError, TypeError, UnsupportedAlgorithm):
        tried = "the passphrase does not open it" if passphrase else "it needs a passphrase"
        raise NotTestable(f"[facilities.signing-key]: {path}: no private key in PEM, or {tried}") from None


def _part(value: object) -> str:
    return _base64url(json.dumps(value, separators=(",", ":")).encode())


def _base64url(octets: bytes) -> str:
    return base64.urlsafe_b64encode(octets).rstrip(b"=").decode()
