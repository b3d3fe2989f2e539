"""Access tokens that name their own key or algorithm: which one counts is the server's business."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from contract.answers import Kind
from contract.secret import Secret
from suites.rig.access_tokens import access_token, opens_nothing
from suites.rig.api import Api
from suites.rig.forge import decoded, signed_by_hmac, with_header
from suites.rig.judging import control, not_applicable, refused_as
from suites.rig.published_keys import key_of, published_keys

HMAC_BITS = (256, 384, 512)
EMPTY_FILE = "../../../../../../../../dev/null"
CHOSEN_BY_SQL = "' UNION SELECT 'chosen' -- "
LONG = 10_000


@pytest.mark.requirement("TOK-08")
def test_a_token_signed_with_the_published_key_as_a_secret_is_refused(api: Api) -> None:
    """Everybody has the public key; a verifier that takes it for an HMAC secret takes everybody's tokens."""
    account = api.shared_account()
    own = access_token(account)
    header = decoded(own.partition(".")[0])
    if str(header.get("alg")).startswith("HS"):
        not_applicable("its tokens are signed by HMAC, and have no public key")
    key = key_of(published_keys(api.target), header.get("kid"))

    for form, octets in key.forms.items():
        for bits in HMAC_BITS:
            forged = signed_by_hmac(own, bits, octets, {})
            because = f"an HS{bits} token keyed by the public key as {form}"
            refused_as(Kind.REFUSED_TOKEN, api.with_token(account, Secret(forged)), because=because)
    control(api.as_(account, "getCurrentUser"))


HOSTILE: dict[str, Callable[[str], str]] = {
    "an unknown name": lambda own: with_header(own, {"kid": "nobody-has-this-key"}),
    "a path to an empty file": lambda own: signed_by_hmac(own, 256, b"", {"kid": EMPTY_FILE}),
    "SQL that chooses the key": lambda own: signed_by_hmac(own, 256, b"chosen", {"kid": CHOSEN_BY_SQL}),
    "a quote": lambda own: with_header(own, {"kid": "'"}),
    "NUL": lambda own: with_header(own, {"kid": "\0"}),
    "10 kB": lambda own: with_header(own, {"kid": "k" * LONG}),
    "a number": lambda own: with_header(own, {"kid": 7}),
    "null": lambda own: with_header(own, {"kid": None}),
    "a list": lambda own: with_header(own, {"kid": ["k"]}),
}


@pytest.mark.requirement("TOK-11")
@pytest.mark.parametrize("kid", HOSTILE)
def test_a_hostile_key_identifier_is_refused(api: Api, kid: str) -> None:
    """A name that is looked up unchecked fails the server, or lets the caller point at a key of his own."""
    account = api.shared_account()
    own = access_token(account)

    opens_nothing(api, account, HOSTILE[kid](own), f"{kid} as kid", over_long=kid == "10 kB")
