"""The smallest API that lets accounts be removed, in this process: what the tests of cleaning up look into."""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler

from suites.selftest.served import served

FILE = """
name = "small"
base_url = "{url}"
features = ["registration", "login", "profile"]
[operations.registerUser]
request = "POST /auth/register"
[operations.loginUser]
request = "POST /auth/login"
[operations.getCurrentUser]
request = "GET /users/me"
[registration.removal]
"""
BY_ITSELF = 'by = "self"\nrequest = "DELETE /users/me"\nsend = { password = "/password" }\n'
BY_ADMIN = """by = "admin"
request = "DELETE /admin/users/{id}"
send = { userId = "path:id" }
[facilities.admin]
token = "the admin of the small API"
"""
ADMIN = "the admin of the small API"


@dataclass
class SmallApi:
    """Its accounts: passwords by address, and addresses by token. `pretends` to remove where that is true."""

    url: str = ""
    passwords: dict[str, str] = field(default_factory=dict)
    tokens: dict[str, str] = field(default_factory=dict)
    pretends: bool = False

    def answer(self, line: str, token: str, body: dict[str, str]) -> tuple[int, dict[str, object]]:
        """Return status and body of the answer to a request."""
        email, who = body.get("email", ""), self.tokens.get(token, "")
        if line == "POST /auth/register":
            if email in self.passwords:
                return 409, {}
            self.passwords[email] = body["password"]
            return 201, {"id": email.encode().hex()}
        if line == "POST /auth/login":
            if self.passwords.get(email) != body.get("password"):
                return 401, {}
            self.tokens[fresh := secrets.token_urlsafe(24)] = email
            return 200, {"accessToken": fresh}
        if line.startswith("DELETE /admin/users/") and token == ADMIN:
            return self.remove(bytes.fromhex(line.rpartition("/")[2]).decode())
        if not who or who not in self.passwords:
            return 401, {}
        if line == "GET /users/me":
            return 200, {"id": who.encode().hex(), "email": who}
        if line == "DELETE /users/me":
            return self.remove(who) if body.get("password") == self.passwords[who] else (403, {})
        return 404, {}

    def remove(self, email: str) -> tuple[int, dict[str, object]]:
        """Forget *email*."""
        if not self.pretends:
            self.passwords.pop(email)
        return 204, {}


@contextmanager
def serving(api: SmallApi | None = None) -> Iterator[SmallApi]:
    """Serve *api*, or a new one, on loopback."""
    api = api or SmallApi()

    class Handler(BaseHTTPRequestHandler):
        """HTTP around it."""

        protocol_version = "HTTP/1.1"

        def handle_any(self) -> None:
            """Answer one request."""
            raw = self.rfile.read(int(self.headers.get("content-length") or 0))
            token = (self.headers.get("authorization") or "").removeprefix("Bearer ")
            body = json.loads(raw) if raw.startswith(b"{") else {}
            status, said = api.answer(f"{self.command} {self.path}", token, body)
            content = json.dumps(said).encode() if status != 204 else b""
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        do_GET = do_POST = do_DELETE = do_PATCH = do_PUT = handle_any  # noqa: N815 - names of the standard library

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with served(Handler) as api.url:
        yield api
