"""The ASGI application: from a request to an answer, with everything that holds for every one of them."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qs

from reference_impl import (  # noqa: F401 - some of them only register handlers
    accounts,
    admin,
    bearer,
    bodies,
    headers,
    health,
    keys,
    login,
    problems,
    profile,
    request_ids,
    sessions,
)
from reference_impl.answer_check import AnswerCheck
from reference_impl.document import Operation, read_document, read_operations
from reference_impl.exchange import Exchange
from reference_impl.fields import Fields
from reference_impl.logs import Log
from reference_impl.mfa import enrolment, verification  # noqa: F401 - they register handlers
from reference_impl.operations import Answer, Request, handlers
from reference_impl.reset import asking, redeeming  # noqa: F401 - they register handlers
from reference_impl.routing import Router
from reference_impl.service import Service
from reference_impl.store import StoreUnavailable
from reference_impl.validation import Validation


class App:
    """The service over ASGI."""

    def __init__(self, service: Service, log: Log) -> None:
        document = read_document()
        operations = [*read_operations(document), keys.JWKS]
        self._service = service
        self.log = log
        self._router = Router(operations)
        self._validation = Validation(document, operations)
        self._check = AnswerCheck(document) if service.settings.debug_contract else None
        self._handlers = handlers()

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Answer one HTTP request."""
        started = time.perf_counter()
        fields, path = Fields(scope["headers"]), scope["raw_path"].decode("latin-1")
        with self._service.under_way.one() as ticket:
            exchange = Exchange(
                method=scope["method"],
                path=path,
                query=scope["query_string"].decode("latin-1"),
                source=scope["client"][0] if scope["client"] else "",
                arrived=self._service.clock.now(),
                tls=scope["scheme"] == "https",
                fields=fields,
                request_id=request_ids.request_id(fields.only("x-request-id")),
                ticket=ticket,
                match=self._router.find(path),
            )
            try:
                answer = await self.answered(exchange, receive)
            except bodies.ClientGone:
                return
            except Exception as fault:  # whatever it is, the caller gets an answer of ours
                answer = refusal(fault, exchange.request_id, self._service, self.log)
        await send_answer(send, exchange, answer, self._service.settings.allowed_origin)
        self.log.request(
            exchange.request_id,
            exchange.operation_id,
            answer.status,
            time.perf_counter() - started,
        )

    async def answered(self, exchange: Exchange, receive: Any) -> Answer:
        """Return the answer of the operation asked for, refusals included. Raises the 404 and the 405."""
        operation = asked_operation(exchange)
        if exchange.method == "OPTIONS" or operation is None:
            return Answer(204, headers={"Allow": exchange.match.allow if exchange.match else ""})
        try:
            answer = await self.handled(operation, exchange, receive)
        except problems.Problem as problem:
            if problem.__cause__ is not None:
                self.log.fault(problem.__cause__, exchange.request_id, problem=problem.kind)
            answer = _as_answer(problem, exchange.request_id, self._service)
        if self._check is not None:
            self._check.conforms(operation, answer, headers.baseline(exchange.request_id, tls=exchange.tls))
        return answer

    async def handled(self, operation: Operation, exchange: Exchange, receive: Any) -> Answer:
        """Judge who asks before what is asked, so that nobody without the right learns anything from the answer."""
        caller = None
        if not operation.public:
            caller = await bearer.authenticated(self._service, exchange)
            bearer.authorised(exchange, operation, caller)
        path_params = exchange.match.params if exchange.match else {}
        self._validation.path(operation, path_params)
        query_params = self._validation.query(operation, parse_qs(exchange.query, keep_blank_values=True))
        body = await self.body(operation, exchange, receive)
        request = Request(
            operation=operation.id,
            source=exchange.source,
            arrived=exchange.arrived,
            request_id=exchange.request_id,
            ticket=exchange.ticket,
            headers=exchange.fields.last,
            path_params=path_params,
            query=query_params,
            body=body,
            caller=caller,
        )
        return await self._handlers[operation.id](self._service, request)

    async def body(self, operation: Operation, exchange: Exchange, receive: Any) -> Mapping[str, Any]:
        """Return the body as the contract allows it, {} where the operation takes none."""
        fields = exchange.fields
        raw = await bodies.read(receive, fields.only("content-length"), self._service.settings.max_body_bytes)
        if operation.body_schema is None:
            return {}
        if not raw:
            raise problems.Problem(400, "malformed-body", detail="There is none.")
        bodies.check_declared(fields.only("content-type"), fields.last.get("content-encoding"))
        value = bodies.parse(raw)
        self._validation.body(operation, value)
        checked: Mapping[str, Any] = value
        return checked


def asked_operation(exchange: Exchange) -> Operation | None:
    """Return the operation asked for, None for OPTIONS. Raises the 404 or 405."""
    if exchange.match is None:
        raise problems.Problem(404, "not-found")
    if exchange.operation is None and exchange.method != "OPTIONS":
        raise problems.Problem(405, "method-not-allowed", headers={"Allow": exchange.match.allow})
    return exchange.operation


def refusal(fault: Exception, request_id: str, service: Service, log: Log) -> Answer:
    """Return the answer to *fault*: a problem as it is, an unusable database as 503, anything else as 500."""
    if isinstance(fault, StoreUnavailable):
        log.fault(fault, request_id, cause=fault.cause)
        problem = problems.unavailable("database-unavailable", service.settings.retry_after_s)
        problem.__cause__ = fault
        return _as_answer(problem, request_id, service)
    if not isinstance(fault, problems.Problem):
        log.fault(fault, request_id)
        fault = problems.Problem(500, "internal-error")
    return _as_answer(fault, request_id, service)


def _as_answer(problem: problems.Problem, request_id: str, service: Service) -> Answer:
    members = problems.body(problem, request_id)
    if service.settings.environment == "staging":
        members |= problems.debug(problem)
    return Answer(problem.status, members, problem.headers)


async def send_answer(send: Any, exchange: Exchange, answer: Answer, allowed_origin: tuple[str, ...]) -> None:
    """Send *answer*, with the fields that every answer carries."""
    asked = exchange.fields.last
    preflight = exchange.method == "OPTIONS" and "access-control-request-method" in asked
    methods = exchange.match.allow if exchange.match else ""
    fields = {
        **headers.baseline(exchange.request_id, tls=exchange.tls),
        **headers.cross_origin(asked, allowed_origin, preflight=preflight, methods=methods),
        **answer.headers,
    }
    content = b""
    if answer.body is not None:
        fields["Content-Type"] = headers.media_type(answer.status)
        content = json.dumps(answer.body, ensure_ascii=False, separators=(",", ":")).encode()
    if answer.status != 204:
        fields["Content-Length"] = str(len(content))
    pairs = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in fields.items()]
    await send({"type": "http.response.start", "status": answer.status, "headers": pairs})
    await send({"type": "http.response.body", "body": b"" if exchange.method == "HEAD" else content})
