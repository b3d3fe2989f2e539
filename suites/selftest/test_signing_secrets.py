"""Guessable secrets are guessed, in every reading of their setting; random ones are not."""

from __future__ import annotations

import base64
import re
import secrets

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from contract.targets.model import Target
from suites.rig.signing_secrets import WORDS, guessed, hmac_bits, known

TARGET = Target("acme-staging", "https://auth.acme.example/api")
FORMS = "a form of the service's name"
TUTORIAL = "404E635266556A586E3272357538782F413F4428472B4B6250645367566B5970"

pytestmark = pytest.mark.filterwarnings("ignore::jwt.InsecureKeyLengthWarning")  # short keys are what this is about


def signed(key: bytes | str, algorithm: str = "HS256") -> str:
    """Return a token signed by HMAC with *key*."""
    return jwt.encode({"sub": "1"}, key, algorithm)


@pytest.mark.parametrize(
    ("key", "what"),
    [
        ("secret", "a key of examples and tutorials"),
        ("your-256-bit-secret", "a key of examples and tutorials"),
        (TUTORIAL, "a key of examples and tutorials"),
        (bytes.fromhex(TUTORIAL), "a key of examples and tutorials"),
        (base64.b64decode(TUTORIAL), "a key of examples and tutorials"),
        ("changeme", "a default of a framework or a product"),
        ("qwerty123", "a common password or word"),
        ("acme-staging", FORMS),
        ("acme_staging_secret", FORMS),
        ("acmejwtsecret", FORMS),
        ("ACME-KEY", FORMS),
        ("k7x", "a text of three characters or fewer"),
    ],
)
def test_a_guessable_secret_is_guessed(key: bytes | str, what: str) -> None:
    assert guessed(signed(key), TARGET) == what


@pytest.mark.parametrize(("algorithm", "bits"), [("HS256", 256), ("HS384", 384), ("HS512", 512)])
def test_every_size_is_tried(algorithm: str, bits: int) -> None:
    token = signed("secret", algorithm)

    assert hmac_bits(token) == bits
    assert guessed(token, TARGET) == "a key of examples and tutorials"


def test_a_random_secret_is_not_guessed() -> None:
    assert guessed(signed(secrets.token_bytes(32)), TARGET) is None


@pytest.mark.parametrize("token", ["opaque", "a.b.c", "e30.e30.", "W10.e30.c2ln"])
def test_what_is_not_signed_by_hmac_is_left_alone(token: str) -> None:
    assert hmac_bits(token) is None
    assert guessed(token, TARGET) is None
    assert hmac_bits(jwt.encode({}, ec.generate_private_key(ec.SECP256R1()), "ES256")) is None


def test_each_listed_word_stands_once_and_under_a_heading() -> None:
    words = [word for _, word in known()]

    assert len(words) == len(set(words))
    assert {what for what, _ in known()} == set(re.findall(r"(?m)^\[(.+)\]$", WORDS.read_text("utf-8")))
