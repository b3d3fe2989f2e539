"""Forged and respelled tokens are what they say: only that is changed, and only the key's holder could tell."""

from __future__ import annotations

from collections.abc import Callable

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from suites.rig.forge import (
    claiming,
    decoded,
    one_character_off,
    padded,
    signed_by_hmac,
    unsigned,
    with_claims,
    with_header,
    with_other_unused_bits,
)

EC = ec.generate_private_key(ec.SECP256R1())
OWN = jwt.encode({"sub": "1", "exp": 2_000_000_000}, EC, "ES256", {"kid": "k" * 43})
HEADER, CLAIMS, SIGNATURE = OWN.split(".")
KEY = b"a key of forty octets and a bit more of it"


def test_a_changed_part_leaves_the_others() -> None:
    assert with_claims(OWN, {"role": "admin"}).split(".")[::2] == [HEADER, SIGNATURE]
    assert decoded(with_claims(OWN, {"role": "admin"}).split(".")[1]) == {**decoded(CLAIMS), "role": "admin"}
    assert decoded(claiming(OWN, {"role": "admin"}).split(".")[1]) == {"role": "admin"}
    assert with_header(OWN, {"kid": None}).split(".")[1:] == [CLAIMS, SIGNATURE]
    assert decoded(with_header(OWN, {"kid": None}).split(".")[0]) == {**decoded(HEADER), "kid": None}
    assert unsigned(OWN, "none").split(".")[1:] == [CLAIMS, ""]
    assert "alg" not in decoded(unsigned(OWN, None).split(".")[0])


@pytest.mark.parametrize("bits", [256, 384, 512])
def test_an_hmac_signature_is_the_standard_one(bits: int) -> None:
    forged = signed_by_hmac(OWN, bits, KEY * 2, {"kid": "other"})

    assert jwt.decode(forged, KEY * 2, [f"HS{bits}"]) == decoded(CLAIMS)
    assert jwt.get_unverified_header(forged) == {**decoded(HEADER), "alg": f"HS{bits}", "kid": "other"}


@pytest.mark.parametrize("part", [0, 1, 2])
def test_one_changed_character_is_one_and_leaves_what_can_be_read(part: int) -> None:
    changed = one_character_off(OWN, part)

    assert sum(a != b for a, b in zip(OWN, changed, strict=True)) == 1
    assert changed.split(".")[part] != OWN.split(".")[part]
    assert all(decoded(text) for text in changed.split(".")[:2])
    with pytest.raises(jwt.InvalidTokenError):
        jwt.decode(changed, EC.public_key(), ["ES256"])


@pytest.mark.parametrize("respelled", [with_other_unused_bits, padded])
def test_another_spelling_decodes_to_the_same_signature(respelled: Callable[[str], str]) -> None:
    other = respelled(OWN)

    assert other != OWN
    assert jwt.utils.base64url_decode(other.split(".")[2]) == jwt.utils.base64url_decode(SIGNATURE)


def test_a_signature_whose_every_bit_counts_has_no_other_spelling() -> None:
    key = rsa.generate_private_key(65_537, 3072)
    full = jwt.encode({"sub": "1"}, key, "RS256")

    assert with_other_unused_bits(full) == full
    assert padded(full) == full
