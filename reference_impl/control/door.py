"""The control port's listener: who may come in, and where to."""

from __future__ import annotations

import asyncio
import hmac
import secrets
import socket
from typing import Any

from reference_impl import small_http
from reference_impl.control.actions import ACTIONS, Mistake
from reference_impl.problems import Problem
from reference_impl.service import Service
from reference_impl.small_http import Asked, Said, as_json
from reference_impl.store import StoreUnavailable


async def open_control(service: Service, sock: socket.socket) -> dict[str, str]:
    """Listen on *sock* until the event loop ends; return what the start line says of it: `url` and `secret`."""
    secret = secrets.token_urlsafe(32)

    async def serve(asked: Asked, writer: asyncio.StreamWriter) -> None:
        writer.write(as_json(await answer(service, secret, asked)))

    await small_http.listen(sock, serve)
    host, port = sock.getsockname()[:2]
    return {"url": f"http://{f'[{host}]' if ':' in host else host}:{port}", "secret": secret}


async def answer(service: Service, secret: str, asked: Asked) -> Said:
    """Do what is asked by one who knows the secret."""
    if not hmac.compare_digest(asked.fields.get("x-control-secret", "").encode(), secret.encode()):
        return 403, {"error": "X-Control-Secret is missing or wrong"}
    action = ACTIONS.get((asked.method, asked.path))
    if action is None:
        return 404, {"error": f"valid: {', '.join(' '.join(place) for place in ACTIONS)}"}
    said: Any
    try:
        said = await action(service, asked)
    except Mistake as mistake:
        return 422, {"error": str(mistake)}
    except Problem as problem:
        return problem.status, {"error": problem.kind}
    except StoreUnavailable as fault:
        return 503, {"error": f"database: {fault.cause}"}
    return 200, said
