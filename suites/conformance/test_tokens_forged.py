"""Access tokens that name their own key or algorithm: which one counts is the server's business."""

from __future__ import annotations

import base64
from collections.abc import Callable

import pytest

from contract.answers import Kind
from contract.errors import ContractViolation
from contract.secret import Secret
from suites.rig.access_tokens import access_token, opens_nothing
from suites.rig.api import Api
from suites.rig.forge import decoded, signed_by_hmac, with_header
from suites.rig.judging import control, not_applicable, refused_as
from suites.rig.listener import listening
from suites.rig.own_keys import OwnKey, own_keys
from suites.rig.published_keys import key_of, published_keys
from suites.rig.signing_secrets import guessed, hmac_bits

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


@pytest.mark.requirement("TOK-09")
def test_the_secret_that_tokens_are_signed_with_cannot_be_guessed(api: Api) -> None:
    """One token and a list of words, tried at home: whoever finds the secret is everybody from then on."""
    account = api.visitor(signed_in=False)
    answer = control(api.login(account)).answer
    issued = [each.reveal() for each in (account.session.access_token, account.session.refresh_token) if each]
    signed = [token for token in issued if hmac_bits(token)]
    if not signed:
        not_applicable("its tokens are not signed by HMAC")

    for token in signed:
        if what := guessed(token, api.target):
            raise ContractViolation(
                f"the secret of its tokens can be guessed: it is {what}",
                expected="a secret of 32 random octets",
                actual=what,
                answer=answer,
            )


KEYS = "/keys.json"
CERTIFICATE = "/certificate.pem"

CARRYING: dict[str, Callable[[OwnKey, object, str], dict[str, object]]] = {
    "its own key in jwk": lambda key, kid, _: {"jwk": {**key.jwk, **({"kid": kid} if kid else {})}},
    "its own certificate in x5c": lambda key, *_: {"x5c": key.x5c},
    "the address of its own key in jku": lambda _key, _kid, url: {"jku": url + KEYS},
    "the address of its own certificate in x5u": lambda _key, _kid, url: {"x5u": url + CERTIFICATE},
}
"""By what the header carries: its members, from the key, the name of the target's own key, and where pages are."""


@pytest.mark.requirement("TOK-10")
@pytest.mark.parametrize("algorithm", own_keys())
@pytest.mark.parametrize("carried", CARRYING)
def test_a_key_inside_a_token_is_not_trusted(api: Api, carried: str, algorithm: str) -> None:
    """Who brings the lock and the key along opens every door; and the server fetches what he wants fetched."""
    account = api.shared_account()
    own, key = access_token(account), own_keys()[algorithm]
    kid = decoded(own.partition(".")[0]).get("kid")
    pages = {KEYS: ("application/json", key.key_set(kid)), CERTIFICATE: ("application/pem-certificate-chain", key.pem)}

    with listening(api.target, pages) as listener:
        forged = key.sign(own, CARRYING[carried](key, kid, listener.url))
        opens_nothing(api, account, forged, f"a token that brings {carried}, signed with {algorithm}")

    if listener.asked:
        raise ContractViolation(
            f"the target fetches what a token names as {carried.partition(' in ')[2]}",
            expected="no request to an address inside a token",
            actual=f"a request for {listener.asked[0]}",
        )


@pytest.mark.requirement("TOK-10")
def test_a_secret_inside_a_token_is_not_trusted(api: Api) -> None:
    """Where tokens are signed by HMAC, the key that a token brings along is a secret that its bearer knows."""
    account = api.shared_account()
    secret = b"a secret that whoever wrote this token has chosen"
    jwk = {"kty": "oct", "k": base64.urlsafe_b64encode(secret).rstrip(b"=").decode()}

    forged = signed_by_hmac(access_token(account), 256, secret, {"jwk": jwk})

    opens_nothing(api, account, forged, "a token that brings its own secret in jwk")


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
