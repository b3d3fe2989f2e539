"""Planted defects: the signatures of access tokens."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import urllib.request
from dataclasses import replace
from typing import Any

from reference_impl.defects import Defect, always

FETCH_S = 5
GUESSABLE = b"secret"
HASHES = {"HS256": hashlib.sha256, "HS384": hashlib.sha384, "HS512": hashlib.sha512}


def _accepts_none(sound: Any) -> Any:
    def signer(header: dict[str, Any], keys: Any) -> Any:
        if str(header.get("alg") or "none").lower() == "none":
            return None
        return sound(header, keys)

    return signer


def _skipped_without_key(sound: Any) -> Any:
    def check_signature(token: str, key: Any) -> None:
        if key is not None:
            sound(token, key)

    return check_signature


def _as_header_says(sound: Any) -> Any:
    return lambda header, keys: keys[0] if header.get("alg") in HASHES else sound(header, keys)


def _hmac_by_public_key(sound: Any) -> Any:
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat  # noqa: PLC0415

    def check_signature(token: str, key: Any) -> None:
        pem = key.public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
        if not _signed_with(token, pem) and not _signed_with(token, pem.strip()):
            sound(token, key)

    return check_signature


def _signed_with(token: str, secret: bytes) -> bool:
    text, _, signature = token.rpartition(".")
    algorithm = json.loads(_decoded(text.partition(".")[0])).get("alg")
    return algorithm in HASHES and _hmac(secret, text, HASHES[algorithm]) == signature


def _hmac(secret: bytes, text: str, algorithm: Any) -> str:
    return _encoded(hmac.new(secret, text.encode(), algorithm).digest())


def _encoded(octets: bytes) -> str:
    return base64.urlsafe_b64encode(octets).rstrip(b"=").decode()


def _decoded(part: str) -> bytes:
    return base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))


def _signed_with_a_word(_sound: Any) -> Any:
    def sign(key: Any, claims: Any, header: dict[str, Any] | None = None) -> str:
        full = {"alg": "HS256", "typ": "at+jwt", "kid": key.kid, **(header or {})}
        text = ".".join(_encoded(json.dumps(part, separators=(",", ":")).encode()) for part in (full, claims))
        return f"{text}.{_hmac(GUESSABLE, text, hashlib.sha256)}"

    return sign


def _checked_with_a_word(_sound: Any) -> Any:
    from reference_impl import problems  # noqa: PLC0415

    def check_signature(token: str, _key: Any) -> None:
        if not _signed_with(token, GUESSABLE):
            raise problems.invalid_token()

    return check_signature


def _named_hmac(sound: Any) -> Any:
    def signer(header: dict[str, Any], keys: Any) -> Any:
        return sound({**header, "alg": "ES256"} if header.get("alg") == "HS256" else {**header, "alg": ""}, keys)

    return signer


def _embedded_key(sound: Any) -> Any:
    import jwt  # noqa: PLC0415

    def signer(header: dict[str, Any], keys: Any) -> Any:
        if header.get("alg") == "ES256" and isinstance(header.get("jwk"), dict):
            return replace(keys[0], public=jwt.PyJWK(header["jwk"], "ES256").key)
        return sound(header, keys)

    return signer


def _fetched_key(sound: Any) -> Any:
    import jwt  # noqa: PLC0415

    def signer(header: dict[str, Any], keys: Any) -> Any:
        address = header.get("jku")
        if header.get("alg") != "ES256" or not isinstance(address, str):
            return sound(header, keys)
        with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(address, timeout=FETCH_S) as page:
            found = jwt.PyJWKSet.from_json(page.read().decode())
        return replace(keys[0], public=found.keys[0].key)

    return signer


def _looked_up(sound: Any) -> Any:
    def signer(header: dict[str, Any], keys: Any) -> Any:
        by_name = {key.kid: key for key in keys}
        return by_name[header["kid"]] and sound(header, keys)

    return signer


def _bare_signature(_sound: Any) -> Any:
    from jwt.algorithms import ECAlgorithm  # noqa: PLC0415 - listing defects loads no server

    from reference_impl import problems  # noqa: PLC0415

    def check_signature(token: str, key: Any) -> None:
        text, _, signature = token.rpartition(".")
        if not ECAlgorithm(ECAlgorithm.SHA256).verify(text.encode(), key.public, _decoded(signature)):
            raise problems.invalid_token()

    return check_signature


def _any_extension(sound: Any) -> Any:
    return lambda header, keys: sound({name: value for name, value in header.items() if name != "crit"}, keys)


DEFECTS = (
    Defect(
        "TOK-06",
        "the decoder takes 'none' for an algorithm",
        red=("TOK-06",),
        seams={"tokens:signer": _accepts_none, "tokens:check_signature": _skipped_without_key},
    ),
    Defect(
        "TOK-07",
        "claims are read without a look at the signature",
        red=("TOK-07", "TOK-10"),
        seams={"tokens:check_signature": always(None)},
    ),
    Defect(
        "TOK-08",
        "the token's header names the algorithm, so that the public key serves as a secret",
        red=("TOK-08",),
        seams={"tokens:signer": _as_header_says, "tokens:check_signature": _hmac_by_public_key},
    ),
    Defect(
        "TOK-09",
        "tokens are signed with HMAC and the word 'secret'",
        red=("TOK-09",),
        seams={
            "tokens:sign": _signed_with_a_word,
            "tokens:signer": _named_hmac,
            "tokens:check_signature": _checked_with_a_word,
        },
    ),
    Defect(
        "TOK-10",
        "a key inside the token verifies it",
        red=("TOK-10",),
        seams={"tokens:signer": _embedded_key},
    ),
    Defect(
        "TOK-10b",
        "the key is fetched from where the token says",
        red=("TOK-10",),
        seams={"tokens:signer": _fetched_key},
    ),
    Defect(
        "TOK-11",
        "an unknown key identifier is a lookup error: 500",
        red=("TOK-07", "TOK-11"),  # one changed character of the header makes another key identifier
        seams={"tokens:signer": _looked_up},
    ),
    Defect(
        "TOK-15",
        "unknown critical extensions are passed over",
        red=("TOK-15",),
        seams={"tokens:signer": _any_extension, "tokens:check_signature": _bare_signature},
    ),
)
