"""Many requests at once against the reference: races that have one winner, and a sudden end in their midst."""

from __future__ import annotations

import contextlib
import json
import selectors
import socket
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import NoReturn, cast

from suites.selftest.reference import PASSWORD, Reference, in_parallel, serving
from suites.selftest.second_factor import challenge, code, enrolled, verify

RIVALS = 20
AT_ONCE = 200
DEADLINE_S = 60.0
PRODUCTION_HASH = ("--hash-memory-kib", "19456", "--hash-passes", "2")


@dataclass(frozen=True, slots=True)
class Race:
    """
    Requests of which one may succeed.

    `run` runs one round against a server with a control port; it gives the statuses, which must be those `expected`.
    """

    name: str
    run: Callable[[Reference], list[int]]
    expected: list[int]


def registrations(server: Reference) -> list[int]:
    """Register one address, twenty times at once."""
    body = {"email": f"u-{uuid.uuid4().hex}@example.com", "password": PASSWORD}
    return in_parallel(lambda _: server.call("POST", "/auth/register", body).status_code, RIVALS)


def refreshes(server: Reference) -> list[int]:
    """Exchange one refresh token, twenty times at once."""
    token = server.tokens()["refreshToken"]
    return in_parallel(lambda _: server.refresh(token).status_code, RIVALS)


def guesses(server: Reference) -> list[int]:
    """Guess at one password, twenty times at once."""
    email = server.register()
    return in_parallel(lambda _: server.login(email, "not the right password").status_code, RIVALS)


def codes(server: Reference) -> list[int]:
    """Answer two challenges of one account with the same code at once."""
    user = enrolled(server)
    challenges, given = [challenge(server, user.email) for _ in range(2)], code(server, user.secret)
    return in_parallel(lambda number: verify(server, challenges[number], given).status_code, 2)


RACES = (
    Race("registrations of one address", registrations, [201] + [409] * (RIVALS - 1)),
    Race("refreshes of one token", refreshes, [200] + [401] * (RIVALS - 1)),
    Race("wrong passwords of one account", guesses, [401] * 5 + [429] * (RIVALS - 5)),
    Race("answers with one TOTP code", codes, [200, 401]),
)


def acknowledged_and_lost(database: str, kill_after: int) -> tuple[int, list[str]]:
    """
    Send 200 registrations at once, end the server by SIGKILL after *kill_after* answers of 201, and start it again.

    Returns:
        How many registrations were answered by 201, and the addresses among them that cannot log in any more.
    """
    with serving("--database", database, *PRODUCTION_HASH) as server:
        acknowledged = registered_until_killed(server, kill_after)
    with serving("--database", database) as server:
        return len(acknowledged), [email for email in acknowledged if server.login(email).status_code != 200]


def registered_until_killed(server: Reference, kill_after: int) -> list[str]:
    """
    Return the addresses whose registration was answered by 201, up to the last octet that the dead server had sent.

    One thread and bare sockets, since a client that is slower than the server would kill it when all is over.
    """
    host, _, port = server.url.removeprefix("http://").rpartition(":")
    acknowledged: list[str] = []
    with contextlib.ExitStack() as closing, selectors.DefaultSelector() as answers:
        waiting: dict[socket.socket, str] = {}
        for _ in range(AT_ONCE):
            connection = closing.enter_context(socket.create_connection((host, int(port)), DEADLINE_S))
            waiting[connection] = f"u-{uuid.uuid4().hex}@example.com"
            answers.register(connection, selectors.EVENT_READ)
        for connection, email in waiting.items():
            connection.sendall(registration(email))
        while waiting:
            for key, _ in answers.select(DEADLINE_S) or unanswered(len(waiting)):
                connection = cast("socket.socket", key.fileobj)
                answers.unregister(connection)
                email = waiting.pop(connection)
                if not is_created(connection):
                    continue
                acknowledged.append(email)
                if len(acknowledged) == kill_after:
                    server.kill()
    return acknowledged


def registration(email: str) -> bytes:
    """Return the octets of a request that registers *email*."""
    body = json.dumps({"email": email, "password": PASSWORD})
    head = ["POST /api/v1/auth/register HTTP/1.1", "Host: 127.0.0.1", "Content-Type: application/json"]
    return "\r\n".join([*head, f"Content-Length: {len(body)}", "", body]).encode()


def is_created(connection: socket.socket) -> bool:
    """Return whether what arrives at *connection* is a 201; nothing arrives from a server that was killed."""
    try:
        return connection.recv(65_536).startswith(b"HTTP/1.1 201 ")
    except ConnectionError:
        return False


def unanswered(number: int) -> NoReturn:
    """Raise AssertionError."""
    raise AssertionError(f"{number} registrations were not answered within {DEADLINE_S:g} s")
