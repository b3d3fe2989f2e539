"""
Tokens made from a token: what an attacker without the key can write.

Each function is plain text work on base64url and JSON, so that a repro script can hold it as it stands.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
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
def claiming(token: str, claims: Mapping[str, object]) -> str:
    """Return *token* with *claims* and no others, under its old signature."""
    head, _, signature = token.split(".")
    return f"{head}.{encoded(claims)}.{signature}"


@derives
def with_header(token: str, header: Mapping[str, object]) -> str:
    """Return *token* with other members in its header, under its old signature."""
    head, claims, signature = token.split(".")
    return f"{encoded({**decoded(head), **header})}.{claims}.{signature}"


@derives
def signed_by_hmac(token: str, bits: int, key: bytes, header: Mapping[str, object]) -> str:
    """Return *token* with HS256, HS384 or HS512 as its algorithm and other members in its header, signed by *key*."""
    head, claims, _ = token.split(".")
    signed = f"{encoded({**decoded(head), 'alg': f'HS{bits}', **header})}.{claims}"
    signature = base64.urlsafe_b64encode(hmac.digest(key, signed.encode(), f"sha{bits}"))
    return f"{signed}.{signature.rstrip(b'=').decode()}"


@derives
def signed_by_key_one(token: str, header: Mapping[str, object]) -> str:
    """
    Return *token* with ES256 as its algorithm and other members in its header, signed by the key whose secret is 1.

    Anybody's key does for an attacker, and with this one, and 1 for the number used once, no curve has to be computed:
    the public key and the point of the signature are both the curve's base point. Source: FIPS 186-5 section 6.4.
    """
    base_x = 0x6B17D1F2E12C4247F8BCE6E563A440F277037D812DEB33A0F4A13945D898C296
    order = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
    head, claims, _ = token.split(".")
    signed = f"{encoded({**decoded(head), 'alg': 'ES256', **header})}.{claims}"
    digest = int.from_bytes(hashlib.sha256(signed.encode()).digest())
    octets = base_x.to_bytes(32) + ((digest + base_x) % order).to_bytes(32)
    return f"{signed}.{base64.urlsafe_b64encode(octets).rstrip(b'=').decode()}"


@derives
def signed_by_mersenne_primes(token: str, header: Mapping[str, object]) -> str:
    """
    Return *token* with RS256 as its algorithm and other members in its header, signed by a key of two known primes.

    Source: RFC 8017 section 8.2.1.
    """
    p, q = 2**1279 - 1, 2**2203 - 1
    size = ((p * q).bit_length() + 7) // 8
    head, claims, _ = token.split(".")
    signed = f"{encoded({**decoded(head), 'alg': 'RS256', **header})}.{claims}"
    digest = bytes.fromhex("3031300d060960864801650304020105000420") + hashlib.sha256(signed.encode()).digest()
    block = b"\0\1" + b"\xff" * (size - len(digest) - 3) + b"\0" + digest
    octets = pow(int.from_bytes(block), pow(65537, -1, (p - 1) * (q - 1)), p * q).to_bytes(size)
    return f"{signed}.{base64.urlsafe_b64encode(octets).rstrip(b'=').decode()}"


@derives
def one_character_off(token: str, part: int) -> str:
    """
    Return *token* with one character of its part (0 header, 1 claims, 2 signature) changed.

    It is the first one from the middle on that leaves header and claims a JSON object: the signature, and not the
    reading, is what must refuse the token.
    """
    parts = token.split(".")
    text = parts[part]
    for place in range(len(text) // 2, len(text)):
        parts[part] = text[:place] + ("A" if text[place] != "A" else "B") + text[place + 1 :]
        try:
            if part == 2 or decoded(parts[part]) != decoded(text):
                break
        except ValueError:
            continue
    return ".".join(parts)


@derives
def with_other_unused_bits(token: str) -> str:
    """
    Return *token* with the last character of its signature changed in those bits that hold nothing.

    It decodes to the same token; where every bit holds something it is the same text. Source: RFC 4648 section 3.5.
    """
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    has_unused = len(token.rpartition(".")[2]) % 4 in (2, 3)
    return token[:-1] + alphabet[alphabet.index(token[-1]) ^ 1] if has_unused else token


@derives
def padded(token: str) -> str:
    """Return *token* with the padding of base64 at the end of its signature, which decodes to the same token."""
    return token + "=" * (-len(token.rpartition(".")[2]) % 4)
