"""The walk of `python -m suites check`: one account, through what a target file claims, step by step."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

from contract.answers import Kind
from contract.classify import GIVES_TOKENS
from contract.flows import Outcome
from contract.secret import Secret
from suites.rig.api import Api
from suites.rig.identities import Account
from suites.rig.trying.advice import BAD_TOKEN, DUPLICATE, WRONG_PASSWORD, advice, tokens_not_kept

IN = (Kind.ACCEPTED,)


@dataclass(frozen=True, slots=True)
class Step:
    """One step of the walk: what was tried, what it came to, what it should have come to, and what to change."""

    id: str
    what: str
    outcome: Outcome
    wanted: tuple[Kind, ...]
    advice: tuple[str, ...]

    @property
    def understood(self) -> bool:
        """Whether the answer was read as it was meant."""
        return not self.advice


def walk(api: Api) -> Iterator[Step]:
    """
    Yield each step as it has been taken. It ends where no account or no login can be had: nothing else would tell.

    Raises:
        NotTestable: an errand that the file describes does not work.
    """
    claimed, account = api.target.features, None
    if "registration" in claimed:
        account = api.people.person(api.target.profile)
        made = yield from _step(api, "registerUser", "a new account", lambda: api.register(_sure(account)), IN)
        if made.kind is not Kind.ACCEPTED:
            return
    account = account or api.fresh_account(signed_in=False)
    if "login" not in claimed:
        return
    entered = yield from _step(api, "loginUser", "its password", lambda: api.login(_sure(account)), IN)
    if entered.kind is not Kind.ACCEPTED or not _holds_something(account):
        return
    yield from _signed_in(api, account)
    yield from _refused(api, account)
    yield from _second_factor(api, account)
    if "logout" in claimed:
        yield from _step(api, "logoutUser", "signed in", lambda: api.as_(_sure(account), "logoutUser"), IN)


def _signed_in(api: Api, account: Account) -> Iterator[Step]:
    claimed = api.target.features
    if "profile" in claimed:
        yield from _step(api, "getCurrentUser", "signed in", lambda: api.as_(account, "getCurrentUser"), IN)
    if "profile-update" in claimed:
        update = lambda: api.as_(account, "updateCurrentUser", displayName="Ada Lovelace")  # noqa: E731
        yield from _step(api, "updateCurrentUser", "a new name", update, IN)
    if "user-records" in claimed and account.user_id:
        record = lambda: api.as_(account, "getUser", userId=account.user_id)  # noqa: E731
        yield from _step(api, "getUser", "its own record", record, IN)
    if "refresh" in claimed:
        yield from _step(api, "refreshToken", "its refresh token", lambda: api.refresh(account), IN)
    for feature, id in (("liveness", "getLiveness"), ("readiness", "getReadiness")):
        if feature in claimed:
            yield from _step(api, id, "nobody", lambda id=id: api.call(id), IN)


def _refused(api: Api, account: Account) -> Iterator[Step]:
    """The refusals that every suite meets: a wrong password once, a made-up token, a known address."""
    wrong = Secret(f"not the password {secrets.token_hex(8)}A7!")
    guess = lambda: api.call("loginUser", email=account.email, password=wrong)  # noqa: E731
    yield from _step(api, "loginUser", WRONG_PASSWORD, guess, (Kind.REFUSED_CREDENTIALS,), about=WRONG_PASSWORD)
    if "profile" in api.target.features:
        forged = replace(account.session, access_token=Secret(secrets.token_urlsafe(32)), cookies={})
        ask = lambda: api.call("getCurrentUser", forged)  # noqa: E731
        yield from _step(api, "getCurrentUser", BAD_TOKEN, ask, (Kind.REFUSED_TOKEN,), about=BAD_TOKEN)
    if "registration" in api.target.features:
        neutral = api.target.profile.duplicate_registration == "neutral"
        wanted = (Kind.ACCEPTED, Kind.PENDING) if neutral else (Kind.CONFLICT,)
        again = lambda: api.call("registerUser", email=account.email, password=account.password)  # noqa: E731
        yield from _step(api, "registerUser", DUPLICATE, again, wanted, about=DUPLICATE)


def _second_factor(api: Api, account: Account) -> Iterator[Step]:
    if "mfa" not in api.target.features:
        return
    setup = yield from _step(api, "setupMfa", "signed in", lambda: api.as_(account, "setupMfa"), IN)
    secret = setup.session.values.get("secret")
    if setup.kind is not Kind.ACCEPTED or not isinstance(secret, Secret):
        return
    account.otp = secret
    profile = api.target.profile
    confirm = lambda: api.as_(account, "verifyMfaSetup", code=account.unused_code(profile, api.now()))  # noqa: E731
    confirmed = yield from _step(api, "verifyMfaSetup", "its first code", confirm, IN)
    if confirmed.kind is not Kind.ACCEPTED:
        return
    login = lambda: api.login(account)  # noqa: E731
    asked = yield from _step(api, "loginUser", "its password, with a second factor", login, (Kind.CHALLENGED,))
    if asked.kind is Kind.CHALLENGED:
        answer = lambda: api.as_(account, "verifyMfa", code=account.unused_code(profile, api.now()))  # noqa: E731
        yield from _step(api, "verifyMfa", "its next code", answer, IN)


def _step(
    api: Api, id: str, what: str, act: Callable[[], Outcome], wanted: tuple[Kind, ...], *, about: str = ""
) -> Any:
    """Take one step, yield it, and return its outcome."""
    outcome = act()
    found: list[str] = []
    if outcome.kind not in wanted:
        found = advice(api.target, id, outcome, wanted, about)
    elif id in GIVES_TOKENS and outcome.session.access_token is None and not outcome.session.cookies:
        found = tokens_not_kept(api.target, id, outcome) if outcome.kind is Kind.ACCEPTED else []
    yield Step(id, what, outcome, wanted, tuple(found))
    return outcome


def _holds_something(account: Account) -> bool:
    return account.session.access_token is not None or bool(account.session.cookies)


def _sure(account: Account | None) -> Account:
    assert account is not None
    return account
