"""
A small server with customs that the façade has not, in this process, for the tests of what a target file can say.

Tenants in the path; multipart forms; a registration that an admin activates; a login in two steps, the name first and
then the password, which succeeds with 207; `Authorization: Token ...`, a token that any answer may renew; one-time
codes of eight digits, a minute, SHA-256 and a short secret, within the login request or with a cookie and an Origin.
"""

from __future__ import annotations

import base64
import email
import email.policy
import hmac
import json
import secrets
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.cookies import SimpleCookie
from http.server import BaseHTTPRequestHandler
from typing import Any

from suites.selftest.served import served

TENANT = "acme inc"
ADMIN = "the admin of the server with other customs"
ORIGIN = "https://app.acme.example"
RENEWS_AFTER = 3  # answers to one token
DIGITS, STEP_S, SECRET_LENGTH = 8, 60, 10


@dataclass
class Person:
    """An account; `secret` is "" without a second factor, which counts once it is `confirmed`."""

    id: str
    name: str
    address: str
    password: str
    active: bool = False
    secret: str = ""
    confirmed: bool = False
    used: set[str] = field(default_factory=set)


@dataclass
class Asked:
    """One request: its body as members, whatever it was written as; `form` is its media type."""

    line: str
    token: str
    origin: str
    cookies: Mapping[str, str]
    body: Mapping[str, Any]
    form: str


@dataclass
class Said:
    """One answer."""

    status: int
    body: Any = None
    headers: tuple[tuple[str, str], ...] = ()


class Refused(Exception):
    """A refusal: status and word."""

    def __init__(self, status: int, error: str) -> None:
        self.said = Said(status, {"error": error}, ((("WWW-Authenticate", "Token"),) if status == 401 else ()))
        super().__init__(error)


@dataclass
class Customs:
    """
    The server's state. What it does wrong on purpose: it takes `any_code`, or a right one `again`.
    """

    url: str = ""
    any_code: bool = False
    again: bool = False
    people: dict[str, Person] = field(default_factory=dict)
    flows: dict[str, Person] = field(default_factory=dict)
    tokens: dict[str, tuple[Person, int]] = field(default_factory=dict)
    pending: dict[str, Person] = field(default_factory=dict)
    seen: list[Asked] = field(default_factory=list)

    def answer(self, asked: Asked) -> Said:
        """Return what *asked* is answered."""
        self.seen.append(asked)
        try:
            return self._answer(asked)
        except Refused as refused:
            return refused.said

    def _answer(self, asked: Asked) -> Said:
        method, _, path = asked.line.partition(" ")
        prefix = f"/t/{TENANT.replace(' ', '%20')}"
        if not path.startswith(prefix):
            raise Refused(404, "no_such_tenant")
        line, body = f"{method} {path.removeprefix(prefix)}", asked.body
        if line == "POST /people":
            return self.registered(asked)
        if method == "PUT" and path.startswith(f"{prefix}/people/"):
            return self.activated(asked, path.rpartition("/")[2])
        if line == "POST /who":
            flow = secrets.token_urlsafe(12)
            self.flows[flow] = self.people.get(str(body.get("name")), Person("", "", "", ""))
            return Said(200, {"flow": flow})
        if line == "POST /login":
            return self.logged_in(asked)
        if line == "POST /login/code":
            return self.completed(asked)
        return self.of_a_person(line, asked)

    def registered(self, asked: Asked) -> Said:
        """Make an account, which an admin has to activate."""
        body = asked.body
        if asked.form != "multipart/form-data":
            raise Refused(415, "multipart_only")
        name, password = str(body.get("name", "")), str(body.get("password", ""))
        if not name or len(password) < 8:
            raise Refused(422, "invalid")
        if name in self.people:
            raise Refused(409, "taken")
        person = Person(secrets.token_hex(6), name, str(body.get("address", "")), password)
        self.people[name] = person
        return Said(202, {"id": person.id})

    def activated(self, asked: Asked, id: str) -> Said:
        """Let the person *id* in, for the admin."""
        if asked.token != ADMIN:
            raise Refused(403, "admins_only")
        for person in self.people.values():
            if person.id == id:
                person.active = asked.body.get("active") is True
        return Said(204)

    def logged_in(self, asked: Asked) -> Said:
        """Take the password of the one whose name came before; a code within the request, or a cookie to wait with."""
        person = self.flows.get(str(asked.body.get("flow")))
        if person is None or not person.password or asked.body.get("password") != person.password:
            raise Refused(401, "wrong")
        if not person.active:
            raise Refused(403, "not_yet")
        if not person.confirmed:
            return self.signed_in(person)
        if "code" in asked.body:
            self.spent(person, str(asked.body["code"]))
            return self.signed_in(person)
        waiting = secrets.token_urlsafe(18)
        self.pending[waiting] = person
        cookie = ("Set-Cookie", f"waiting={waiting}; Path=/; HttpOnly; SameSite=Strict")
        return Said(200, {"next": "code"}, (cookie,))

    def completed(self, asked: Asked) -> Said:
        """Take a code from whoever waits with a cookie, and comes from the right page."""
        if asked.origin != ORIGIN:
            raise Refused(403, "foreign_origin")
        person = self.pending.get(asked.cookies.get("waiting", ""))
        if person is None:
            raise Refused(401, "wrong")
        self.spent(person, str(asked.body.get("code")))
        del self.pending[asked.cookies["waiting"]]
        return self.signed_in(person)

    def spent(self, person: Person, code: str) -> None:
        """Use *code* up, which must be right and new."""
        step = int(time.time()) // STEP_S
        right = code in [code_of(person.secret, near) for near in (step - 1, step, step + 1)]
        if not self.any_code and (not right or (code in person.used and not self.again)):
            raise Refused(401, "wrong_code")
        person.used.add(code)

    def signed_in(self, person: Person) -> Said:
        """Give a token."""
        token = secrets.token_urlsafe(24)
        self.tokens[token] = person, RENEWS_AFTER
        return Said(207, {"key": token, "who": {"id": person.id}})

    def of_a_person(self, line: str, asked: Asked) -> Said:
        """Answer whoever has a token; now and then with another in its place."""
        person, left = self.tokens.get(asked.token, (None, 0))
        if person is None:
            raise Refused(401, "sign_in")
        said = self.own(line, asked, person)
        if asked.token not in self.tokens:
            return said
        if left > 1:
            self.tokens[asked.token] = person, left - 1
            return said
        del self.tokens[asked.token]
        fresh = secrets.token_urlsafe(24)
        self.tokens[fresh] = person, RENEWS_AFTER
        return Said(said.status, said.body, (*said.headers, ("X-Renewed-Token", fresh)))

    def own(self, line: str, asked: Asked, person: Person) -> Said:
        """Do what *person* asks for."""
        if line == "GET /me":
            return Said(200, {"id": person.id, "mail": person.address})
        if line == "DELETE /login":
            self.tokens.pop(asked.token)
            return Said(204)
        if line == "POST /me/factor":
            letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
            person.secret, person.confirmed = "".join(secrets.choice(letters) for _ in range(SECRET_LENGTH)), False
            return Said(200, {"key": person.secret})
        if line == "PUT /me/factor":
            self.spent(person, str(asked.body.get("code")))
            person.confirmed = True
            return Said(204)
        raise Refused(404, "nothing_here")


