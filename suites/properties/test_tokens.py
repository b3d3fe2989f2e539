"""Access tokens that were never given out, and fields that hold something else."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import strategies as st

from contract.answers import Kind, Request
from suites.properties.exploring import Explorer
from suites.properties.strategies.claims import key_names, odd_claims
from suites.properties.strategies.fields import credentials
from suites.properties.strategies.tokens import cut_and_spliced, with_one_character_changed
from suites.rig.access_tokens import access_token, opens_nothing, own_claims
from suites.rig.api import Api
from suites.rig.authorization_field import field_word, saying, without_credentials
from suites.rig.forge import claiming, with_header
from suites.rig.judging import control, expect, refused_as
from suites.rig.minting import Mint


@pytest.mark.requirement("TOK-03")
def test_no_authorization_field_without_a_live_token_opens_anything(api: Api, explore: Explorer) -> None:
    """What splits the field at a blank fails on one without."""
    word, account = field_word(api.target), api.shared_account()

    def judge(value: str) -> None:
        def said(request: Request) -> Request:
            return saying(request, value)

        outcome = api.call("getCurrentUser", without_credentials(account.session), mutate=said)
        refused_as(Kind.REFUSED_TOKEN, outcome, because="an Authorization field without a live token")

    explore.cases(credentials(word), judge)
    control(api.as_(account, "getCurrentUser"))


@pytest.mark.requirement("TOK-07")
def test_no_changed_token_opens_anything_wherever_it_was_changed(api: Api, explore: Explorer) -> None:
    """A signature that covers a part of the token leaves the rest to whoever holds it."""
    account, other = api.shared_account(), api.fresh_account()
    own, theirs = access_token(account), access_token(other)
    mine, yours = own.split("."), theirs.split(".")
    spliced = [".".join(parts) for parts in (
        (mine[0], yours[1], mine[2]), (mine[0], mine[1], yours[2]), (yours[0], mine[1], yours[2]))]  # fmt: skip
    swaps = [each for each in spliced if each not in (own, theirs)]

    def judge(token: str) -> None:
        opens_nothing(api, account, token, "a changed token")

    explore.cases(with_one_character_changed(own) | cut_and_spliced(own) | st.sampled_from(swaps), judge)


@pytest.mark.requirement("TOK-11")
def test_no_key_identifier_chooses_the_key_or_fails_the_server(api: Api, explore: Explorer) -> None:
    """A name that is looked up unchecked lets the caller point at a key of his own."""
    account = api.shared_account()
    own = access_token(account)

    def judge(name: Any) -> None:
        changed = with_header(own, {"kid": name})
        opens_nothing(api, account, changed, "a key identifier of the caller's", over_long=len(changed) > 4000)

    explore.cases(key_names(), judge)


def judge_of(api: Api, sign: Callable[[dict[str, object]], Any]) -> Callable[[dict[str, object]], None]:
    """Return what judges that a token with odd claims, signed by *sign*, opens nothing that it should not."""
    account = api.shared_account()
    own = own_claims(access_token(account))

    def judge(claims: dict[str, object]) -> None:
        ends = claims.get("exp")
        whose = claims.get("sub") == own.get("sub")
        outcome = api.with_token(account, sign(claims))
        if whose and isinstance(ends, int | float) and not isinstance(ends, bool):
            expect(outcome, Kind.REFUSED_TOKEN, Kind.ACCEPTED, because="odd claims")  # others may be there unread
        else:
            refused_as(Kind.REFUSED_TOKEN, outcome, because="claims without a subject and an end that can be read")

    return judge


@pytest.mark.requirement("TOK-18")
def test_no_odd_claims_under_a_bad_signature_fail_the_server(api: Api, explore: Explorer) -> None:
    """What reads claims before it checks the signature fails for whoever writes odd ones."""
    account = api.shared_account()
    own = access_token(account)

    explore.cases(
        odd_claims(own_claims(own)), lambda claims: opens_nothing(api, account, claiming(own, claims), "odd claims")
    )


@pytest.mark.requirement("TOK-18")
def test_no_odd_claims_under_a_good_signature_fail_the_server(api: Api, mint: Mint, explore: Explorer) -> None:
    """Another issuer's version, or a bug of one's own, signs what the next service cannot read."""
    account = api.shared_account()
    own = access_token(account)
    control(api.with_token(account, mint.like(own, own_claims(own))))

    explore.cases(odd_claims(own_claims(own)), judge_of(api, lambda claims: mint.like(own, claims)))
