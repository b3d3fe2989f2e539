"""
An authentication API that computes nothing: what is measured against it is the harness.

    python -m suites.benchmarks.instant_target PORT [SECONDS]

It keeps accounts, sessions and refresh tokens in memory, hashes nothing, and answers at once, or SECONDS later.
"""

from __future__ import annotations

import asyncio
import json
import secrets
import sys
from http import HTTPStatus

TYPE = "application/problem+json"
BASE = "/api/v1"


class Instant:
    """The state: passwords by address, the living access and refresh tokens with their sessions."""

    def __init__(self, delay_s: float) -> None:
        self.delay_s = delay_s
        self.passwords: dict[str, str] = {}
        self.access: dict[str, str] = {}
        self.refresh: dict[str, str] = {}
        self.spent: dict[str, str] = {}

    def tokens(self, session: str) -> dict[str, object]:
        """Give a session a new pair."""
        access, refresh = secrets.token_urlsafe(16), secrets.token_urlsafe(16)
        self.access[access], self.refresh[refresh] = session, session
        return {"accessToken": access, "tokenType": "Bearer", "expiresIn": 3600, "refreshToken": refresh}

    def end(self, session: str) -> None:
        """Forget the tokens of a session."""
        for held in (self.access, self.refresh):
            for token in [token for token, whose in held.items() if whose == session]:
                del held[token]

    def answer(self, method: str, path: str, bearer: str, body: dict[str, str]) -> tuple[int, object]:
        """Return the status and the document that answer one request."""
        user = {"id": "u", "email": "a@example.com", "role": "user", "disabled": False, "mfaEnabled": False}
        if path.endswith("/auth/register"):
            new = body["email"] not in self.passwords
            self.passwords.setdefault(body["email"], body["password"])
            return (201, user) if new else (409, None)
        if path.endswith("/auth/login"):
            right = self.passwords.get(body["email"]) == body["password"]
            return (200, {**self.tokens(secrets.token_hex(8)), "user": user}) if right else (401, None)
        if path.endswith("/auth/refresh"):
            token = body["refreshToken"]
            if token in self.refresh:
                session = self.spent[token] = self.refresh.pop(token)
                return 200, self.tokens(session)
            if token in self.spent:
                self.end(self.spent[token])
            return 401, None
        session = self.access.get(bearer)
        if session is None:
            return (404, None) if method == "GET" and not path.endswith("/users/me") else (401, None)
        if path.endswith("/auth/logout"):
            self.end(session)
            return 204, None
        return 200, user

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer the requests of one connection."""
        try:
            while True:
                head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
                fields = dict(line.lower().split(": ", 1) if ":" in line else (line, "") for line in head[1:] if line)
                plain = dict(line.split(": ", 1) for line in head[1:] if ": " in line)
                raw = await reader.readexactly(int(fields.get("content-length", 0)))
                method, path, _ = head[0].split(" ", 2)
                bearer = next((value for name, value in plain.items() if name.lower() == "authorization"), "")
                if self.delay_s:
                    await asyncio.sleep(self.delay_s)
                status, document = self.answer(method, path, bearer.partition(" ")[2], json.loads(raw) if raw else {})
                writer.write(reply(status, document))
        except (asyncio.IncompleteReadError, ConnectionError):
            writer.close()


def reply(status: int, document: object) -> bytes:
    """Return one answer as it goes over the wire."""
    said = document if document is not None else {"type": "about:blank", "status": status, "title": "no"}
    body = b"" if status == 204 else json.dumps(said).encode()
    kind = "application/json" if document is not None else TYPE
    fields = f"Content-Type: {kind}\r\nCache-Control: no-store\r\nX-Request-ID: {secrets.token_hex(8)}\r\n"
    challenge = 'WWW-Authenticate: Bearer realm="x"\r\n' if status == 401 else ""
    line = f"HTTP/1.1 {status} {HTTPStatus(status).phrase}\r\n"
    return f"{line}{fields}{challenge}Content-Length: {len(body)}\r\n\r\n".encode() + body


async def main(port: int, delay_s: float) -> None:
    """Serve until the process is ended."""
    server = await asyncio.start_server(Instant(delay_s).serve, "127.0.0.1", port)
    async with server:
        await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]), float(sys.argv[2]) if len(sys.argv) > 2 else 0.0))