def code_of(secret: str, step: int) -> str:
    """Return the code of *step*, as RFC 6238 reckons it; pyotp takes no secret as short as this."""
    key = base64.b32decode(secret + "=" * (-len(secret) % 8))
    digest = hmac.digest(key, step.to_bytes(8, "big"), "sha256")
    place = digest[-1] & 15
    number = int.from_bytes(digest[place : place + 4], "big") & 0x7FFFFFFF
    return f"{number % 10**DIGITS:0{DIGITS}}"


def members(content_type: str, raw: bytes) -> dict[str, Any]:
    """Return the members of a body: JSON, or the parts of a multipart form."""
    if content_type.startswith("multipart/form-data"):
        whole = email.message_from_bytes(
            b"Content-Type: " + content_type.encode() + b"\r\n\r\n" + raw, policy=email.policy.HTTP
        )
        return {
            str(part.get_param("name", header="content-disposition")): part.get_content() for part in whole.iter_parts()
        }
    try:
        body = json.loads(raw or b"{}")
    except ValueError:
        return {}
    return body if isinstance(body, dict) else {}


@contextmanager
def serving(customs: Customs | None = None) -> Iterator[Customs]:
    """Serve *customs*, or a sound one, on loopback."""
    customs = customs or Customs()

    class Handler(BaseHTTPRequestHandler):
        """HTTP around it."""

        protocol_version = "HTTP/1.1"

        def handle_any(self) -> None:
            """Answer one request."""
            raw = self.rfile.read(int(self.headers.get("content-length") or 0))
            scheme, _, token = (self.headers.get("authorization") or "").partition(" ")
            jar: SimpleCookie = SimpleCookie(self.headers.get("cookie") or "")
            label = self.headers.get("content-type") or ""
            said = customs.answer(
                Asked(
                    f"{self.command} {self.path}",
                    token if scheme.lower() == "token" else "",
                    self.headers.get("origin") or "",
                    {name: morsel.value for name, morsel in jar.items()},
                    members(label, raw),
                    label.partition(";")[0],
                )
            )
            content = b"" if said.body is None else json.dumps(said.body).encode()
            self.send_response(said.status)
            for name, value in said.headers:
                self.send_header(name, value)
            if content:
                self.send_header("Content-Type", "application/json")
            if said.status != 204:
                self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        do_GET = do_POST = do_DELETE = do_PATCH = do_PUT = handle_any  # noqa: N815 - names of the standard library

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with served(Handler) as customs.url:
        yield customs
