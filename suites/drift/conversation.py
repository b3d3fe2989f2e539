"""One conversation with a whole API: every operation as it is meant, and the refusals that a caller brings about."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from contract.answers import Kind
from contract.flows import Outcome
from contract.secret import Secret
from suites.drift.causes import Causes, with_limit_zero, without_members
from suites.rig.api import Api
from suites.rig.identities import Account
from suites.rig.judging import control, not_exercised
from suites.rig.outbox import Outbox, asked_for_reset
from suites.rig.second_factors import WRONG_PASSWORD, right_proof
from suites.rig.valid_calls import BESIDE_A_TOKEN, SECURED, UNKNOWN, valid_call

WRONG_CODE = "000000"


def ordinary(api: Api, causes: Causes, admin: Callable[[], Account], outbox: Callable[[], Outbox]) -> None:
    """Perform every operation once as it is meant; *admin* and *outbox* end a test where there is none."""
    account = api.fresh_account()

    def done(operation: str, act: Callable[[], Outcome]) -> None:
        causes.make(operation, 200, "as it is meant", act)

    for operation in ("getLiveness", "getReadiness"):
        done(operation, partial(api.call, operation))
    for operation in ("getCurrentUser", "updateCurrentUser", "getUser"):
        done(operation, partial(meant, api, account, operation))
    done("refreshToken", lambda: api.refresh(account))
    done("listUsers", lambda: api.as_(admin(), "listUsers"))
    done("updateUser", lambda: api.as_(admin(), "updateUser", userId=api.id_of(account), role="user"))
    done("setupMfa", lambda: second_factor(api, account))
    done("requestPasswordReset", lambda: reset(api, outbox()))
    changed = api.fresh_account()
    done("changePassword", lambda: meant(api, changed, "changePassword"))
    done("logoutUser", lambda: api.as_(account, "logoutUser"))


def meant(api: Api, account: Account, operation: str) -> Outcome:
    """Perform *operation* by *account* as it is meant."""
    return api.as_(account, operation, **valid_call(operation, api, account).inputs)


def second_factor(api: Api, account: Account) -> Outcome:
    """Turn a second factor on, log in with a code and with a backup code, and turn it off again."""
    api.with_mfa(account)
    control(api.login(account), Kind.CHALLENGED)
    control(api.as_(account, "verifyMfa", code=account.unused_code(api.target.profile, api.now())))
    if account.backup_codes:
        control(api.login(account), Kind.CHALLENGED)
        control(api.as_(account, "verifyMfa", backupCode=account.backup_codes[0]))
    return api.as_(account, "disableMfa", **right_proof(api, account))


def reset(api: Api, outbox: Outbox) -> Outcome:
    """Forget a password, and set a new one by mail."""
    account = api.fresh_account(signed_in=False)
    mailed = asked_for_reset(api, outbox, account)
    return api.call("confirmPasswordReset", newPassword=api.people.password(api.target.profile), **mailed)


def refused(api: Api, causes: Causes, admin: Callable[[], Account]) -> None:
    """Bring about what a caller can: 401, 403, 409 and 422."""
    account, other = api.fresh_account(), api.fresh_account()
    mine = partial(api.as_, account)
    for operation in SECURED:
        causes.make(operation, 401, "no token", partial(unsigned, api, account, operation))
    causes.make("loginUser", 401, "a wrong password", lambda: api.login(other, password=WRONG_PASSWORD))
    causes.make(
        "refreshToken", 401, "a token that nobody was given", lambda: api.call("refreshToken", refreshToken=UNKNOWN)
    )
    causes.make("verifyMfa", 401, "a wrong code", lambda: wrong_code(api, api.fresh_account()))

    causes.make("getUser", 403, "another user's record", lambda: mine("getUser", userId=api.id_of(other)))
    causes.make("listUsers", 403, "no admin", lambda: mine("listUsers"))
    causes.make("updateUser", 403, "no admin", lambda: mine("updateUser", userId=api.id_of(other), role="user"))
    proof = {"currentPassword": WRONG_PASSWORD, "newPassword": api.people.password(api.target.profile)}
    causes.make("changePassword", 403, "a wrong password", lambda: mine("changePassword", **proof))

    causes.make("registerUser", 409, "an address that has an account", lambda: api.register(other))
    causes.make("verifyMfaSetup", 409, "no set-up begun", lambda: mine("verifyMfaSetup", code=WRONG_CODE))
    causes.make("disableMfa", 409, "a second factor that is off", lambda: mine("disableMfa", password=account.password))
    causes.make("verifyMfaSetup", 403, "a wrong code", lambda: wrong_confirmation(api, api.fresh_account()))
    second = api.fresh_account()
    causes.make("setupMfa", 409, "a second factor that is on", lambda: twice(api, second))
    causes.make("disableMfa", 403, "a wrong password", lambda: api.as_(second, "disableMfa", password=WRONG_PASSWORD))

    for operation in ("registerUser", "loginUser", "refreshToken", "requestPasswordReset", "confirmPasswordReset"):
        call = valid_call(operation, api, account)
        causes.make(
            operation,
            422,
            "a body without members",
            partial(api.call, operation, mutate=without_members, **call.inputs),
        )
    causes.make("verifyMfa", 422, "a body without members", partial(
        api.call, "verifyMfa", mutate=without_members, sessionToken=UNKNOWN, code=WRONG_CODE
    ))  # fmt: skip
    for operation in ("updateCurrentUser", "changePassword", "verifyMfaSetup", "disableMfa"):
        call = valid_call(operation, api, account)
        causes.make(
            operation, 422, "a body without members", partial(mine, operation, mutate=without_members, **call.inputs)
        )
    causes.make("listUsers", 422, "a page of no users", lambda: api.as_(admin(), "listUsers", mutate=with_limit_zero))
    causes.make("updateUser", 422, "a body without members", lambda: api.as_(
        admin(), "updateUser", mutate=without_members, userId=api.id_of(other), role="user"
    ))  # fmt: skip


def unsigned(api: Api, account: Account, operation: str) -> Outcome:
    """Perform *operation*, whose inputs are those of *account*, without a token."""
    return api.call(operation, **valid_call(operation, api, account).inputs)


def wrong_code(api: Api, account: Account) -> Outcome:
    """Answer a challenge by a wrong code."""
    api.with_mfa(account)
    control(api.login(account), Kind.CHALLENGED)
    return api.as_(account, "verifyMfa", code=account.wrong_codes(api.target.profile, api.now())[0])


def wrong_confirmation(api: Api, account: Account) -> Outcome:
    """Confirm a set-up by a wrong code."""
    account.enrolled(control(api.as_(account, "setupMfa")).session)
    return api.as_(account, "verifyMfaSetup", code=account.wrong_codes(api.target.profile, api.now())[0])


def twice(api: Api, account: Account) -> Outcome:
    """Set a second factor up that is on already."""
    return api.as_(api.with_mfa(account), "setupMfa")


def guesses(api: Api) -> dict[str, Callable[[], Callable[[], Outcome]]]:
    """Return, by operation, what prepares and returns the call that a throttle counts."""

    def setting_up() -> Callable[[], Outcome]:
        account = api.fresh_account()
        account.enrolled(control(api.as_(account, "setupMfa")).session)
        return lambda: api.as_(account, "verifyMfaSetup", code=account.wrong_codes(api.target.profile, api.now())[0])

    def challenged() -> Callable[[], Outcome]:
        account = api.with_mfa(api.fresh_account())

        def guess() -> Outcome:
            begun = api.login(account)
            wrong = account.wrong_codes(api.target.profile, api.now())[0]
            return api.as_(account, "verifyMfa", code=wrong) if begun.kind is Kind.CHALLENGED else begun

        return guess

    def signed_in(operation: str, **inputs: Any) -> Callable[[], Callable[[], Outcome]]:
        return lambda: partial(api.as_, api.fresh_account(), operation, **inputs)

    def guarded(operation: str, **inputs: Any) -> Callable[[], Callable[[], Outcome]]:
        return lambda: partial(api.as_, api.with_mfa(api.fresh_account()), operation, **inputs)

    fresh = api.people.password(api.target.profile)
    return {
        "loginUser": lambda: partial(api.login, api.fresh_account(signed_in=False), password=WRONG_PASSWORD),
        "changePassword": signed_in("changePassword", currentPassword=WRONG_PASSWORD, newPassword=fresh),
        "disableMfa": guarded("disableMfa", password=WRONG_PASSWORD),
        "verifyMfaSetup": setting_up,
        "verifyMfa": challenged,
    }


def sources(api: Api) -> dict[str, Callable[[], Callable[[], Outcome]]]:
    """Return the same for calls that a throttle counts by where they come from."""
    fresh: Secret = api.people.password(api.target.profile)
    return {
        "refreshToken": lambda: partial(api.call, "refreshToken", refreshToken=UNKNOWN),
        "requestPasswordReset": lambda: lambda: api.call("requestPasswordReset", email=api.people.stranger()),
        "confirmPasswordReset": lambda: partial(
            api.call, "confirmPasswordReset", **BESIDE_A_TOKEN, token=UNKNOWN, newPassword=fresh
        ),
        "registerUser": lambda: lambda: api.register(api.people.person(api.target.profile)),
    }


def throttle(causes: Causes, operation: str, prepare: Callable[[], Callable[[], Outcome]], most: int) -> None:
    """Repeat what a throttle counts until it is throttled, at most *most* times."""

    def repeated() -> Outcome:
        act = prepare()
        for _ in range(most):
            outcome = act()
            if outcome.kind is Kind.THROTTLED and outcome.answer.request.operation == operation:
                return outcome
        not_exercised(f"{most} in a row were not throttled")

    causes.make(operation, 429, "too many in a row", repeated)
