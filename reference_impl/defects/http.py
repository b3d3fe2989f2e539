"""Planted defects: HTTP and errors."""

from __future__ import annotations

import json
import traceback
from dataclasses import replace
from typing import Any

from reference_impl.defects import Defect, always
from reference_impl.defects.wire import Fields, altered, without

LOGOUT = "/api/v1/auth/logout"
PROFILE = "/api/v1/users/me"


def _bare_401(sound: Any) -> Any:
    def authentication_required() -> Any:
        problem = sound()
        problem.headers.clear()
        return problem

    return authentication_required


def _catch_all(sound: Any) -> Any:
    def find(router: Any, raw_path: str) -> Any:
        match = sound(router, raw_path)
        return sound(router, PROFILE) if match is None and raw_path.startswith(PROFILE + "/") else match

    return find


def _accept_copied(exchange: Any, answer: Any, fields: Fields) -> Fields:
    wanted = exchange.fields.last.get("accept", "*/*")
    if answer.status != 200 or "*/*" in wanted or wanted.startswith("application/json,"):
        return fields
    label = (b"content-type", wanted.encode("latin-1"))
    return [label if name.lower() == b"content-type" else (name, value) for name, value in fields]


def _no_head(sound: Any) -> Any:
    from reference_impl import problems  # noqa: PLC0415 - listing defects loads no server

    def asked_operation(exchange: Any) -> Any:
        if exchange.method == "HEAD" and exchange.operation is not None:
            allow = exchange.match.allow.replace("HEAD, ", "")
            raise problems.Problem(405, "method-not-allowed", headers={"Allow": allow})
        return sound(exchange)

    return asked_operation


def _uncaught_decode_error(sound: Any) -> Any:
    def parse(body: bytes) -> Any:
        json.loads(body.decode("utf-8", "replace"))
        return sound(body)

    return parse


def _string_method(sound: Any) -> Any:
    def body(validation: Any, operation: Any, value: Any) -> None:
        if isinstance(value, dict) and isinstance(value.get("email"), int | float):
            value["email"].strip()
        sound(validation, operation, value)

    return body


def _unbounded(sound: Any) -> Any:
    from reference_impl import problems  # noqa: PLC0415

    def parse(body: bytes) -> Any:
        try:
            return sound(body)
        except problems.Problem as problem:
            if problem.kind != "too-large":
                raise
            return json.loads(body)

    return parse


class Repeated(dict[str, Any]):
    """A JSON object in which the last of a repeated name counts; `first` has the first."""

    def __init__(self, pairs: list[tuple[str, Any]]) -> None:
        super().__init__(pairs)
        self.first = dict(reversed(pairs))


def _last_counts(_sound: Any) -> Any:
    return Repeated


def _first_counts(sound: Any) -> Any:
    async def register_user(service: Any, request: Any) -> Any:
        return await sound(service, replace(request, body=request.body.first))

    return register_user


def _html(sound: Any) -> Any:
    def media_type(status: int) -> str:
        return "text/html" if status in (404, 405, 500) else sound(status)

    return media_type


def _other_status(sound: Any) -> Any:
    def body(problem: Any, request_id: str) -> dict[str, Any]:
        members: dict[str, Any] = sound(problem, request_id)
        return {**members, "status": 400} if problem.status == 422 else members

    return body


def _with_traceback(sound: Any) -> Any:
    def body(problem: Any, request_id: str) -> dict[str, Any]:
        return {**sound(problem, request_id), "detail": "".join(traceback.format_exception(problem))}

    return body


def _unchecked(sound: Any) -> Any:
    return lambda given: sound(None) if given is None else given


def _get_logs_out(sound: Any) -> Any:
    def asked_operation(exchange: Any) -> Any:
        if exchange.method == "GET" and exchange.path == LOGOUT:
            return exchange.match.methods["POST"]
        return sound(exchange)

    return asked_operation


def _one_octet_less(sound: Any) -> Any:
    async def read(receive: Any, declared: Any, limit: int) -> Any:
        return await sound(receive, declared, limit - 1)

    return read


DEFECTS = (
    Defect(
        "HTTP-01",
        "a 401 for missing credentials has no WWW-Authenticate",
        red=("HTTP-01", "TOK-02"),
        seams={"problems:authentication_required": _bare_401},
    ),
    Defect(
        "HTTP-02",
        "a 405 has no Allow",
        red=("HTTP-02",),
        seams={"app:send_answer": without("allow", when=lambda _, answer: answer.status == 405)},
    ),
    Defect(
        "HTTP-03",
        "whatever is below the profile's path serves the profile",
        red=("HTTP-03",),
        seams={"routing:Router.find": _catch_all},
    ),
    Defect(
        "HTTP-04",
        "the body is read as JSON whatever it is declared as",
        red=("HTTP-04",),
        seams={"bodies:check_declared": always(None)},
    ),
    Defect(
        "HTTP-05",
        "what the request accepts is copied into Content-Type",
        red=("HTTP-05", "HTTP-12"),
        seams={"app:send_answer": altered(_accept_copied)},
    ),
    Defect(
        "HTTP-06",
        "HEAD is 405 where GET is not",
        red=("HTTP-06",),
        seams={"app:asked_operation": _no_head},
    ),
    Defect(
        "HTTP-07",
        "the error of the JSON decoder is not caught: 500",
        red=("HTTP-07", "HTTP-10"),
        seams={"bodies:parse": _uncaught_decode_error},
    ),
    Defect(
        "HTTP-08",
        "a number sent as an e-mail reaches a string method: 500",
        red=("HTTP-08", "LOGIN-06"),
        seams={"validation:Validation.body": _string_method},
    ),
    Defect(
        "HTTP-09",
        "unpaired surrogates reach the encoder: 500",
        red=("HTTP-09",),
        seams={"validation:not_text": always(())},
    ),
    Defect(
        "HTTP-10",
        "nesting is not bounded, and the parser's recursion error is not caught: 500",
        red=("HTTP-10",),
        seams={"bodies:parse": _unbounded},
    ),
    Defect(
        "HTTP-10b",
        "a body of exactly the limit is refused as too large",
        red=("HTTP-10",),
        seams={"bodies:read": _one_octet_less},
    ),
    Defect(
        "HTTP-11",
        "of a repeated member registration takes the first, everything else the last",
        red=("HTTP-11",),
        seams={"bodies:unrepeated": _last_counts, "accounts:register_user": _first_counts},
    ),
    Defect(
        "HTTP-12",
        "the handler of framework errors labels its JSON as text/html",
        red=("HTTP-03", "HTTP-12"),
        seams={"headers:media_type": _html},
    ),
    Defect(
        "HTTP-13",
        "a validation problem says status 400 under the status line 422",
        red=("HTTP-13",),
        seams={"problems:body": _other_status},
    ),
    Defect(
        "HTTP-14",
        "every error body has the formatted exception in it",
        red=("HTTP-14",),
        seams={"problems:body": _with_traceback},
    ),
    Defect(
        "HTTP-15",
        "errors have no X-Request-ID",
        red=("HTTP-15",),
        seams={"app:send_answer": without("x-request-id", when=lambda _, answer: answer.status >= 400)},
    ),
    Defect(
        "HTTP-16",
        "the caller's request identifier is repeated unchecked",
        red=("HTTP-15", "HTTP-16"),
        seams={"request_ids:request_id": _unchecked},
    ),
    Defect(
        "HTTP-17",
        "a GET of logout ends the session",
        red=("HTTP-02", "HTTP-17"),
        seams={"app:asked_operation": _get_logs_out},
    ),
)
