"""The first walk of a run: register, log in, read the profile, refresh, log out, as far as the target claims them."""

from __future__ import annotations

from functools import partial

from contract.answers import Answer, Kind
from contract.errors import ContractViolation
from suites.rig.api import Api
from suites.rig.judging import described
from suites.rig.launch import TargetGone


def preflight(api: Api) -> None:
    """
    Walk once through what every other check builds on.

    Raises:
        TargetGone: the first request got no answer at all, or one that is no HTTP.
        ContractViolation: a step was not accepted, or a login gave no token; it holds the step's answer.
    """
    claimed = api.target.features
    account = api.people.person(api.target.profile)
    if "registration" in claimed:
        outcome = api.found(partial(api.register, account))
        if outcome.kind is Kind.NO_ANSWER:
            raise TargetGone(f"{api.target.name}: {api.target.base_url}: {outcome.answer.fault}")
        need("registerUser", outcome.kind, outcome.answer)
    else:
        account = api.fresh_account(signed_in=False)
    outcome = api.login(account)
    if outcome.kind is Kind.NO_ANSWER:
        raise TargetGone(f"{api.target.name}: {api.target.base_url}: {outcome.answer.fault}")
    need("loginUser", outcome.kind, outcome.answer)
    if account.session.access_token is None and not account.session.cookies:
        raise ContractViolation(
            "preflight: loginUser was accepted, but no access token was found where the target file says",
            expected="an access token or a session cookie",
            actual=described(outcome.answer),
            answer=outcome.answer,
        )
    for feature, operation in (("profile", "getCurrentUser"), ("refresh", "refreshToken"), ("logout", "logoutUser")):
        if feature in claimed:
            inputs = {"refreshToken": account.session.refresh_token} if operation == "refreshToken" else {}
            outcome = api.as_(account, operation, **inputs)
            need(operation, outcome.kind, outcome.answer)
    api.lend(account)


def need(operation: str, kind: Kind, answer: Answer) -> None:
    """Raise where a step of the walk was not accepted."""
    if kind is not Kind.ACCEPTED:
        raise ContractViolation(
            f"preflight: {operation} with valid input is {kind}",
            expected="accepted",
            actual=f"{kind} ({described(answer)})",
            answer=answer,
        )
