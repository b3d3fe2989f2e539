"""Access tokens: what nobody without the key can write must not be read."""

from __future__ import annotations

import pytest

from suites.rig.access_tokens import access_token, opens_nothing
from suites.rig.api import Api
from suites.rig.forge import one_character_off, unsigned, with_claims

NO_ALGORITHM = {"none": "none", "None": "None", "nOnE": "nOnE", "empty": "", "absent": None}
PARTS = {"header": 0, "claims": 1, "signature": 2}
RAISED = {"another role": {"role": "admin", "roles": ["admin"], "scope": "admin"}, "another subject": {"sub": "1"}}


@pytest.mark.requirement("TOK-06")
@pytest.mark.parametrize("spelling", NO_ALGORITHM)
def test_an_unsigned_token_is_refused_however_it_is_spelled(api: Api, spelling: str) -> None:
    """An unsigned token lets anyone be anyone."""
    account = api.shared_account()
    own = access_token(account)

    opens_nothing(api, account, unsigned(own, NO_ALGORITHM[spelling]), f"an unsigned token, algorithm {spelling}")


@pytest.mark.requirement("TOK-07")
@pytest.mark.parametrize("part", PARTS)
def test_one_changed_character_invalidates_the_token(api: Api, part: str) -> None:
    """A signature that covers only a part covers nothing."""
    account = api.shared_account()
    own = access_token(account)

    opens_nothing(api, account, one_character_off(own, PARTS[part]), f"one character of its {part} changed")


@pytest.mark.requirement("TOK-07")
@pytest.mark.parametrize("claims", RAISED)
def test_raised_claims_under_the_old_signature_are_refused(api: Api, claims: str) -> None:
    """Claims that can be edited are wishes."""
    account = api.shared_account()
    own = access_token(account)

    opens_nothing(api, account, with_claims(own, RAISED[claims]), f"{claims} under the old signature")
