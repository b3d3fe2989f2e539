"""Planted defects: password reset."""

from __future__ import annotations

from contextvars import ContextVar
from typing import Any

from reference_impl.defects import Defect, always

CONFIRM = "confirmPasswordReset"


def _known_only(sound: Any) -> Any:
    from reference_impl import accounts, problems  # noqa: PLC0415 - listing defects loads no server

    async def request_password_reset(service: Any, request: Any) -> Any:
        if await service.store.read(accounts.by_email, request.body["email"]) is None:
            raise problems.Problem(404, "not-found")
        return await sound(service, request)

    return request_password_reset


def _unmarked(_sound: Any) -> Any:
    from reference_impl.reset import redeeming  # noqa: PLC0415

    return lambda tx, token, now: redeeming.live_token(tx, token, now) is not None


def _looked_at_before(_sound: Any) -> Any:
    from reference_impl import opaque  # noqa: PLC0415

    def use(tx: Any, token: str, now: float) -> bool:
        tx.execute("UPDATE reset_tokens SET used_at = ? WHERE token_hash = ?", now, opaque.digest(token))
        return True

    return use


def _live_for_ever(_sound: Any) -> Any:
    from reference_impl import opaque  # noqa: PLC0415

    def live_token(tx: Any, token: str, _now: float) -> Any:
        return tx.row("SELECT user_id FROM reset_tokens WHERE token_hash = ? AND used_at IS NULL", opaque.digest(token))

    return live_token


def _usable_for_ever(sound: Any) -> Any:
    return lambda tx, token, _now: sound(tx, token, 0.0)


def _missing_row(sound: Any) -> Any:
    from reference_impl import opaque  # noqa: PLC0415

    def owner(tx: Any, service: Any, token: str, source: str) -> Any:
        row = tx.row("SELECT user_id FROM reset_tokens WHERE token_hash = ?", opaque.digest(token))
        if not row["user_id"]:
            raise LookupError("nobody")
        return sound(tx, service, token, source)

    return owner


def _reads_email(sound: Any) -> Any:
    def body(self: Any, operation: Any, value: Any) -> None:
        known = isinstance(value, dict) and operation.id == CONFIRM and isinstance(value.get("email"), str)
        sound(self, operation, {name: value[name] for name in value if name != "email"} if known else value)

    return body


def _account_by_email(sound: Any) -> Any:
    from reference_impl import accounts  # noqa: PLC0415
    from reference_impl.operations import Answer  # noqa: PLC0415
    from reference_impl.reset import redeeming  # noqa: PLC0415

    async def confirm_password_reset(service: Any, request: Any) -> Any:
        token, store = request.body["token"], service.store
        named = await store.read(accounts.by_email, request.body.get("email", ""))
        if named is None:
            return await sound(service, request)
        if await store.write(redeeming.owner, service, token, request.source) is None:
            raise redeeming.invalid_reset_token()
        password_hash = await service.hasher.hash(request.body["newPassword"])
        await store.write(redeeming.redeem, service, token, named, password_hash=password_hash, subject=None)
        return Answer(204)

    return confirm_password_reset


def _hash_only(sound: Any) -> Any:
    def set_password(tx: Any, user_id: str, password_hash: str, now: float, *, subject: Any, but: str = "") -> None:
        if but:
            sound(tx, user_id, password_hash, now, subject=subject, but=but)
        else:
            tx.execute("UPDATE identities SET password_hash = ? WHERE user_id = ?", password_hash, user_id)

    return set_password


def _all_but_others(sound: Any) -> Any:
    def set_password(tx: Any, user_id: str, password_hash: str, now: float, *, subject: Any, but: str = "") -> None:
        if but:
            tx.execute("UPDATE identities SET password_hash = ? WHERE user_id = ?", password_hash, user_id)
        else:
            sound(tx, user_id, password_hash, now, subject=subject)

    return set_password


def _mfa_off(sound: Any) -> Any:
    from reference_impl.mfa import enrolment  # noqa: PLC0415

    def redeem(tx: Any, service: Any, token: str, user: Any, **new: Any) -> bool:
        done: bool = sound(tx, service, token, user, **new)
        if done:
            enrolment.end(tx, user["user_id"])
        return done

    return redeem


