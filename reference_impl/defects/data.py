"""Planted defects: data protection and headers."""

from __future__ import annotations

import json
from typing import Any

from reference_impl.defects import Defect
from reference_impl.defects.wire import Fields, altered, without

FRAMEWORK = (404, 405, 413, 415, 500)


def _whole_record(sound: Any) -> Any:
    from reference_impl import accounts  # noqa: PLC0415 - listing defects loads no server

    async def register_user(service: Any, request: Any) -> Any:
        answer = await sound(service, request)
        stored = await service.store.read(accounts.by_id, answer.body["id"])
        answer.body["passwordHash"] = stored["password_hash"]
        return answer

    return register_user


def _token_told(_sound: Any) -> Any:
    from reference_impl.operations import Answer  # noqa: PLC0415
    from reference_impl.reset import asking  # noqa: PLC0415

    async def request_password_reset(service: Any, request: Any) -> Any:
        letter = await service.store.write(asking.prepare, service, request.body["email"], request.source)
        if letter:
            asking.post(service, letter)
        return Answer(202, {"message": asking.MESSAGE, "token": letter.token if letter else None})

    return request_password_reset


def _record_in_claims(sound: Any) -> Any:
    from reference_impl import accounts, tokens  # noqa: PLC0415

    async def token_pair(service: Any, grant: Any, now: float) -> dict[str, Any]:
        body: dict[str, Any] = await sound(service, grant, now)
        stored = await service.store.read(accounts.by_id, grant.user_id)
        claims = tokens.new_claims(service.settings, grant.user_id, grant.session_id, now)
        key = (await service.keys.all())[0]
        return {**body, "accessToken": tokens.sign(key, {**claims, "hash": stored["password_hash"]})}

    return token_pair


def _echoed(sound: Any) -> Any:
    from reference_impl import problems  # noqa: PLC0415

    def body(validation: Any, operation: Any, value: Any) -> None:
        try:
            sound(validation, operation, value)
        except problems.Problem as problem:
            text = json.dumps(value, ensure_ascii=False).encode("utf-8", "replace")
            problem.members["input"] = json.loads(text)
            raise

    return body


def _body_logged(sound: Any) -> Any:
    async def body(app: Any, operation: Any, exchange: Any, receive: Any) -> Any:
        value = await sound(app, operation, exchange, receive)
        if operation.id == "loginUser":
            _BODIES[exchange.request_id] = value
        return value

    return body


def _failure_logged(sound: Any) -> Any:
    from reference_impl import problems  # noqa: PLC0415

    async def handled(app: Any, operation: Any, exchange: Any, receive: Any) -> Any:
        try:
            return await sound(app, operation, exchange, receive)
        except problems.Problem as problem:
            sent = _BODIES.pop(exchange.request_id, None)
            if problem.status == 401 and sent is not None:
                app.log.write("warning", "login failed", requestId=exchange.request_id, body=sent)
            raise

    return handled


_BODIES: dict[str, Any] = {}
"""Bodies of logins under way, by request identifier."""


def _short_hsts(sound: Any) -> Any:
    def baseline(request_id: str, *, tls: bool) -> dict[str, str]:
        fields: dict[str, str] = sound(request_id, tls=tls)
        return {**fields, "Strict-Transport-Security": "max-age=0"} if tls else fields

    return baseline


def _reflected(sound: Any) -> Any:
    def cross_origin(request: Any, allowed: Any, **more: Any) -> dict[str, str]:
        origin = request.get("origin")
        fields: dict[str, str] = sound(request, (origin,) if origin else allowed, **more)
        return {**fields, "Access-Control-Allow-Credentials": "true"} if origin else fields

    return cross_origin


def _by_its_end(sound: Any) -> Any:
    def cross_origin(request: Any, allowed: Any, **more: Any) -> dict[str, str]:
        origin = request.get("origin", "")
        alike = any(origin.endswith(each.partition("://")[2]) for each in allowed)
        fields: dict[str, str] = sound(request, (origin,) if alike else allowed, **more)
        return fields

    return cross_origin


