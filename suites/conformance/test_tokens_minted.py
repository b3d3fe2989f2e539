"""Well-signed tokens that are meant for somebody else, or ask for what the service does not know."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import pytest

from suites.rig.access_tokens import access_token, opens_nothing, own_claims
from suites.rig.api import Api
from suites.rig.judging import Advice, control, not_applicable
from suites.rig.minting import Mint

ELSEWHERE = "https://another-service.example"
ABOUT = ("aud", "iss")

OTHERS: Mapping[str, tuple[str, Callable[[str], object]]] = {
    "for another audience": ("aud", lambda _: ELSEWHERE),
    "for no audience": ("aud", lambda _: None),
    "for a list of other audiences": ("aud", lambda _: [ELSEWHERE, "another-api"]),
    "for an audience that only begins alike": ("aud", lambda own: f"{own}-staging"),
    "for an empty list of audiences": ("aud", lambda _: []),
    "from another issuer": ("iss", lambda _: ELSEWHERE),
    "from an issuer that only begins alike": ("iss", lambda own: f"{own}.example"),
}
"""By what is wrong: the claim, and what it says, from what it should; None leaves it out."""


def only(value: object) -> str:
    """Return the text that *value* is, or the first of the list that it is."""
    return str(value[0] if isinstance(value, list) and value else value)


@pytest.mark.requirement("TOK-14")
@pytest.mark.parametrize("other", OTHERS)
def test_a_well_signed_token_for_or_from_somebody_else_is_refused(api: Api, mint: Mint, other: str) -> None:
    """Services that share an issuer's key are one service to whoever steals a token from the weakest of them."""
    account = api.shared_account()
    own = access_token(account)
    claims = own_claims(own)
    control(api.with_token(account, mint.like(own, claims)))
    name, wrong = OTHERS[other]
    if claims.keys().isdisjoint(ABOUT):
        raise Advice(
            "its access tokens say neither whom they are for nor who issued them",
            expected="a token with aud and iss",
            actual="a token with neither",
            answer=control(api.as_(account, "getCurrentUser")).answer,
        )
    if name not in claims:
        not_applicable(f"its tokens have no {name}")

    said = wrong(only(claims[name]))
    minted = {**claims, name: said} if said is not None else {key: claims[key] for key in claims if key != name}

    opens_nothing(api, account, mint.like(own, minted), f"a well-signed token {other}")


@pytest.mark.requirement("TOK-15")
def test_a_token_with_an_unknown_critical_extension_is_refused(api: Api, mint: Mint) -> None:
    """An issuer that writes "only with proof of possession, or not at all" is overruled by who reads on."""
    account = api.shared_account()
    own = access_token(account)
    claims = own_claims(own)
    control(api.with_token(account, mint.like(own, claims)))

    critical = mint.like(own, claims, crit=["x"], x=1)

    opens_nothing(api, account, critical, "a critical extension that nobody knows")
