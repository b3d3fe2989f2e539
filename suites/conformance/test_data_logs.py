"""What the log tells to everybody who may read logs: support, the monitoring service, whoever finds the backup."""

from __future__ import annotations

from dataclasses import replace

import pytest

from contract.answers import Kind, Request
from contract.places import OMIT
from contract.secret import Secret
from suites.rig.api import Api
from suites.rig.judging import control, not_applicable
from suites.rig.logs import Logs
from suites.rig.outbox import Outbox, asked_for_reset
from suites.rig.valid_calls import BESIDE_A_TOKEN


def tell(logs: Logs, before: str) -> None:
    """Judge what was logged since *before*; the control is that anything was."""
    text = logs.grown(before)
    added = text[len(before) :] if text.startswith(before) else text
    for violation in logs.told(added):
        raise violation


def cut(request: Request) -> Request:
    """Return *request* without the last byte of its body."""
    return replace(request, body=request.body[:-1])


@pytest.mark.requirement("DATA-04")
def test_the_log_holds_no_password_and_no_token(api: Api, logs: Logs) -> None:
    """What is logged when a login fails is most often the right password with a slip of the finger."""
    before, profile = logs.text(), api.target.profile
    account = api.fresh_account()
    password = api.people.password

    api.call("loginUser", email=account.email, password=password(profile))
    api.call("loginUser", email=OMIT, password=password(profile))
    api.call("loginUser", email=account.email, password=password(profile), mutate=cut)
    if "registerUser" in api.target.operations:
        api.call("registerUser", email=account.email, password=password(profile))
    if "refreshToken" in api.target.operations:
        api.call("refreshToken", refreshToken=Secret(password(profile).reveal()))
        control(api.refresh(account))
    if "confirmPasswordReset" in api.target.operations:
        dead = Secret(password(profile).reveal())
        api.call("confirmPasswordReset", **BESIDE_A_TOKEN, token=dead, newPassword=password(profile))
    if "getCurrentUser" in api.target.operations:
        api.with_token(account, Secret("".join(password(profile).reveal().split())))
    control(api.login(account))

    tell(logs, before)


@pytest.mark.requirement("DATA-04")
@pytest.mark.feature("mfa")
def test_the_log_holds_no_second_factor(api: Api, logs: Logs) -> None:
    """The secret of an authenticator that stands in a log is a second factor for everybody who reads it."""
    before = logs.text()
    account = api.with_mfa(api.fresh_account())
    challenged = control(api.login(account), Kind.CHALLENGED)

    api.call("verifyMfa", challenged.session, code=account.unused_code(api.target.profile, api.now()))

    tell(logs, before)


@pytest.mark.requirement("DATA-04")
@pytest.mark.feature("reset")
def test_the_log_holds_no_reset_link(api: Api, logs: Logs, outbox: Outbox) -> None:
    """A link in a log opens the account for an hour, without a password."""
    if not {"requestPasswordReset", "confirmPasswordReset"} <= api.target.operations.keys():
        not_applicable("the target has no password reset")
    before, account = logs.text(), api.fresh_account(signed_in=False)
    new_password = api.people.password(api.target.profile)

    told = asked_for_reset(api, outbox, account)
    control(api.call("confirmPasswordReset", **told, newPassword=new_password))

    tell(logs, before)
