"""The ASGI application: from a request to an answer, with everything that holds for every one of them."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qs

from reference_impl import accounts, admin, health, keys, login, profile, sessions  # noqa: F401 - they register handlers
from reference_impl import bearer, bodies, headers, problems
from reference_impl.document import Operation, base_path, read_document, read_operations
from reference_impl.fields import Fields
from reference_impl.logs import Log
from reference_impl.operations import Answer, Request, handlers
from reference_impl.request_ids import request_id
from reference_impl.routing import Match, Router
from reference_impl.service import Service
from reference_impl.store import StoreUnavailable
from reference_impl.validation import Validation

KNOWN_METHODS = frozenset("GET HEAD POST PUT PATCH DELETE OPTIONS TRACE CONNECT".split())


class App:
    """The service over ASGI."""

    def __init__(self, service: Service, log: Log) -> None:
        document = read_document()
        operations = [*read_operations(document), keys.JWKS]
        self._service = service
        self._log = log
        self._router = Router(operations)
        self._validation = Validation(document, operations)
        self._handlers = handlers()
        self.base_path = base_path(document)

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Answer one HTTP request."""
        started = time.perf_counter()
        fields = Fields(scope["headers"])
        tag = request_id(fields.only("x-request-id"))
        match = self._router.find(scope["raw_path"].decode("latin-1"))
        try:
            answer = await self._answer(scope, receive, fields, tag, match)
        except ConnectionError:
            return
        except Exception as fault:  # noqa: BLE001 - whatever it is, the caller gets an answer of ours
            answer = self._refusal(fault, tag)
        await self._send(send, scope, fields, tag, match, answer)
        self._log.write(
            "info",
            "request",
            requestId=tag,
            operation=_operation_id(match, scope["method"]),
            status=answer.status,
            ms=round((time.perf_counter() - started) * 1000, 1),
        )

    async def _answer(self, scope: Any, receive: Any, fields: Fields, tag: str, match: Match | None) -> Answer:
        method = scope["method"]
        if match is None:
            raise problems.Problem(404 if method in KNOWN_METHODS else 501, "not-found")
        if method == "OPTIONS":
            return Answer(204, headers={"Allow": match.allow})
        operation = match.methods.get("GET" if method == "HEAD" else method)
        if operation is None:
            raise problems.Problem(405, "method-not-allowed", headers={"Allow": match.allow})
        caller = None
        if not operation.public:
            caller = await bearer.authenticated(self._service, fields)
            bearer.authorised(operation, caller)
        body = await self._body(operation, receive, fields)
        query = parse_qs(scope["query_string"].decode("latin-1"), keep_blank_values=True)
        in_path, in_query = self._validation.parameters(operation, match.params, query)
        request = Request(operation.id, scope["client"][0], tag, fields.last, in_path, in_query, body, caller)
        return await self._handlers[operation.id](self._service, request)

    async def _body(self, operation: Operation, receive: Any, fields: Fields) -> Mapping[str, Any]:
        raw = await bodies.read(receive, fields.only("content-length"), self._service.settings.max_body_bytes)
        if operation.body_schema is None:
            return {}
        if not raw:
            raise problems.Problem(400, "malformed-body", detail="There is none.")
        if not bodies.declared_as_json(fields.only("content-type"), fields.last.get("content-encoding")):
            raise problems.Problem(415, "unsupported-media-type")
        value = bodies.parse(raw)
        self._validation.body(operation, value)
        checked: Mapping[str, Any] = value
        return checked

    def _refusal(self, fault: Exception, tag: str) -> Answer:
        """Return the answer to *fault*: a problem as it is, an unusable database as 503, anything else as 500."""
        problem = fault
        if isinstance(fault, StoreUnavailable):
            self._log.fault(fault, requestId=tag, cause=fault.cause)
            problem = problems.unavailable("database-unavailable", self._service.settings.retry_after_s)
        elif not isinstance(fault, problems.Problem):
            self._log.fault(fault, requestId=tag)
            problem = problems.Problem(500, "internal-error")
        assert isinstance(problem, problems.Problem)
        return Answer(problem.status, problems.body(problem, tag), problem.headers)

    async def _send(self, send: Any, scope: Any, fields: Fields, tag: str, match: Match | None, answer: Answer) -> None:
        sent = {
            **headers.baseline(tag, tls=scope["scheme"] == "https"),
            **headers.cross_origin(
                fields.last,
                self._service.settings.allowed_origin,
                preflight=scope["method"] == "OPTIONS" and "access-control-request-method" in fields.last,
                methods=match.allow if match else "",
            ),
            **answer.headers,
        }
        content = b""
        if answer.body is not None:
            sent["Content-Type"] = "application/problem+json" if answer.status >= 400 else "application/json"
            content = json.dumps(answer.body, ensure_ascii=False, separators=(",", ":")).encode()
        if answer.status != 204:
            sent["Content-Length"] = str(len(content))
        pairs = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in sent.items()]
        await send({"type": "http.response.start", "status": answer.status, "headers": pairs})
        await send({"type": "http.response.body", "body": b"" if scope["method"] == "HEAD" else content})


def _operation_id(match: Match | None, method: str) -> str:
    operation = match.methods.get("GET" if method == "HEAD" else method) if match else None
    return operation.id if operation else ""
