"""An account's own access token, as what other tokens are made from; and what must become of those."""

from __future__ import annotations

from dataclasses import replace

from contract.answers import Kind
from contract.secret import Secret
from contract.session import Session
from suites.rig.api import Api
from suites.rig.forge import decoded, padded, with_other_unused_bits
from suites.rig.identities import Account
from suites.rig.judging import control, not_applicable, refused_as


def own_token(account: Account) -> str:
    """Return the account's own access token, whatever it is; without one the row does not apply."""
    token = account.session.access_token
    return token.reveal() if token else not_applicable("its sessions have no access token")


def access_token(account: Account) -> str:
    """Return the account's own access token, which is a signed JWT; else the row does not apply."""
    token = own_token(account)
    return token if token.count(".") == 2 else not_applicable("its access token is no signed JWT")


def own_claims(token: str) -> dict[str, object]:
    """Return what *token*, a signed JWT, claims."""
    return decoded(token.split(".")[1])


def opens_nothing(api: Api, account: Account, token: str | Secret, because: str, *, over_long: bool = False) -> None:
    """Judge that *token* does not open the profile, and that the account's own one does."""
    shown = token if isinstance(token, Secret) else Secret(token)
    refused_as(Kind.REFUSED_TOKEN, api.with_token(account, shown), because=because, over_long=over_long)
    control(api.as_(account, "getCurrentUser"))


def spellings(session: Session) -> dict[str, Session]:
    """Return *session* with its access token in each spelling that decodes to the same token."""
    found = {"the access token": session}
    token = session.access_token.reveal() if session.access_token else ""
    if token.count(".") == 2:
        others = {"the token with other unused bits": with_other_unused_bits(token), "the padded token": padded(token)}
        found |= {how: replace(session, access_token=Secret(text)) for how, text in others.items() if text != token}
    return found
