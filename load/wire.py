"""
The locust driver: one request of a flow, one answer, over the connections of FastHttpUser's own client library.

It sends the bytes that the contract encodes, once. (FastHttpUser's session would add fields of its own, follow
redirects and repeat a GET or PUT whose connection was closed, and so spend a refresh token twice.)
"""

from __future__ import annotations

import contextlib
import ssl
import time
from typing import Any
from urllib.parse import urlsplit

import gevent.socket
from geventhttpclient.connectionpool import ConnectionPool, SSLConnectionPool
from geventhttpclient.response import HTTPConnectionClosed, HTTPParseError, HTTPSocketPoolResponse

from contract.answers import Answer, Request
from contract.errors import BindingError
from contract.targets.model import Transport
from suites.rig.tls import context_of

KEEP_ALIVE_S = 1.0  # below what servers keep idle connections for, so that none is used as it is being closed
BLOCK_BYTES = 16_384
OVER_TIME_S = 1.0
STATIC = (("Accept-Encoding", "identity"), ("User-Agent", "authproof"))
FAULTS = (OSError, HTTPParseError, ssl.SSLError, RuntimeError)  # the pool says by RuntimeError that a proxy refused


class Wire:
    """The connections of one process to one target; the one that was used last is used first."""

    def __init__(self, transport: Transport, base_url: str, *, connections: int) -> None:
        parts = urlsplit(base_url)
        self.timeout_s = transport.timeout_s
        self._secure = parts.scheme == "https"
        self._authority = parts.netloc
        self._proxied = bool(transport.proxy) and not self._secure
        added = [(name, value.reveal()) for name, value in transport.headers.items()]
        self._added = (*added, *STATIC)
        self._pool = _pool(transport, parts.hostname or "", parts.port, self._secure, connections)
        self._busy: dict[Any, float] = {}

    def encode(self, request: Request) -> bytes:
        """Return the bytes of *request*, with Host, Content-Length and static fields where it does not name them."""
        parts = urlsplit(request.url)
        path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        target = f"http://{parts.netloc}{path}" if self._proxied else path
        named = {name.lower() for name, _ in request.headers}
        fields = [*request.headers, *((name, value) for name, value in self._added if name.lower() not in named)]
        if "host" not in named:
            fields.insert(0, ("Host", parts.netloc))
        if (request.body or request.method in ("POST", "PUT", "PATCH")) and "content-length" not in named:
            fields.append(("Content-Length", str(len(request.body))))
        head = "".join([f"{request.method} {target} HTTP/1.1\r\n", *(f"{n}: {v}\r\n" for n, v in fields), "\r\n"])
        return head.encode("latin-1") + request.body

    def send(self, request: Request, wire: bytes = b"") -> Answer:
        """
        Send *request*, as *wire* where that was encoded before; return the answer, whatever it is.

        An answer that does not come is one of status 0, with its fault in plain words.
        """
        data = wire or self.encode(request)
        sent_at_s = time.monotonic()
        connection = None
        try:
            connection = self._pool.get_socket()
            self._busy[connection] = sent_at_s
            try:
                connection.sendall(data)
            except BaseException:
                self._pool.release_socket(connection)
                raise
            response = HTTPSocketPoolResponse(connection, self._pool, block_size=BLOCK_BYTES, method=request.method)
            body = response.read()
        except FAULTS as why:
            ended = connection is not None and connection not in self._busy
            fault = f"timed out after {self.timeout_s:g} s" if ended else fault_of(why, self.timeout_s)
            return Answer(request, 0, sent_at_s=sent_at_s, elapsed_s=time.monotonic() - sent_at_s, fault=fault)
        finally:
            self._busy.pop(connection, None)
        elapsed_s = time.monotonic() - sent_at_s
        headers = tuple(response.items())
        return Answer(request, response.get_code(), headers, body, response.get_http_version(), sent_at_s, elapsed_s)

    def end_overdue(self) -> None:
        """
        End what takes longer than one request may. The socket's own limit is one for each read: an answer that drips
        stays below it for ever.
        """
        oldest_s = time.monotonic() - self.timeout_s - OVER_TIME_S
        for connection, sent_at_s in list(self._busy.items()):
            if sent_at_s < oldest_s:
                del self._busy[connection]
                with contextlib.suppress(OSError):
                    connection.shutdown(gevent.socket.SHUT_RDWR)

    def reach(self) -> str:
        """Open and close one connection; return why that was not possible, or ""."""
        try:
            self._pool.release_socket(self._pool.get_socket())
        except FAULTS as why:
            return fault_of(why, self.timeout_s)
        return ""

    def close(self) -> None:
        """Close the connections."""
        self._pool.close()


class _Fresh:
    """What is added to the library's pools: connections that were idle for long are not used again."""

    def _is_socket_alive(self, socket: Any) -> bool:
        idle_since_s = self.__dict__.setdefault("idle", {}).pop(id(socket), 0.0)
        alive: bool = super()._is_socket_alive(socket)  # type: ignore[misc]
        return time.monotonic() - idle_since_s < KEEP_ALIVE_S and alive

    def return_socket(self, socket: Any) -> None:
        self.__dict__.setdefault("idle", {})[id(socket)] = time.monotonic()
        super().return_socket(socket)  # type: ignore[misc]


class _Plain(_Fresh, ConnectionPool):
    pass


class _Secure(_Fresh, SSLConnectionPool):
    pass


def _pool(transport: Transport, host: str, port: int | None, secure: bool, connections: int) -> ConnectionPool:
    proxy = urlsplit(transport.proxy) if transport.proxy else None
    if proxy and proxy.scheme != "http":
        raise BindingError(f"[transport] proxy '{transport.proxy}': load goes through http:// proxies only.")
    user, _, password = transport.proxy_auth.reveal().partition(":") if transport.proxy_auth else ("", "", "")
    port = port or (443 if secure else 80)
    said: dict[str, Any] = {
        "size": connections,
        "network_timeout": transport.timeout_s,
        "connection_timeout": transport.timeout_s,
        "use_proxy": bool(proxy),
        "proxy_user": user if transport.proxy_auth else None,
        "proxy_password": password if transport.proxy_auth else None,
    }
    there = (proxy.hostname, proxy.port or 8080) if proxy else (host, port)
    if not secure:
        return _Plain(*there, host, port, **said)
    context = context_of(transport)
    insecure = not transport.verify
    return _Secure(*there, host, port, insecure=insecure, ssl_context_factory=lambda **_: context, **said)


def fault_of(why: Exception, limit_s: float) -> str:
    """Say in plain words, and always the same ones, why no answer came."""
    if isinstance(why, HTTPConnectionClosed):
        return "connection closed without an answer"
    if isinstance(why, HTTPParseError):
        return f"not HTTP/1.1: {why}"
    if isinstance(why, TimeoutError):
        return f"timed out after {limit_s:g} s"
    if isinstance(why, ssl.SSLCertVerificationError):
        return f"TLS: certificate not accepted: {why.verify_message}"
    if isinstance(why, ssl.SSLError):
        return f"TLS: {(why.reason or str(why)).replace('_', ' ').lower()}"
    if isinstance(why, gevent.socket.gaierror):
        return "host name not found"
    if isinstance(why, OSError):
        return (why.strerror or str(why)).lower()
    return str(why)
