"""Planted defects: abuse protection and enumeration."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from reference_impl.defects import Defect
from reference_impl.defects.wire import Fields, altered, without


def _unlimited_logins(sound: Any) -> Any:
    def reserve(tx: Any, limit: Any, *asked: Any) -> Any:
        return sound(tx, replace(limit, failures=0, consecutive=0) if limit.scope == "login" else limit, *asked)

    return reserve


def _window_only(sound: Any) -> Any:
    return lambda settings: replace(sound(settings), consecutive=0)


def _never_too_many(_sound: Any) -> Any:
    def count(*_args: Any, **_more: Any) -> None:
        return

    return count


def _uncounted_mails(sound: Any) -> Any:
    def tally(tx: Any, scope: str, source: str, window_s: float, now: float) -> Any:
        return {"count": 0, "ends_at": now} if scope == "reset-mail" else sound(tx, scope, source, window_s, now)

    return tally


def _password_first(sound: Any) -> Any:
    from reference_impl import accounts, problems, throttle  # noqa: PLC0415 - listing defects loads no server

    @dataclass(frozen=True)
    class Over(throttle.Slot):
        problem: Any

    def begin(tx: Any, service: Any, email: str, request: Any) -> Any:
        try:
            return sound(tx, service, email, request)
        except problems.Problem as problem:
            key = throttle.key_of("login", accounts.identifier(email))
            return Over(key, 0, request.arrived, problem), accounts.by_email(tx, email)

    return begin


def _refused_afterwards(sound: Any) -> Any:
    def refuse(tx: Any, service: Any, slot: Any, source: str) -> None:
        if hasattr(slot, "problem"):
            raise slot.problem
        sound(tx, service, slot, source)

    return refuse


def _by_told_address(_sound: Any) -> Any:
    from reference_impl import accounts, throttle  # noqa: PLC0415

    def begin(tx: Any, service: Any, email: str, request: Any) -> Any:
        key = accounts.identifier(email) + request.headers.get("x-forwarded-for", "")
        slot = throttle.reserve(tx, throttle.login_limit(service.settings), key, request.arrived, request.ticket)
        return slot, accounts.by_email(tx, email)

    return begin


def _of_the_told_source(sound: Any) -> Any:
    async def answered(app: Any, exchange: Any, receive: Any) -> Any:
        told = exchange.fields.last.get("x-forwarded-for", exchange.source)
        return await sound(app, replace(exchange, source=told), receive)

    return answered


def _as_typed(_sound: Any) -> Any:
    from reference_impl import accounts, throttle  # noqa: PLC0415

    def begin(tx: Any, service: Any, email: str, request: Any) -> Any:
        slot = throttle.reserve(tx, throttle.login_limit(service.settings), email, request.arrived, request.ticket)
        return slot, accounts.by_email(tx, email)

    return begin


def _read_only(sound: Any) -> Any:
    from reference_impl import throttle  # noqa: PLC0415

    def reserve(tx: Any, *asked: Any) -> Any:
        slot = sound(tx, *asked)
        throttle.release(tx, slot)
        return slot

    return reserve


def _written_afterwards(_sound: Any) -> Any:
    from reference_impl import throttle  # noqa: PLC0415

    def fail(tx: Any, slot: Any, now: float) -> None:
        row = throttle.locked(tx, slot)
        slots = [*throttle.slots_in(row), throttle.Entry(slot.number, slot.began, now)]
        throttle.save(tx, slot.key, row["consecutive"] + 1, slots)

    return fail


def _endless(sound: Any) -> Any:
    def reserve(tx: Any, limit: Any, *asked: Any) -> Any:
        return sound(tx, replace(limit, window_s=1e9), *asked)

    return reserve


def _told_who_is_known(sound: Any) -> Any:
    from reference_impl import accounts, problems  # noqa: PLC0415

    async def login_user(service: Any, request: Any) -> Any:
        try:
            return await sound(service, request)
        except problems.Problem as problem:
            known = await service.store.read(accounts.by_email, request.body["email"])
            if problem.kind == "invalid-credentials" and known is None:
                problem.detail = "user not found"
            raise

    return login_user


def _unhashed(sound: Any) -> Any:
    async def matches(hasher: Any, password_hash: str | None, password: str) -> bool:
        return password_hash is not None and await sound(hasher, password_hash, password)

    return matches


def _known_alone_count(sound: Any) -> Any:
    from reference_impl import accounts, throttle  # noqa: PLC0415

    def begin(tx: Any, service: Any, email: str, request: Any) -> Any:
        slot, user = sound(tx, service, email, request)
        if user is None:
            throttle.forget(tx, throttle.login_limit(service.settings), accounts.identifier(email))
        return slot, user

    return begin


def _constant_remaining(exchange: Any, _answer: Any, fields: Fields) -> Fields:
    if exchange.operation_id != "loginUser":
        return fields
    return [*fields, (b"ratelimit-policy", b'"login";q=5;w=900'), (b"ratelimit", b'"login";r=5;t=900')]


DEFECTS = (
    Defect(
        "ABUSE-01",
        "logins are not throttled",
        red=("ABUSE-01", "ABUSE-05", "ABUSE-07"),
        seams={"throttle:reserve": _unlimited_logins},
    ),
    Defect(
        "ABUSE-02",
        "a 429 has no Retry-After",
        red=("ABUSE-02",),
        seams={"app:send_answer": without("retry-after", when=lambda _, answer: answer.status == 429)},
    ),
    Defect(
        "ABUSE-03",
        "over the limit the password is checked first, and a right one passes",
        red=("ABUSE-03", "ABUSE-05"),
        seams={"login:begin": _password_first, "login:refuse": _refused_afterwards},
    ),
    Defect(
        "ABUSE-04",
        "failures are counted by the address that X-Forwarded-For tells",
        red=("ABUSE-04",),
        seams={"login:begin": _by_told_address},
    ),
    Defect(
        "ABUSE-04b",
        "failures are counted by the address as it was typed",
        red=("ABUSE-04",),
        seams={"login:begin": _as_typed},
    ),
    Defect(
        "ABUSE-05",
        "the count is read before the password is checked and written after it",
        red=("ABUSE-05",),
        seams={"throttle:reserve": _read_only, "throttle:fail": _written_afterwards},
    ),
    Defect(
        "ABUSE-06",
        "the lock does not end",
        red=("ABUSE-02", "ABUSE-06"),
        seams={"throttle:reserve": _endless},
    ),
    Defect(
        "ABUSE-07",
        "only the failures of the window are counted, never those in a row",
        red=("ABUSE-07",),
        seams={"throttle:login_limit": _window_only},
    ),
    Defect(
        "ABUSE-08",
        "an unknown address is told so",
        red=("ABUSE-08",),
        seams={"login:login_user": _told_who_is_known},
    ),
    Defect(
        "ABUSE-09",
        "no hash is computed for an unknown address",
        red=("ABUSE-09",),
        seams={"passwords:Hasher.matches": _unhashed},
    ),
    Defect(
        "ABUSE-10",
        "only the failures of known addresses are counted",
        red=("ABUSE-10",),
        seams={"login:begin": _known_alone_count},
    ),
    Defect(
        "ABUSE-11",
        "reset requests are unlimited: one mail for each",
        red=("ABUSE-11",),
        seams={"throttle:count": _never_too_many, "throttle:tally": _uncounted_mails},
    ),
    Defect(
        "ABUSE-11b",
        "what one source does is counted by the address that X-Forwarded-For tells",
        red=("ABUSE-11",),
        seams={"app:App.answered": _of_the_told_source},
    ),
    Defect(
        "ABUSE-12",
        "what remains before the limit is a constant",
        red=("ABUSE-12",),
        seams={"app:send_answer": altered(_constant_remaining)},
    ),
)
