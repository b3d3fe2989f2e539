"""Access tokens: JWTs signed with ES256 by a key that the store keeps and the key set publishes."""

from __future__ import annotations

import base64
import hashlib
import json
import re
import secrets
from dataclasses import dataclass
from typing import Any

import jwt
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from reference_impl import problems
from reference_impl.settings import Settings
from reference_impl.store import Store, Transaction

ALGORITHM = "ES256"
TYPE = "at+jwt"  # RFC 9068 section 2.1
COMPACT = re.compile(r"[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]*\Z")
LONGEST = 4096
LONGEST_IDENTIFIER = 64
SKEW_S = 60  # how far ahead of ours the clock of another instance may have been

_JWS = jwt.PyJWS(algorithms=[ALGORITHM])


@dataclass(frozen=True, slots=True)
class Key:
    """One signing key, with the identifier under which it is published (RFC 7638)."""

    kid: str
    private: ec.EllipticCurvePrivateKey
    public: ec.EllipticCurvePublicKey
    jwk: dict[str, str]


@dataclass(frozen=True, slots=True)
class Claims:
    """What a verified access token says."""

    user_id: str
    session_id: str


class Keys:
    """The signing keys, read from the store when they are first needed and made there at the first start."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._keys: tuple[Key, ...] = ()

    async def all(self) -> tuple[Key, ...]:
        """Return every key, the one that signs first. Raises StoreUnavailable."""
        if not self._keys:
            self._keys = tuple(map(_key, await self._store.write(_load_or_make)))
        return self._keys


async def issue(keys: Keys, settings: Settings, *, user_id: str, session_id: str, now: float) -> str:
    """Return a new access token of the session *session_id*."""
    return sign((await keys.all())[0], new_claims(settings, user_id, session_id, now))


def new_claims(settings: Settings, user_id: str, session_id: str, now: float) -> dict[str, Any]:
    """Return the claims of a new access token (RFC 9068 section 2.2)."""
    return {
        "iss": settings.issuer,
        "aud": settings.audience,
        "sub": user_id,
        "sid": session_id,
        "jti": secrets.token_urlsafe(16),
        "iat": int(now),
        "exp": int(now) + settings.access_lifetime_s,
    }


def sign(key: Key, claims: Any, header: dict[str, Any] | None = None) -> str:
    """Return *claims* signed by *key*; *header* adds to the header or replaces members of it."""
    payload = json.dumps(claims, separators=(",", ":")).encode()
    return _JWS.encode(payload, key.private, ALGORITHM, {"typ": TYPE, "kid": key.kid, **(header or {})})


async def verify(keys: Keys, settings: Settings, token: str, now: float) -> Claims:
    """
    Return the claims of *token*.

    Raises:
        Problem: 401 `invalid-token`, whatever is odd about it.

    Source: RFC 8725 section 3; RFC 9068 section 4.
    """
    header, payload = parts(token)
    key = signer(header, await keys.all())
    check_signature(token, key)
    return checked_claims(payload, settings, now)


def check_signature(token: str, key: Key) -> None:
    """Raise the 401 unless *key* signed *token* with the one algorithm that is used here."""
    try:
        _JWS.decode(token, key.public, algorithms=[ALGORITHM])
    except jwt.PyJWTError:
        raise problems.invalid_token() from None


def checked_claims(payload: bytes, settings: Settings, now: float) -> Claims:
    """Return the claims in *payload*, or raise the 401: for others, by others, expired, early, or of odd shape."""
    claims = _object(payload)
    expires, issued, starts = _time(claims.get("exp")), _time(claims.get("iat")), _time(claims.get("nbf", 0))
    if (
        claims.get("iss") != settings.issuer
        or claims.get("aud") != settings.audience
        or expires <= now
        or issued > now + SKEW_S
        or starts > now
    ):
        raise problems.invalid_token()
    _identifier(claims.get("jti"))
    return Claims(_identifier(claims.get("sub")), _identifier(claims.get("sid")))


def parts(token: str) -> tuple[dict[str, Any], bytes]:
    """
    Return header and payload of *token*, or raise the 401.

    Only the one canonical spelling is read: base64url decoders overlook unused bits, and a token that has two
    spellings can slip past a list of revoked ones.
    """
    if len(token) > LONGEST or not COMPACT.match(token):
        raise problems.invalid_token()
    header, payload, _ = (_decoded(part) for part in token.split("."))
    return _object(header), payload


def signer(header: dict[str, Any], keys: tuple[Key, ...]) -> Key:
    """Return the key that the header names, or raise the 401; addresses and keys inside the token are not used."""
    if header.get("alg") != ALGORITHM or header.get("typ") != TYPE or "crit" in header:
        raise problems.invalid_token()
    for key in keys:
        if key.kid == header.get("kid"):
            return key
    raise problems.invalid_token()


def _decoded(part: str) -> bytes:
    try:
        octets = base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))
    except ValueError:
        raise problems.invalid_token() from None
    if base64.urlsafe_b64encode(octets).rstrip(b"=").decode() != part:
        raise problems.invalid_token()
    return octets


def _object(text: bytes) -> dict[str, Any]:
    try:
        value = json.loads(text.decode("utf-8"))
    except (ValueError, RecursionError):
        raise problems.invalid_token() from None
    if not isinstance(value, dict):
        raise problems.invalid_token()
    return value


def _time(value: Any) -> int:
    if type(value) is int and 0 <= value < 2**53:
        return value
    raise problems.invalid_token()


def _identifier(value: Any) -> str:
    if isinstance(value, str) and 0 < len(value) <= LONGEST_IDENTIFIER and value.isascii() and value.isprintable():
        return value
    raise problems.invalid_token()


def _load_or_make(tx: Transaction) -> list[str]:
    found = tx.rows("SELECT pem FROM signing_keys ORDER BY number")
    if not found:
        private = ec.generate_private_key(ec.SECP256R1())
        pem = private.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        # Two servers may start on one empty database: the first row wins for both.
        tx.execute("INSERT INTO signing_keys (number, pem) VALUES (1, ?) ON CONFLICT DO NOTHING", pem.decode())
        found = tx.rows("SELECT pem FROM signing_keys ORDER BY number")
    return [row["pem"] for row in found]


def _key(pem: str) -> Key:
    private = serialization.load_pem_private_key(pem.encode(), None)
    assert isinstance(private, ec.EllipticCurvePrivateKey)
    public = private.public_key()
    numbers = public.public_numbers()
    x, y = (_encoded(number.to_bytes(32, "big")) for number in (numbers.x, numbers.y))
    thumbprint = json.dumps({"crv": "P-256", "kty": "EC", "x": x, "y": y}, separators=(",", ":"))
    kid = _encoded(hashlib.sha256(thumbprint.encode()).digest())
    jwk = {"kty": "EC", "crv": "P-256", "x": x, "y": y, "kid": kid, "alg": ALGORITHM, "use": "sig"}
    return Key(kid, private, public, jwk)


def _encoded(octets: bytes) -> str:
    return base64.urlsafe_b64encode(octets).rstrip(b"=").decode()
