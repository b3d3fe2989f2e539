"""What a well-signed access token claims: the time it is good for, and shapes that nobody expected."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from contract.answers import Kind
from contract.secret import Secret
from suites.rig.access_tokens import access_token, opens_nothing, own_claims
from suites.rig.api import Api
from suites.rig.clock import Clock
from suites.rig.forge import claiming
from suites.rig.identities import Account
from suites.rig.judging import control, expect, refused_as
from suites.rig.minting import Mint

LEEWAY_S = 300  # the most that clocks may differ: RFC 7519 section 4.1.4 speaks of a few minutes
HOUR_S = 3600
LONG = 2000
ROLES = "an object as roles"
AUTHORITY = ("role", "roles", "scope", "scp", "groups", "permissions", "authorities")
"""Claims that some targets read what a user may do from."""

Claims = Mapping[str, object]


@pytest.mark.requirement("TOK-12")
def test_an_access_token_is_refused_after_its_end(clock: Clock) -> None:
    """A token that never ends is a password that its owner cannot change."""
    api = clock.api
    account = api.fresh_account()
    announced = account.session.values.get("expiresIn")
    lifetime_s = announced if isinstance(announced, int | float) else api.target.profile.access_lifetime_s
    control(api.as_(account, "getCurrentUser"))
    late = account.session

    clock.advance(lifetime_s + LEEWAY_S + 1)

    outcome = api.call("getCurrentUser", late)
    refused_as(Kind.REFUSED_TOKEN, outcome, because=f"a token {LEEWAY_S} s after its end")
    control(api.login(account))
    control(api.as_(account, "getCurrentUser"))


SUBJECTS = ("sub", "user_id", "uid", "userId")
WINDOWS = {"not valid for another hour": {"nbf": HOUR_S}, "ended an hour ago": {"iat": -2 * HOUR_S, "exp": -HOUR_S}}


@pytest.mark.requirement("TOK-12")
@pytest.mark.feature("jwt")
@pytest.mark.parametrize("window", WINDOWS)
def test_a_well_signed_token_is_refused_outside_its_window(api: Api, mint: Mint, window: str) -> None:
    """A signature says who wrote the times; somebody must still read them."""
    account = api.shared_account()
    own = access_token(account)
    claims, now = own_claims(own), int(api.now())
    outside = {name: now + seconds for name, seconds in WINDOWS[window].items()}

    control(api.with_token(account, mint.like(own, {**claims, "nbf": now - HOUR_S})))
    opens_nothing(api, account, mint.like(own, {**claims, **outside}), f"a well-signed token that is {window}")


def authority_in(own: Claims) -> set[str]:
    """Return the claims of *own* that say what its user may do."""
    return own.keys() & set(AUTHORITY)


def subject_in(own: Claims) -> str:
    """Return the claim of *own* that says whose token it is: what the standard calls it, or what libraries do."""
    return next((name for name in SUBJECTS if name in own), SUBJECTS[0])


def odd_shapes(own: Claims) -> dict[str, Claims]:
    """Return claims in shapes that no target expects, by what is odd about them."""
    subject = subject_in(own)
    return {
        "no subject": {name: value for name, value in own.items() if name != subject},
        "a number as subject": {**own, subject: 987_654_321},
        "a list as subject": {**own, subject: [own.get(subject)]},
        "an empty subject": {**own, subject: ""},
        "a very long subject": {**own, subject: "x" * LONG},
        "a word as expiry": {**own, "exp": "tomorrow"},
        ROLES: {**own, **{name: {"admin": True} for name in authority_in(own) or {"roles"}}},
        "no claims at all": {},
    }


def refused_or_not_read(api: Api, account: Account, token: Secret, shape: str, signature: str) -> None:
    """Judge that *token* opens nothing; roles that no token of the target has may be there unread, and fail nothing."""
    because = f"{shape}, under a {signature} signature"
    if shape == ROLES and not authority_in(own_claims(access_token(account))):  # RFC 7519 section 4: ignored
        expect(api.with_token(account, token), Kind.REFUSED_TOKEN, Kind.ACCEPTED, because=because)
    else:
        opens_nothing(api, account, token, because)


SHAPES = tuple(odd_shapes({}))


@pytest.mark.requirement("TOK-18")
@pytest.mark.parametrize("shape", SHAPES)
def test_odd_claims_under_a_bad_signature_are_refused(api: Api, shape: str) -> None:
    """What reads claims before it checks the signature fails for whoever writes odd ones."""
    account = api.shared_account()
    own = access_token(account)

    forged = claiming(own, odd_shapes(own_claims(own))[shape])

    refused_or_not_read(api, account, Secret(forged), shape, "bad")


@pytest.mark.requirement("TOK-18")
@pytest.mark.parametrize("shape", SHAPES)
def test_odd_claims_under_a_good_signature_are_refused(api: Api, mint: Mint, shape: str) -> None:
    """Another issuer's version, or a bug of one's own, signs what the next service cannot read."""
    account = api.shared_account()
    own = access_token(account)
    claims = own_claims(own)
    control(api.with_token(account, mint.like(own, claims)))

    minted = mint.like(own, odd_shapes(claims)[shape])

    refused_or_not_read(api, account, minted, shape, "good")
