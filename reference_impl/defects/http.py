"""Planted defects: HTTP and errors."""

from __future__ import annotations

import json
import traceback
from typing import Any

from reference_impl.defects import Defect
from reference_impl.defects.wire import without


def _bare_401(sound: Any) -> Any:
    def authentication_required() -> Any:
        problem = sound()
        problem.headers.clear()
        return problem

    return authentication_required


def _uncaught_decode_error(sound: Any) -> Any:
    def parse(body: bytes) -> Any:
        json.loads(body.decode("utf-8", "replace"))
        return sound(body)

    return parse


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


DEFECTS = (
    Defect(
        "HTTP-01",
        "a 401 for missing credentials has no WWW-Authenticate",
        red=("HTTP-01", "TOK-02"),
        seams={"problems:authentication_required": _bare_401},
    ),
    Defect(
        "HTTP-07",
        "the error of the JSON decoder is not caught: 500",
        red=("HTTP-07",),
        seams={"bodies:parse": _uncaught_decode_error},
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
)
