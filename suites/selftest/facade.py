"""
The awkward façade: the reference behind a front that speaks otherwise, as `data/targets/facade.toml` describes it.

    python -m suites.selftest.facade --port 0 [any option of the reference]

Its first line of output is like the reference's: {"listening": "http://127.0.0.1:41234", "control": {...}}; the control
port is reached through it, so that accounts made there have a user name too. The reference is its child, and neither
outlives the other. What the reference says and the façade has no word for goes through as it is: so do its defects.
"""

from __future__ import annotations

import argparse
import hmac
import json
import re
import secrets
import socket
import subprocess
import sys
import threading
import unicodedata
import uuid
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import httpx
import uvicorn
from starlette.requests import Request
from starlette.responses import Response

from suites.selftest.facade_speech import (
    OPERATIONS,
    Operation,
    Refusal,
    form,
    passed_on,
    renamed,
    translated,
    with_csrf,
    written,
)

BASELINE = {
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}
NOWHERE = Operation("GET", "", "GET /nowhere", 404, "none", {})  # what is not here, the reference is asked to refuse
MOST_BYTES = 65_536
GUARD = Path(__file__).parents[1] / "rig" / "guard.py"


class Facade:
    """The front, over ASGI. `names` are addresses by user name, `tickets` are accounts whose terms are not accepted."""

    def __init__(self, url: str, control: str) -> None:
        self.url, self.control = url, control
        self.http = httpx.AsyncClient(trust_env=False, timeout=30, limits=httpx.Limits(max_connections=None))
        self.names: dict[str, str] = {}
        self.tickets: dict[str, dict[str, str]] = {}

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Answer one request."""
        request, path = Request(scope, receive), scope["raw_path"].decode("latin-1")
        try:
            raw = await request.body()
            outside = path.startswith(("/control/", "/.well-known/"))
            response = await (self.through if outside else self.answer)(request, path, raw)
        except Refusal as refusal:
            response = of_our_own(request, refusal.status, {"error": refusal.error}, refusal.fields)
        except httpx.TransportError:
            response = of_our_own(request, 502, {"error": "no_answer"})
        await response(scope, receive, send)

    async def answer(self, request: Request, path: str, raw: bytes) -> Response:
        """Return the answer of the API."""
        method = "GET" if request.method == "HEAD" else request.method
        below = path.removeprefix("/api") if path.startswith("/api/") else ""
        here = {each.method: each for each in OPERATIONS if each.match(below)}
        if not here:
            return translated(NOWHERE, await self.ask(NOWHERE, request, b"", {}))
        if method not in here:
            raise Refusal(405, "method_not_allowed", Allow=", ".join(here))
        if method != "GET":
            check_csrf(request)
        if len(raw) > MOST_BYTES:
            raise Refusal(413, "too_large")
        operation = here[method]
        members = form(operation, request, raw) if operation.body == "form" else {}
        if operation.path == "/csrf":
            return with_csrf(of_our_own(request, 204))
        if operation.path == "/accounts":
            return self.begin(request, members)
        if operation.path == "/accounts/terms":
            return await self.terms(operation, request, members)
        if operation.path == "/sessions" and "email" in members:  # a name that nobody has costs the reference the same
            members["email"] = self.names.get(key(members["email"]), members["email"])
        if operation.there == "POST /auth/refresh":
            if "rt" not in request.cookies:
                raise Refusal(401, "sign_in", **{"WWW-Authenticate": 'Session realm="facade"'})
            members = {"refreshToken": request.cookies["rt"]}
        content = renamed(operation, raw) if operation.body == "json" else json.dumps(members).encode()
        parameters = operation.match(below).groupdict()  # type: ignore[union-attr]
        return translated(operation, await self.ask(operation, request, content, parameters))

    async def ask(
        self, operation: Operation, request: Request, content: bytes, path: Mapping[str, str]
    ) -> httpx.Response:
        """Put the request to the reference, in its words."""
        method, _, there = operation.there.partition(" ")
        given = request.headers
        media_type = given.get("content-type", "") if operation.body == "json" else "application/json"
        fields = [("Content-Type", media_type)] if content else []
        fields += [("Authorization", f"Bearer {token}") for token in given.getlist("x-auth-token")]
        fields += [("X-Request-ID", each) for each in given.getlist("x-request-id")]
        said = request.query_params.multi_items()
        query = httpx.QueryParams(tuple((operation.words.get(name, name), value) for name, value in said))
        url = f"{self.url}/api/v1{there.format(**path)}"
        try:
            return await self.http.request(method, url, headers=fields, params=query, content=content)
        except (httpx.LocalProtocolError, UnicodeEncodeError):
            raise Refusal(400, "invalid") from None

    def begin(self, request: Request, members: dict[str, str]) -> Response:
        """Keep what a registration says until its sender has accepted the terms."""
        if not members.get("username"):
            raise Refusal(400, "invalid")
        ticket = secrets.token_urlsafe(24)
        self.tickets[ticket] = members
        body = {"error": "terms_due", "state": "terms", "ticket": ticket}
        return of_our_own(request, 401, body, {"WWW-Authenticate": 'Terms realm="facade"'})

    async def terms(self, operation: Operation, request: Request, members: dict[str, str]) -> Response:
        """Register; the answer is the same whether name and address were free or not."""
        ticket = members.get("ticket", "")
        if ticket not in self.tickets or members.get("accepted") != "yes":
            raise Refusal(400, "invalid")
        account = dict(self.tickets[ticket])
        name = key(account.pop("username"))
        if name in self.names:
            account["email"] = self.names[name]  # taken, so its owner's address: the reference refuses it as taken
        said = await self.ask(operation, request, json.dumps(account).encode(), {})
        if said.is_success:
            self.names.setdefault(name, account["email"])
        elif said.status_code != 409:
            return translated(operation, said)
        self.tickets.pop(ticket, None)
        return written(operation.success, None, passed_on(said))

    async def through(self, request: Request, path: str, raw: bytes) -> Response:
        """Return what the reference's control port says, or what it publishes beside its API."""
        url = self.url + path if path.startswith("/.well-known/") else self.control + path.removeprefix("/control")
        fields = {name: each for name, each in request.headers.items() if name in ("x-control-secret", "x-request-id")}
        query = httpx.QueryParams(tuple(request.query_params.multi_items()))
        said = await self.http.request(request.method, url, headers=fields, params=query, content=raw)
        if path == "/control/accounts" and said.status_code == 200:
            email = said.json()["user"]["email"]
            self.names[key("u_" + re.sub(r"[^A-Za-z0-9]+", "_", email))] = email
        return written(said.status_code, said.json(), passed_on(said))


