"""The keys that the target publishes, by [facilities.published-key], and the bytes that anybody can copy of them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urljoin, urlsplit

import jwt
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_public_key

from contract.answers import Answer, Request
from contract.errors import NotTestable
from contract.targets.model import Target
from suites.rig.client import Client


@dataclass(frozen=True, slots=True)
class PublicKey:
    """One published key: its id, "" where it has none, and its bytes by the name of their form."""

    kid: str
    forms: Mapping[str, bytes]


def published_keys(target: Target) -> tuple[PublicKey, ...]:
    """
    Fetch the public keys: a key set, one JWK, or PEM; keys for encryption are left out.

    The request is the tester's own business, and is not judged. A server elsewhere is sent nothing that the target file
    adds for the target.

    Raises:
        NotTestable: there is no such key.

    Source: RFC 7517 sections 4 and 5; RFC 7468 section 13.
    """
    table = target.facilities["published-key"]
    url = table.get("url") or urljoin(target.base_url, table["path"])
    transport = target.transport
    if urlsplit(url)[:2] != urlsplit(target.base_url)[:2]:
        transport = replace(transport, headers={}, client_cert=None, client_key=None)
    with Client(transport) as client:
        answer = client.send(Request("GET", url, (("Accept", "application/json, */*"),)))
    if answer.status != 200:
        raise NotTestable(f"[facilities.published-key]: {url} answers {answer.status or answer.fault}, not 200")
    keys = tuple(_read(answer))
    if not keys:
        raise NotTestable(f"[facilities.published-key]: {url} holds no public key; valid: a JWK, a set of them, PEM")
    return keys


def key_of(keys: tuple[PublicKey, ...], kid: object) -> PublicKey:
    """Return the key *kid*, or the first where none has that name."""
    return next((key for key in keys if key.kid == kid), keys[0])


def _read(answer: Answer) -> list[PublicKey]:
    document = answer.json()
    if not isinstance(document, dict):
        return _read_pem(answer.body)
    listed = document.get("keys", [document])
    found = [_read_jwk(each) for each in (listed if isinstance(listed, list) else []) if isinstance(each, dict)]
    return [key for key in found if key]


def _read_pem(text: bytes) -> list[PublicKey]:
    try:
        return [PublicKey("", _forms(load_pem_public_key(text)))]
    except (ValueError, UnsupportedAlgorithm):
        return []


def _read_jwk(jwk: dict[str, Any]) -> PublicKey | None:
    if jwk.get("kty") == "oct" or jwk.get("use", "sig") != "sig":
        return None
    try:
        forms = _forms(jwt.PyJWK(jwk).key)
    except jwt.PyJWTError:
        return None
    return PublicKey(str(jwk.get("kid", "")), {**forms, "JWK": json.dumps(jwk, separators=(",", ":")).encode()})


def _forms(key: Any) -> dict[str, bytes]:
    key = getattr(key, "public_key", lambda: key)()  # some publish the private one
    pem = key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    return {
        "PEM": pem,
        "PEM without its last line end": pem.rstrip(b"\n"),
        "DER": key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo),
    }
