"""What is stored of a password, a private key and a canary are found wherever they stand and however spelled."""

from __future__ import annotations

import base64
import json

import pytest

from contract.checks import no_canary, no_stored_secret
from suites.selftest.answered import answered, refused

SHA512_CRYPT = "$6$saltsaltsaltsalt$Ctz5gQf0v4Tz1R7w"
HASHES = [
    "$argon2id$v=19$m=19456,t=2,p=1$c29tZXNhbHQ$aGFzaA",
    "$2b$12$R9h/cIPz0gi.URNNX3kh2OPST9/PgBkqquzi.Ss7KIUgO2t0jWMUW",
    SHA512_CRYPT,
    "$scrypt$ln=16,r=8,p=1$aM15713r3Xsvxbi31lqr1Q",
    "$pbkdf2-sha256$29000$N2YMIWQsBWBMae09x1jrPQ",
    "pbkdf2_sha256$600000$salt$aGFzaA==",
    "pbkdf2:sha256:600000$salt$aabb",
    "scrypt:32768:8:1$salt$aabb",
    "{SSHA}DkMTwBl+a/3DQTxCYEApdUtNXGgdUac3",
]
PEM = "-----BEGIN EC PRIVATE KEY-----\nMHcCAQEE\n-----END EC PRIVATE KEY-----\n"
PASSWORD = 'grün "und" gelb 7f3a'
CANARIES = {PASSWORD: "a password"}


def token(**claims: str) -> str:
    parts = [json.dumps({"alg": "ES256"}), json.dumps(claims)]
    return ".".join(base64.urlsafe_b64encode(part.encode()).decode().rstrip("=") for part in parts) + ".c2ln"


@pytest.mark.parametrize("stored", HASHES)
def test_the_hash_of_a_password_is_found_whoever_made_it(stored: str) -> None:
    assert refused(no_stored_secret, answered(201, body={"user": {"hash": stored}})) == (
        "it shows the hash of a password",
        "no answer with the hash of a password",
        "the hash of a password in the body",
    )


def test_a_hash_is_found_in_a_header_field_and_in_the_claims_of_a_token() -> None:
    assert refused(no_stored_secret, answered(200, f"X-Debug: {SHA512_CRYPT}"))[2] == (
        "the hash of a password in the header fields"
    )
    assert refused(no_stored_secret, answered(200, body={"accessToken": token(pw=HASHES[0])}))[2] == (
        "the hash of a password in the claims of a token"
    )
    assert refused(no_stored_secret, answered(200, f"Set-Cookie: session={token(pw=HASHES[0])}; Path=/"))[2] == (
        "the hash of a password in the claims of a token"
    )


def test_a_hash_that_the_request_said_is_none_of_the_servers() -> None:
    echo = answered(401, body={"detail": HASHES[0]}, sent={"body": json.dumps({"password": HASHES[0]}).encode()})

    assert no_stored_secret(echo) is echo


@pytest.mark.parametrize(
    "body",
    [
        {"pem": PEM},
        {"keys": [{"kty": "EC", "crv": "P-256", "x": "a", "y": "b", "d": "c"}]},
        {"kty": "oct", "k": "c2VjcmV0"},
    ],
)
def test_a_private_key_is_found(body: dict[str, object]) -> None:
    assert refused(no_stored_secret, answered(200, body=body)) == (
        "it shows a private key",
        "no answer with a private key",
        "a private key in the body",
    )


@pytest.mark.parametrize(
    "body",
    [
        {"keys": [{"kty": "EC", "crv": "P-256", "x": "a", "y": "b", "kid": "k1"}]},
        {"accessToken": token(sub="1"), "tokenType": "Bearer", "price": "$5 or $6", "hash": "sha256"},
        {"pem": "-----BEGIN PUBLIC KEY-----"},
        {"errors": [{"pointer": "/password", "code": "too-short"}]},
    ],
)
def test_public_keys_tokens_and_errors_are_no_secrets(body: dict[str, object]) -> None:
    answer = answered(200, body=body)

    assert no_stored_secret(answer) is answer


@pytest.mark.parametrize(
    "answer",
    [
        answered(200, body={"password": PASSWORD}),
        answered(422, body=json.dumps({"input": {"password": PASSWORD}}, ensure_ascii=False)),
        answered(400, body=f"<p>{PASSWORD}</p>"),
    ],
)
def test_a_canary_is_found_in_a_body_whatever_its_escapes(answer: object) -> None:
    assert refused(no_canary, answer, CANARIES) == (
        "it shows a password",
        "no answer with a password",
        "a password in the body",
    )


def test_a_canary_is_found_in_a_redirect_and_in_the_claims_of_a_token() -> None:
    redirect = "Location: /login?password=gr%C3%BCn%20%22und%22%20gelb%207f3a"

    assert refused(no_canary, answered(302, redirect), CANARIES)[2] == "a password in the header fields"
    assert refused(no_canary, answered(200, body={"t": token(pw=PASSWORD)}), CANARIES)[2] == (
        "a password in the claims of a token"
    )


def test_what_is_found_is_not_shown() -> None:
    assert PASSWORD not in "".join(refused(no_canary, answered(200, body={"password": PASSWORD}), CANARIES))


def test_an_answer_without_a_canary_is_accepted() -> None:
    answer = answered(200, "X-Request-ID: 7c9e6679", body={"accessToken": token(sub="1")})

    assert no_canary(answer, CANARIES) is answer
