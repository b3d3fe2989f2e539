"""The httpx driver: one request, one answer, and nothing of its own in between."""

from __future__ import annotations

import contextlib
import socket
import ssl
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from types import TracebackType
from typing import Any, Self
from urllib.parse import urlsplit

import httpx

from contract.answers import Answer, Request
from contract.errors import HarnessError
from contract.flows import Flow, Outcome, drive
from contract.targets.model import Transport
from suites.rig.patience import Pace
from suites.rig.tls import context_of

BODY_LIMIT_BYTES = 8 * 1024 * 1024
KEEP_ALIVE_S = 1.0  # below what servers keep idle connections for, so that none is reused as it is being closed
LARGE_BYTES = 1024 * 1024
BINARY = "illegal request line"  # h11's words for an answer whose first byte is no text
STATIC = (("Accept-Encoding", "identity"), ("User-Agent", "authproof"))


class Client:
    """
    Sends requests one at a time over a connection that is kept between them; one for each thread.

    It follows no redirect, keeps no cookie, repeats nothing and reads no environment variable. An answer that does not
    come is an answer too: of status 0, with its fault in plain words. Every answer goes to *on_exchange* first, and
    *before* is called before each request.
    """

    def __init__(
        self,
        transport: Transport,
        *,
        on_exchange: Callable[[Answer], None] | None = None,
        before: Callable[[], None] = lambda: None,
    ) -> None:
        self._transport = transport
        self._on_exchange = on_exchange
        self._before = before
        self._http = httpx.HTTPTransport(
            verify=context_of(transport),
            trust_env=False,
            limits=httpx.Limits(max_connections=1, max_keepalive_connections=1, keepalive_expiry=KEEP_ALIVE_S),
            proxy=_proxy(transport),
        )
        self._busy = threading.Lock()
        self._pace = Pace(transport.rate_per_s)
        self._connection: socket.socket | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the connection."""
        self._http.close()

    def run(self, flow: Flow) -> Outcome:
        """Perform *flow* and return what it came to."""
        return drive(flow, self.send)

    def pace(self) -> None:
        """Wait until the next request may go out, where the target file says how many a second are polite."""
        self._before()
        self._pace.wait()

    def send(self, request: Request) -> Answer:
        """
        Send *request* and return the answer, whatever it is.

        Host, Content-Length and the target file's static headers are added where the request does not name them.

        Raises:
            HarnessError: The request is one that httpx does not send, or another thread is using this client.
        """
        named = {name.lower() for name, _ in request.headers}
        static = [(name, value.reveal()) for name, value in self._transport.headers.items()]
        if len(request.body) > LARGE_BYTES:  # who refuses it may end the connection after the answer, without a word
            static.append(("Connection", "close"))
        added = tuple((name, value) for name, value in (*static, *STATIC) if name.lower() not in named)
        request = replace(request, headers=request.headers + added)
        if not self._busy.acquire(blocking=False):
            raise HarnessError("a client sends one request at a time: give each thread its own")
        try:
            self.pace()
            answer = self._exchange(request)
        finally:
            self._busy.release()
        if self._on_exchange:
            self._on_exchange(answer)
        return answer

    def _exchange(self, request: Request) -> Answer:
        outgoing = self._outgoing(request)
        limit_s = self._transport.timeout_s
        late = threading.Event()
        watch = threading.Timer(limit_s, self._give_up, (late,))
        watch.daemon = True
        answer, fault = Answer(request, 0), ""
        sent_at_s = time.monotonic()
        watch.start()
        try:
            answer = self._receive(request, outgoing)
        except httpx.LocalProtocolError as why:
            raise _refused(request, why) from why
        except (httpx.HTTPError, OSError) as why:
            fault = fault_of(why, limit_s)
        finally:
            watch.cancel()
        elapsed_s = time.monotonic() - sent_at_s
        if late.is_set():  # whatever else it looks like: ending the connection also ends a body of no stated length
            fault = f"timed out after {limit_s:g} s"
        if fault:
            return Answer(request, 0, sent_at_s=sent_at_s, elapsed_s=elapsed_s, fault=fault)
        return replace(answer, sent_at_s=sent_at_s, elapsed_s=elapsed_s)

    def _receive(self, request: Request, outgoing: httpx.Request) -> Answer:
        response = self._http.handle_request(outgoing)
        body = bytearray()
        try:
            for piece in response.iter_bytes():
                body += piece
                if len(body) > BODY_LIMIT_BYTES:
                    return Answer(request, 0, fault=f"body over {BODY_LIMIT_BYTES} bytes")
        finally:
            response.close()
        headers = tuple((name.decode("latin-1"), value.decode("latin-1")) for name, value in response.headers.raw)
        return Answer(request, response.status_code, headers, bytes(body), response.http_version)

    def _outgoing(self, request: Request) -> httpx.Request:
        try:
            outgoing = httpx.Request(
                request.method,
                request.url,
                headers=[(name.encode("latin-1"), value.encode("latin-1")) for name, value in request.headers],
                content=request.body,
                extensions={
                    **self._target(request),
                    "timeout": httpx.Timeout(self._transport.timeout_s).as_dict(),
                    "trace": self._note_connection,
                },
            )
        except (UnicodeEncodeError, httpx.InvalidURL) as why:
            raise _refused(request, why) from why
        outgoing.method = request.method  # in its own letter case
        return outgoing

    def _target(self, request: Request) -> dict[str, bytes]:
        """
        Return the target of the request line as it stands; httpx alone would tidy it.

        In full for a proxy, and none at all for a tunnel through one, where httpx would also CONNECT to it.
        """
        parts = urlsplit(request.url)
        path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        if not self._transport.proxy.startswith("http"):
            return {"target": path.encode("ascii")}
        return {"target": f"http://{parts.netloc}{path}".encode("ascii")} if parts.scheme == "http" else {}

    def _note_connection(self, event: str, info: dict[str, Any]) -> None:
        """Remember the connection that was just opened, so that the watch can end it."""
        if event.endswith((".connect_tcp.complete", ".start_tls.complete")):
            self._connection = info["return_value"].get_extra_info("socket")

    def _give_up(self, late: threading.Event) -> None:
        """End the exchange: httpx limits each read, and a target that drips stays below that for ever."""
        late.set()
        if self._connection is not None:
            with contextlib.suppress(OSError):
                socket.socket.shutdown(self._connection, socket.SHUT_RDWR)  # under TLS too, without its farewell


def fault_of(error: Exception, limit_s: float) -> str:
    """Say in plain words, and always the same ones, why no answer came."""
    cause = _cause(error)
    if isinstance(error, httpx.ConnectTimeout):
        return f"no connection within {limit_s:g} s"
    if isinstance(error, httpx.TimeoutException):
        return f"timed out after {limit_s:g} s"
    if isinstance(error, httpx.ProxyError):
        return f"the proxy refused: {error}"
    if isinstance(error, httpx.DecodingError):
        return f"body not in the coding that its Content-Encoding names: {error}"
    if isinstance(error, httpx.RemoteProtocolError):
        return _broken_off(str(error))
    if isinstance(cause, ssl.SSLCertVerificationError):
        return f"TLS: certificate not accepted: {cause.verify_message}"
    if isinstance(cause, ssl.SSLError):
        return f"TLS: {(cause.reason or str(cause)).replace('_', ' ').lower()}"
    if isinstance(cause, socket.gaierror):
        return "host name not found"
    if isinstance(cause, OSError):
        return (cause.strerror or str(cause)).lower()
    return str(error) or type(error).__name__


def _broken_off(said: str) -> str:
    if said.startswith("Server disconnected"):
        return "connection closed without an answer"
    if said.startswith("peer closed connection"):
        return f"connection closed in mid-answer {said[said.find('(') :]}".rstrip()
    if said == BINARY:
        return "not HTTP/1.1 but binary: a front end that speaks HTTP/2 only, or TLS where plain HTTP was expected"
    return f"not HTTP/1.1: {said}"


def _cause(error: BaseException) -> BaseException:
    """Return the first error of the chain that led to *error*."""
    while (earlier := error.__cause__ or error.__context__) is not None:
        error = earlier
    return error


def _refused(request: Request, why: Exception) -> HarnessError:
    return HarnessError(
        f"httpx does not send this {request.method} request to {urlsplit(request.url).path}: "
        f"{str(why).partition(' b')[0]}. Send it with suites.rig.raw.send_raw."
    )


def _proxy(transport: Transport) -> httpx.Proxy | None:
    if not transport.proxy:
        return None
    user, _, password = transport.proxy_auth.reveal().partition(":") if transport.proxy_auth else ("", "", "")
    return httpx.Proxy(transport.proxy, auth=(user, password) if transport.proxy_auth else None)
