"""Published keys are read in every usual form, and what is none is said in one line."""

from __future__ import annotations

import json
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_public_key

from contract.errors import NotTestable
from contract.secret import Secret
from contract.targets.model import Target, Transport
from suites.rig.published_keys import key_of, published_keys
from suites.selftest.loopback import saying, serving

RSA = rsa.generate_private_key(65_537, 2048).public_key()
EC = ec.generate_private_key(ec.SECP256R1()).public_key()
RSA_JWK = {**jwt.algorithms.RSAAlgorithm.to_jwk(RSA, as_dict=True), "kid": "first"}
EC_JWK = {**jwt.algorithms.ECAlgorithm.to_jwk(EC, as_dict=True), "kid": "second"}
PEM = EC.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)


def target_at(origin: str, **table: str) -> Target:
    """Return a target below *origin* with [facilities.published-key] *table*."""
    headers = {"X-Gateway-Key": Secret("for the target alone")}
    transport = Transport(headers=headers)
    return Target("acme", f"{origin}/api/v1", facilities={"published-key": table}, transport=transport)


def answer(body: bytes, status: str = "200 OK") -> bytes:
    """Return the bytes of an answer with *body*."""
    return b"HTTP/1.1 %s\r\nContent-Length: %d\r\n\r\n" % (status.encode(), len(body)) + body


def test_a_key_set_is_read_and_keys_for_other_purposes_are_left_out() -> None:
    others: list[Any] = [{"kty": "oct", "k": "c2VjcmV0"}, {**RSA_JWK, "use": "enc"}, {"kty": "new"}, "no key"]
    listed = json.dumps({"keys": [*others, RSA_JWK, EC_JWK]}).encode()

    with serving(saying(answer(listed))) as heard:
        keys = published_keys(target_at(heard.url, path="/keys.json"))

    assert heard.requests[0].startswith(b"GET /keys.json HTTP/1.1\r\n")
    assert [key.kid for key in keys] == ["first", "second"]
    assert key_of(keys, "second").forms["PEM"] == PEM
    assert key_of(keys, "unknown") is keys[0]
    assert json.loads(keys[0].forms["JWK"]) == RSA_JWK
    assert load_pem_public_key(keys[1].forms["PEM without its last line end"]) == EC


@pytest.mark.parametrize("body", [PEM, json.dumps(EC_JWK).encode()], ids=["PEM", "one JWK"])
def test_one_key_alone_is_read_too(body: bytes) -> None:
    with serving(saying(answer(body))) as heard:
        (key,) = published_keys(target_at(heard.url, path="/key"))

    assert key.forms["PEM"] == PEM


def test_a_server_elsewhere_is_not_told_what_is_for_the_target() -> None:
    with serving(saying(answer(PEM))) as heard:
        published_keys(target_at(heard.url, path="/key"))
        published_keys(target_at("https://api.example", url=f"{heard.url}/key"))

    assert [b"X-Gateway-Key" in request for request in heard.requests] == [True, False]


@pytest.mark.parametrize("body", [b"", b"<html>", b"[]", b'{"keys": 7}', b'{"keys": []}', b'{"status": "up"}'])
def test_what_is_no_key_is_said_in_one_line(body: bytes) -> None:
    with serving(saying(answer(body))) as heard, pytest.raises(NotTestable) as refused:
        published_keys(target_at(heard.url, path="/key"))

    assert str(refused.value) == (
        f"[facilities.published-key]: {heard.url}/key holds no public key; valid: a JWK, a set of them, PEM"
    )


def test_an_error_is_said_in_one_line() -> None:
    with serving(saying(answer(b"", "404 Not Found"))) as heard, pytest.raises(NotTestable) as refused:
        published_keys(target_at(heard.url, path="/key"))

    assert str(refused.value) == f"[facilities.published-key]: {heard.url}/key answers 404, not 200"