def _metrics(sound: Any) -> Any:
    def find(router: Any, raw_path: str) -> Any:
        return sound(router, "/api/v1/health/live" if raw_path in ("/metrics", "/api/v1/metrics") else raw_path)

    return find


def _slash_redirected(sound: Any) -> Any:
    from reference_impl.operations import Answer  # noqa: PLC0415

    async def answered(app: Any, exchange: Any, receive: Any) -> Any:
        if exchange.match is None and exchange.path.endswith("/"):
            place = exchange.fields.last.get("host", "") + exchange.path.rstrip("/")
            return Answer(307, headers={"Location": f"http://{place}"})
        return await sound(app, exchange, receive)

    return answered


def _readable_cookie(exchange: Any, answer: Any, fields: Fields) -> Fields:
    if exchange.operation_id != "loginUser" or answer.status != 200 or "refreshToken" not in answer.body:
        return fields
    cookie = f"refreshToken={answer.body['refreshToken']}; Path=/; Secure; SameSite=Strict"
    return [*fields, (b"set-cookie", cookie.encode())]


DEFECTS = (
    Defect(
        "DATA-01",
        "login has no Cache-Control",
        red=("DATA-01",),
        seams={
            "app:send_answer": without("cache-control", when=lambda exchange, _: exchange.operation_id == "loginUser")
        },
    ),
    Defect(
        "DATA-02",
        "registration returns the stored record, hash and all",
        red=("DATA-02",),
        seams={"accounts:register_user": _whole_record},
    ),
    Defect(
        "DATA-02b",
        "the answer to a reset request has the token in it, for tests",
        red=("DATA-02", "RST-01"),
        seams={"reset.asking:request_password_reset": _token_told},
    ),
    Defect(
        "DATA-02c",
        "the claims of access tokens are filled from the stored record, hash and all",
        red=("DATA-02",),
        seams={"sessions:token_pair": _record_in_claims},
    ),
    Defect(
        "DATA-03",
        "a validation problem repeats the whole body",
        red=("DATA-02", "DATA-03"),
        seams={"validation:Validation.body": _echoed},
    ),
    Defect(
        "DATA-04",
        "failed logins are logged with the body of the request",
        red=("DATA-04",),
        seams={"app:App.body": _body_logged, "app:App.handled": _failure_logged},
    ),
    Defect(
        "DATA-05",
        "HSTS ends at once",
        red=("DATA-05",),
        seams={"headers:baseline": _short_hsts},
    ),
    Defect(
        "DATA-06",
        "security headers are set by the handlers, so framework errors lack them",
        red=("DATA-06",),
        seams={
            "app:send_answer": without(
                "x-content-type-options",
                "content-security-policy",
                "referrer-policy",
                when=lambda _, answer: answer.status in FRAMEWORK,
            )
        },
    ),
    Defect(
        "DATA-07",
        "every origin is granted, with credentials",
        red=("DATA-07",),
        seams={"headers:cross_origin": _reflected},
    ),
    Defect(
        "DATA-07b",
        "an origin is granted that ends like the listed one",
        red=("DATA-07",),
        seams={"headers:cross_origin": _by_its_end},
    ),
    Defect(
        "DATA-07c",
        "a grant does not say that it varies with the origin",
        red=("DATA-07",),
        seams={"app:send_answer": without("vary", when=lambda _exchange, _answer: True)},
    ),
    Defect(
        "DATA-08",
        "metrics are public",
        red=("DATA-08",),
        seams={"routing:Router.find": _metrics},
    ),
    Defect(
        "DATA-09",
        "a slash too many is redirected, and always to plain HTTP",
        red=("DATA-09",),
        seams={"app:App.answered": _slash_redirected},
    ),
    Defect(
        "DATA-10",
        "login sets the refresh token as a cookie that scripts can read",
        red=("DATA-10",),
        seams={"app:send_answer": altered(_readable_cookie)},
    ),
)
