"""Minted tokens: whoever has the public key takes them for the target's own, whatever they claim."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
)

from contract.errors import NotTestable
from contract.secret import Secret
from suites.rig.forge import encoded
from suites.rig.minting import Mint, by_key

KEYS = {
    "RS256": rsa.generate_private_key(65_537, 2048),
    "PS384": rsa.generate_private_key(65_537, 2048),
    "ES256": ec.generate_private_key(ec.SECP256R1()),
    "EdDSA": ed25519.Ed25519PrivateKey.generate(),
}
OWN = f"{encoded({'alg': 'RS256', 'typ': 'at+jwt', 'kid': 'own'})}.{encoded({'sub': '1'})}.c2ln"


def key_file(folder: Path, key: Any, passphrase: str = "") -> str:
    """Write *key* as PEM into *folder*; return its path."""
    cover = BestAvailableEncryption(passphrase.encode()) if passphrase else NoEncryption()
    (folder / "key.pem").write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, cover))
    return str(folder / "key.pem")


@pytest.mark.parametrize("alg", KEYS)
def test_a_minted_token_verifies_and_has_the_header_of_the_targets_own(alg: str, tmp_path: Path) -> None:
    mint = Mint(by_key({"file": key_file(tmp_path, KEYS[alg]), "alg": alg}))

    minted = mint.like(OWN, {"sub": "2"}, x=1).reveal()

    assert jwt.decode(minted, KEYS[alg].public_key(), [alg]) == {"sub": "2"}
    assert jwt.get_unverified_header(minted) == {"alg": alg, "typ": "at+jwt", "kid": "own", "x": 1}


def test_a_short_secret_signs_without_complaint() -> None:
    mint = Mint(by_key({"secret": Secret("short"), "alg": "HS256"}))

    minted = mint.like(OWN, {"sub": "2"}).reveal()

    signed, _, signature = minted.rpartition(".")
    algorithm = jwt.get_algorithm_by_name("HS256")
    assert algorithm.verify(signed.encode(), b"short", jwt.utils.base64url_decode(signature))


def test_claims_may_be_anything(tmp_path: Path) -> None:
    key = KEYS["ES256"]
    mint = Mint(by_key({"file": key_file(tmp_path, key), "alg": "ES256"}))

    for claims in ({}, [], "text", 7, None):
        payload = jwt.PyJWS().decode(mint.like(OWN, claims).reveal(), key.public_key(), ["ES256"])

        assert json.loads(payload) == claims


def test_the_key_id_of_the_target_file_stands_in_where_the_own_token_has_none(tmp_path: Path) -> None:
    mint = Mint(by_key({"file": key_file(tmp_path, KEYS["ES256"]), "alg": "ES256", "kid": "told"}))
    nameless = f"{encoded({'alg': 'ES256'})}.{encoded({})}.c2ln"

    assert jwt.get_unverified_header(mint.like(nameless, {}).reveal())["kid"] == "told"
    assert jwt.get_unverified_header(mint.like(OWN, {}).reveal())["kid"] == "own"


def test_a_passphrase_opens_the_file(tmp_path: Path) -> None:
    path = key_file(tmp_path, KEYS["ES256"], "open sesame")

    assert Mint(by_key({"file": path, "passphrase": Secret("open sesame"), "alg": "ES256"})).like(OWN, {})


def refusal(table: dict[str, Any]) -> str:
    """Return what is said of a facility that does not work."""
    with pytest.raises(NotTestable) as refused:
        by_key(table)
    return str(refused.value)


def test_a_key_that_cannot_be_used_is_one_line(tmp_path: Path) -> None:
    closed, missing = key_file(tmp_path, KEYS["ES256"], "open sesame"), str(tmp_path / "none.pem")
    where = "[facilities.signing-key]: "

    assert refusal({"file": closed, "alg": "ES256"}) == (
        f"{where}{closed}: no private key in PEM, or it needs a passphrase"
    )
    assert refusal({"file": closed, "passphrase": Secret("no"), "alg": "ES256"}) == (
        f"{where}{closed}: no private key in PEM, or the passphrase does not open it"
    )
    assert refusal({"file": missing, "alg": "ES256"}) == f"{where}{missing}: No such file or directory"
    opened = key_file(tmp_path, KEYS["ES256"])
    assert refusal({"file": opened, "alg": "RS256"}) == f"{where}what it holds is no key for RS256"
    assert refusal({"file": opened, "alg": "ES384"}) == f"{where}what it holds is no key for ES384"
