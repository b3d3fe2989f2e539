"""Where an access token is read, and where it must not be: the field's own rules, and the query."""

from __future__ import annotations

import pytest

from contract.answers import Kind, Request
from suites.rig.access_tokens import own_token
from suites.rig.api import Api
from suites.rig.authorization_field import field_word, saying, without_credentials
from suites.rig.judging import control, expect, refused_as

SPELLINGS = {"small letters": str.lower, "capitals": str.upper}
IN_THE_QUERY = ("access_token", "token", "jwt", "auth", "bearer")


@pytest.mark.requirement("TOK-04")
@pytest.mark.parametrize("spelling", SPELLINGS)
def test_the_name_of_the_scheme_is_read_whatever_its_letter_case(api: Api, spelling: str) -> None:
    """A client that writes "bearer", as HTTP allows, is told that its token is bad."""
    word, account = field_word(api.target), api.shared_account()
    control(api.as_(account, "getCurrentUser"))
    value = f"{SPELLINGS[spelling](word)} {own_token(account)}"  # the control may have renewed it

    def respelled(request: Request) -> Request:
        return saying(request, value)

    outcome = api.call("getCurrentUser", without_credentials(account.session), mutate=respelled)
    expect(outcome, Kind.ACCEPTED, because=f"a live token, its scheme in {spelling}")


@pytest.mark.requirement("TOK-05")
@pytest.mark.parametrize("name", IN_THE_QUERY)
def test_a_token_in_the_query_is_not_accepted(api: Api, name: str) -> None:
    """Addresses are logged, kept in histories and passed on as Referer; a token in one is soon somebody else's."""
    account = api.shared_account()
    token = own_token(account)

    outcome = api.call("getCurrentUser", without_credentials(account.session), extra={f"query:{name}": token})

    refused_as(Kind.REFUSED_TOKEN, outcome, because=f"a live token as {name} in the query")
    control(api.as_(account, "getCurrentUser"))
