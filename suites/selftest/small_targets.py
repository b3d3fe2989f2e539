"""The smallest targets and answers that a test of flows needs."""

from __future__ import annotations

import json
from typing import Any

from contract.answers import Answer, Request
from contract.targets.model import Operation, Step, Target

URL = "https://api.example"

LOGIN = Step("POST", "/login", send={"email": "/mail", "password": "/pass"}, capture={"accessToken": "/token"})


def speaking(*steps: Step, operation: str = "loginUser", **more: Any) -> Target:
    """Return a target that knows one operation, of *steps*."""
    return Target("acme", URL, operations={operation: Operation(operation, steps)}, **more)


def says(line: str, status: int, body: Any = None, *headers: tuple[str, str]) -> Answer:
    """Return the answer to the request *line* ("POST /login"), with *body* as JSON."""
    method, path = line.split(" ")
    return Answer(Request(method, URL + path), status, headers, b"" if body is None else json.dumps(body).encode())