def _short_passes_the_schema(sound: Any) -> Any:
    from reference_impl.problems import Problem  # noqa: PLC0415

    def body(self: Any, operation: Any, value: Any) -> None:
        try:
            sound(self, operation, value)
        except Problem as problem:
            errors = [(error["pointer"], error["code"]) for error in problem.members.get("errors", [])]
            if operation.id != CONFIRM or errors != [("/newPassword", "too-short")]:
                raise

    return body


def _short_passes_the_policy(sound: Any) -> Any:
    from reference_impl.problems import Problem  # noqa: PLC0415

    def check_new_password(password: str, *, email: str, service_name: str, pointer: str) -> None:
        try:
            sound(password, email=email, service_name=service_name, pointer=pointer)
        except Problem as problem:
            if [(error["pointer"], error["code"]) for error in problem.members["errors"]] != [(pointer, "too-short")]:
                raise

    return check_new_password


def _used_up_by_a_refusal(sound: Any) -> Any:
    from reference_impl.problems import Problem  # noqa: PLC0415
    from reference_impl.reset import redeeming  # noqa: PLC0415

    async def confirm_password_reset(service: Any, request: Any) -> Any:
        try:
            return await sound(service, request)
        except Problem:
            await service.store.write(redeeming.use, request.body["token"], service.clock.now())
            raise

    return confirm_password_reset


_host: ContextVar[str] = ContextVar("host")


def _noting_the_host(sound: Any) -> Any:
    async def request_password_reset(service: Any, request: Any) -> Any:
        _host.set(request.headers.get("x-forwarded-host") or request.headers["host"])
        return await sound(service, request)

    return request_password_reset


def _to_the_host(_sound: Any) -> Any:
    return lambda _settings, token: f"https://{_host.get()}/reset-password#token={token}"


DEFECTS = (
    Defect(
        "RST-01",
        "asking for an unknown address is 404",
        red=("RST-01",),
        seams={"reset.asking:request_password_reset": _known_only},
    ),
    Defect(
        "RST-02",
        "a redeemed token is not marked used",
        red=("RST-02",),
        seams={"reset.redeeming:use": _unmarked},
    ),
    Defect(
        "RST-02b",
        "whether a token was used is looked at before the password is hashed, and not again after",
        red=("RST-02",),
        seams={"reset.redeeming:use": _looked_at_before},
    ),
    Defect(
        "RST-03",
        "the expiry of tokens is stored and not looked at",
        red=("RST-03",),
        seams={"reset.redeeming:live_token": _live_for_ever, "reset.redeeming:use": _usable_for_ever},
    ),
    Defect(
        "RST-04",
        "an unknown token raises on the missing row: 500",
        red=("HTTP-07", "HTTP-08", "HTTP-09", "RST-04", "TOK-16"),
        seams={"reset.redeeming:owner": _missing_row},
    ),
    Defect(
        "RST-05",
        "the account is looked up by the e-mail in the body",
        red=("RST-05",),
        seams={"validation:Validation.body": _reads_email, "reset.redeeming:confirm_password_reset": _account_by_email},
    ),
    Defect(
        "RST-06",
        "only the redeemed token dies",
        red=("RST-06",),
        seams={"reset.redeeming:use_up_others": always(None)},
    ),
    Defect(
        "RST-07",
        "a reset changes the hash and nothing else",
        red=("RST-07",),
        seams={"profile:set_password": _hash_only},
    ),
    Defect(
        "RST-07b",
        "a password change leaves the other sessions open",
        red=("RST-07",),
        seams={"profile:set_password": _all_but_others},
    ),
    Defect(
        "RST-08",
        "a reset turns the second factor off",
        red=("RST-08",),
        seams={"reset.redeeming:redeem": _mfa_off},
    ),
    Defect(
        "RST-09",
        "a reset takes passwords of any length",
        red=("RST-09",),
        seams={
            "validation:Validation.body": _short_passes_the_schema,
            "accounts:check_new_password": _short_passes_the_policy,
        },
    ),
    Defect(
        "RST-09b",
        "a refused password uses the token up",
        red=("RST-09",),
        seams={"reset.redeeming:confirm_password_reset": _used_up_by_a_refusal},
    ),
    Defect(
        "RST-10",
        "the mailed link points at the host that the request named",
        red=("RST-10",),
        seams={"reset.asking:request_password_reset": _noting_the_host, "reset.asking:link": _to_the_host},
    ),
)