def key(name: str) -> str:
    """Return what makes two spellings of a user name the same."""
    return unicodedata.normalize("NFKC", name).strip().casefold()


def check_csrf(request: Request) -> None:
    """Raise the 403 unless the header repeats what the cookie says once that is decoded."""
    cookie, header = unquote(request.cookies.get("csrf", "")), request.headers.get("x-csrf-token", "")
    if not cookie or not hmac.compare_digest(cookie.encode(), header.encode()):
        raise Refusal(403, "csrf")


def of_our_own(request: Request, status: int, body: Any = None, fields: Mapping[str, str] | None = None) -> Response:
    """Return an answer that the reference has no part in."""
    given = request.headers.get("x-request-id", "")
    identifier = given if re.fullmatch(r"[A-Za-z0-9._-]{8,128}", given) else str(uuid.uuid4())
    body = body and {**body, "requestId": identifier}
    return written(status, body, [*BASELINE.items(), ("X-Request-ID", identifier), *(fields or {}).items()])


def main(arguments: list[str]) -> int:
    """Start the reference, then the front; return 0 once either has ended, 2 where the reference did not start."""
    parser = argparse.ArgumentParser(prog="python -m suites.selftest.facade", allow_abbrev=False)
    parser.add_argument("--port", type=int, default=0)
    options, others = parser.parse_known_args(arguments)
    command = [sys.executable, "-m", "reference_impl", *others, "--port", "0", "--control"]
    guarded = [sys.executable, "-S", str(GUARD), *command]
    with (
        subprocess.Popen(guarded, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as child,
        socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP) as listening,
    ):
        assert child.stdout is not None
        if not (line := child.stdout.readline()):
            return 2
        reference = json.loads(line)
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind(("127.0.0.1", options.port))
        listening.listen(2048)
        url = f"http://127.0.0.1:{listening.getsockname()[1]}"
        app = Facade(reference["listening"], reference["control"]["url"])
        config = uvicorn.Config(
            app,
            http="h11",  # it hands methods that nobody has heard of to the application
            ws="none",
            lifespan="off",
            log_config=None,
            access_log=False,
            server_header=False,
        )
        server = uvicorn.Server(config)

        def end_with_the_reference() -> None:
            child.wait()
            server.should_exit = True

        threading.Thread(target=end_with_the_reference, daemon=True).start()
        control = {"url": f"{url}/control", "secret": reference["control"]["secret"]}
        print(json.dumps({"listening": url, "control": control}), flush=True)
        server.run([listening])
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
