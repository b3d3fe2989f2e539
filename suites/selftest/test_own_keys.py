"""The tester's own keys sign what standard libraries verify, and a fetched page is noticed."""

from __future__ import annotations

import base64

import httpx
import jwt
import pytest
from cryptography import x509

from contract.targets.model import Target
from suites.rig.listener import NOWHERE, listening
from suites.rig.own_keys import own_keys

OWN = jwt.encode({"sub": "1", "exp": 4_000_000_000}, "k" * 32, "HS256", {"kid": "their-key"})


@pytest.mark.parametrize("algorithm", own_keys())
def test_a_token_that_brings_its_key_is_well_signed_by_that_key(algorithm: str) -> None:
    """A forgery that is badly made is refused by every server, and proves nothing."""
    key = own_keys()[algorithm]

    forged = key.sign(OWN, {"jwk": dict(key.jwk)})

    header = jwt.get_unverified_header(forged)
    assert (header["alg"], header["kid"]) == (algorithm, "their-key")
    assert jwt.decode(forged, jwt.PyJWK(header["jwk"], algorithm), [algorithm])["sub"] == "1"


@pytest.mark.parametrize("algorithm", own_keys())
def test_certificate_and_key_set_hold_the_same_key(algorithm: str) -> None:
    key = own_keys()[algorithm]
    forged = key.sign(OWN, {"x5c": key.x5c})

    carried = x509.load_der_x509_certificate(base64.b64decode(key.x5c[0]))
    carried.verify_directly_issued_by(carried)
    assert x509.load_pem_x509_certificate(key.pem) == carried
    assert jwt.decode(forged, carried.public_key(), [algorithm])["sub"] == "1"
    published = jwt.PyJWKSet.from_json(key.key_set("their-key").decode())
    assert jwt.decode(forged, published["their-key"], [algorithm])["sub"] == "1"


def test_who_asks_for_a_page_is_counted() -> None:
    target = Target("here", "http://127.0.0.1:9/api")

    with listening(target, {"/keys.json": ("application/json", b"{}")}) as listener:
        assert listener.asked == []
        answer = httpx.get(f"{listener.url}/keys.json?for=me", trust_env=False)

    assert (answer.text, answer.headers["content-type"]) == ("{}", "application/json")
    assert listener.asked == ["/keys.json?for=me"]


def test_a_target_elsewhere_is_not_pointed_at_this_machine() -> None:
    with listening(Target("there", "https://api.example"), {}) as listener:
        assert listener.url == NOWHERE
