"""Tokens that only the server can read: long, random, never the same one twice."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from contract.answers import Answer
from contract.errors import ContractViolation
from contract.session import Session
from suites.rig.api import Api
from suites.rig.forge import decoded
from suites.rig.identities import Account
from suites.rig.judging import Advice, control, not_applicable
from suites.rig.randomness import doubt

EXCHANGES = 200
FORGERY_GUARDS = ("csrf", "xsrf")
LOGINS = 100  # where nothing can be exchanged: a login costs the server a password hash

Issued = tuple[dict[str, str], Answer]
"""By what they are the opaque tokens of one session, and the answer that gave them."""


def is_signed(token: str) -> bool:
    """Whether *token* is a JWT, whose strength lies in its signature."""
    try:
        return "alg" in decoded(token.partition(".")[0])
    except ValueError:
        return False


def opaque_in(session: Session) -> dict[str, str]:
    """Return the opaque tokens that *session* holds, by what they are; its cookies where it holds no token at all."""
    tokens = {"refresh token": session.refresh_token, "access token": session.access_token}
    held = {name: token.reveal() for name, token in tokens.items() if token}
    if not held:
        kept = [name for name in session.cookies if not any(guard in name.lower() for guard in FORGERY_GUARDS)]
        held = {"session cookie": ".".join(session.cookies[name].reveal() for name in kept)} if kept else {}
    return {name: token for name, token in held.items() if not is_signed(token)}


def issued_in_turn(api: Api, account: Account) -> Iterator[Issued]:
    """Yield what one login after the other gives, or one exchange after the other where those give new tokens."""
    answer = control(api.login(account)).answer
    yield opaque_in(account.session), answer
    first = account.session
    if "refresh" in api.target.features:
        for number in range(EXCHANGES - 1):
            answer = control(api.refresh(account)).answer
            if number == 0 and account.session.refresh_token == first.refresh_token:
                break
            yield opaque_in(account.session), answer
        else:
            return
    for _ in range(LOGINS - 1):
        answer = control(api.login(account)).answer
        yield opaque_in(account.session), answer


@pytest.mark.requirement("TOK-17")
def test_opaque_tokens_are_long_random_and_never_repeat(api: Api) -> None:
    """Who can work out the next token from his own is signed in as whoever logs in next."""
    if not opaque_in(api.shared_account().session):
        not_applicable("its tokens are signed, and none is opaque")
    issued = list(issued_in_turn(api, api.visitor(signed_in=False)))

    kinds = {name for tokens, _ in issued for name in tokens}
    found = {name: doubt([tokens[name] for tokens, _ in issued if name in tokens]) for name in sorted(kinds)}

    for name, wrong in sorted(found.items(), key=lambda each: bool(each[1] and each[1].advice)):
        if wrong:
            raise (Advice if wrong.advice else ContractViolation)(
                f"{name}s, {len(issued)} in the order of issue: {wrong.what}",
                expected=wrong.expected,
                actual=wrong.actual,
                answer=issued[-1][1],
            )
