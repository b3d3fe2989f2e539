"""The smallest OAuth 2 server with accounts of its own, in this process: a tenant in its paths, nobody can register."""

from __future__ import annotations

import base64
import json
import secrets
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit

ACCOUNTS = {f"qa.{number:02}": f"prepared password of number {number}" for number in range(1, 41)}
"""Passwords by user names, which no rule makes of the addresses."""
CLIENT, CLIENT_SECRET = "client-of-tests", "secret-of-the-client"
BASIC = base64.b64encode(f"{CLIENT}:{CLIENT_SECRET}".encode()).decode()
PATHS = {"/acme/token": "POST", "/acme/revoke": "POST", "/acme/me": "GET"}
FILE = (
    """
name = "small-oauth"
base_url = "{url}"
features = ["login", "profile", "refresh", "logout"]
[operations.loginUser]
request = "POST /{{tenant}}/token"
encode = "form"
send = {{ username = "/username", password = "/password" }}
fixed = {{ "path:tenant" = "acme", "/grant_type" = "password" }}
headers = {{ Authorization = "Basic BASIC" }}
capture = {{ accessToken = "/access_token", refreshToken = "/refresh_token" }}
[operations.refreshToken]
request = "POST /{{tenant}}/token"
encode = "form"
send = {{ refreshToken = "/refresh_token" }}
fixed = {{ "path:tenant" = "acme", "/grant_type" = "refresh_token" }}
headers = {{ Authorization = "Basic BASIC" }}
capture = {{ accessToken = "/access_token", refreshToken = "/refresh_token" }}
[operations.logoutUser]
request = "POST /{{tenant}}/revoke"
encode = "form"
send = {{ refreshToken = "/token" }}
fixed = {{ "path:tenant" = "acme" }}
headers = {{ Authorization = "Basic BASIC" }}
auth = "none"
[operations.getCurrentUser]
request = "GET /{{tenant}}/me"
fixed = {{ "path:tenant" = "acme" }}
capture = {{ userId = "/sub" }}
[facilities.accounts]
list = [
""".replace("BASIC", BASIC)
    + "".join(
        f'  {{{{ username = "{name}", email = "{name}@corp.example", password = "{password}" }}}},\n'
        for name, password in ACCOUNTS.items()
    )
    + "]\n"
)
Said = tuple[int, dict[str, Any]]


@dataclass
class SmallOAuth:
    """
    Its sessions: user names by token. `wildcard` lets the password "*" open every account, `pages` answers what is not
    there by a page for people.
    """

    url: str = ""
    access: dict[str, str] = field(default_factory=dict)
    refresh: dict[str, str] = field(default_factory=dict)
    wildcard: bool = False
    pages: bool = False

    def answer(self, path: str, authorization: str, form: dict[str, str]) -> Said:
        """Return status and body of the answer to a request by the right method."""
        if path == "/acme/me":
            who = self.access.get(authorization.removeprefix("Bearer "))
            return (200, {"sub": who}) if who else (401, {"error": "invalid_token"})
        if authorization != f"Basic {BASIC}":
            return 401, {"error": "invalid_client"}
        if path == "/acme/revoke":
            who = self.refresh.pop(form.get("token", ""), "")
            self.access = {token: name for token, name in self.access.items() if name != who}
            return (200, {}) if "token" in form else (400, {"error": "invalid_request"})
        if form.get("grant_type") == "refresh_token":
            who = self.refresh.pop(form.get("refresh_token", ""), "")
            return self.issued(who) if who else (400, {"error": "invalid_grant"})
        name, password = form.get("username", ""), form.get("password", "")
        right = password in (ACCOUNTS.get(name), "*" if self.wildcard else None)
        return self.issued(name) if right and name in ACCOUNTS else (400, {"error": "invalid_grant"})

    def issued(self, name: str) -> Said:
        """Begin or renew a session of *name*."""
        access, refresh = secrets.token_urlsafe(32), secrets.token_urlsafe(32)
        self.access[access] = self.refresh[refresh] = name
        return 200, {"access_token": access, "refresh_token": refresh, "token_type": "Bearer"}


@contextmanager
def serving(*, wildcard: bool = False, pages: bool = False) -> Iterator[SmallOAuth]:
    """Serve a new one on loopback."""
    server = SmallOAuth(wildcard=wildcard, pages=pages)

    class Handler(BaseHTTPRequestHandler):
        """HTTP around it."""

        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            """Answer any method."""
            path = urlsplit(self.path).path
            form = self.rfile.read(int(self.headers.get("content-length") or 0)).decode("utf-8", "replace")
            if path not in PATHS:
                status, said = 404, {"error": "not_found"}
            elif self.command not in (PATHS[path], "HEAD" if PATHS[path] == "GET" else ""):
                status, said = 405, {"error": "method_not_allowed"}
            else:
                status, said = server.answer(path, self.headers.get("authorization") or "", dict(parse_qsl(form)))
            self.reply(status, b"<!doctype html>" if status == 404 and server.pages else json.dumps(said).encode())

        do_POST = do_PUT = do_PATCH = do_DELETE = do_HEAD = do_OPTIONS = do_GET  # noqa: N815

        def reply(self, status: int, body: bytes) -> None:
            """Write an answer, its label a page's where it is a refusal."""
            self.send_response(status)
            self.send_header("Content-Type", "application/json" if status < 400 else "text/html")
            self.send_header("Content-Length", str(len(body)))
            self.send_header("Cache-Control", "no-store")
            if status == 401:
                self.send_header("WWW-Authenticate", "Bearer")
            if status == 405:
                self.send_header("Allow", PATHS[urlsplit(self.path).path])
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(body)

        def log_message(self, format: str, *args: Any) -> None:
            """Say nothing."""

    http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.url = f"http://127.0.0.1:{http.server_address[1]}"
    thread = threading.Thread(target=http.serve_forever, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        http.shutdown()
        http.server_close()
        thread.join()
