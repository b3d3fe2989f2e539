"""
Keys that are nobody's but the tester's, as a token can carry them or point to them.

Their secrets are known to everybody, so that a repro script can sign with them (`suites.rig.forge`).
"""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID
from jwt.algorithms import ECAlgorithm, RSAAlgorithm

from suites.rig.forge import signed_by_key_one, signed_by_mersenne_primes

VALID = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class OwnKey:
    """One key: `sign` takes a token and members of its header, `jwk` and `certificate` (DER) are its public half."""

    sign: Callable[[str, Mapping[str, object]], str]
    jwk: Mapping[str, Any]
    certificate: bytes

    @property
    def x5c(self) -> list[str]:
        """The certificate as a header carries it. Source: RFC 7515 section 4.1.6."""
        return [base64.b64encode(self.certificate).decode()]

    @property
    def pem(self) -> bytes:
        """The certificate as `x5u` points to it. Source: RFC 7515 section 4.1.5."""
        return x509.load_der_x509_certificate(self.certificate).public_bytes(Encoding.PEM)

    def key_set(self, kid: object) -> bytes:
        """Return the key as the only one of a set, under the name *kid*. Source: RFC 7517 section 5."""
        return json.dumps({"keys": [{**self.jwk, "use": "sig", **({"kid": kid} if kid else {})}]}).encode()


@cache
def own_keys() -> Mapping[str, OwnKey]:
    """Return the keys by the algorithm that they sign with."""
    one = ec.derive_private_key(1, ec.SECP256R1())
    p, q, e = 2**1279 - 1, 2**2203 - 1, 65537
    d = pow(e, -1, (p - 1) * (q - 1))
    public = rsa.RSAPublicNumbers(e, p * q)
    numbers = rsa.RSAPrivateNumbers(p, q, d, d % (p - 1), d % (q - 1), pow(q, -1, p), public)
    primes = numbers.private_key(unsafe_skip_rsa_key_validation=True)  # everybody knows these primes for what they are
    return {
        "ES256": OwnKey(signed_by_key_one, ECAlgorithm.to_jwk(one.public_key(), as_dict=True), _certificate(one)),
        "RS256": OwnKey(
            signed_by_mersenne_primes, RSAAlgorithm.to_jwk(primes.public_key(), as_dict=True), _certificate(primes)
        ),
    }


def _certificate(key: ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey) -> bytes:
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "nobody")])
    now = datetime.now(UTC)
    builder = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    builder = builder.serial_number(x509.random_serial_number())
    signed = builder.not_valid_before(now - VALID).not_valid_after(now + VALID).sign(key, SHA256())
    return signed.public_bytes(Encoding.DER)
