"""
Starts the stub identity service.

    python -m reference_impl.identity_stub --port 0 --service-id ID --service-secret SECRET

Its first line of output is JSON: where it listens, and the credentials it asks for (made up where none are given).
Its own door, without credentials and untouched by any mode, is /control: `GET` gives the mode, the calls since it was
set and the number of users; `POST {"mode": "html"}` sets the mode. Loopback only; for trials, not for production.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import secrets
import signal
import socket
import sys
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from reference_impl import small_http
from reference_impl.identity_stub import modes
from reference_impl.small_http import Asked, Said, as_json


@dataclass
class Stub:
    """
    What the identity service knows: a password for each subject; `calls` counts by method and first part of path.

    What it knows outlives the process where there is a `file` for it.
    """

    service_id: str
    service_secret: str
    mode: str = modes.OK
    file: Path | None = None
    passwords: dict[str, str] = field(default_factory=dict)
    calls: Counter[str] = field(default_factory=Counter)

    async def serve(self, asked: Asked, writer: asyncio.StreamWriter) -> None:
        """Answer one request."""
        if asked.path == "/control":
            writer.write(as_json(self.control(asked)))
            return
        self.calls[f"{asked.method} /{asked.path.split('/')[1]}"] += 1
        mode = self.mode if asked.path == "/verify" or not self.mode.startswith("reject-") else modes.OK
        await modes.answer(mode, modes.Exchange(lambda: as_json(self.answer(asked)), writer))

    def control(self, asked: Asked) -> Said:
        """Set the mode where asked to; return it with the calls since it was set."""
        if asked.method == "POST":
            mode = asked.body.get("mode") if isinstance(asked.body, dict) else None
            if mode not in modes.MODES:
                return 422, {"error": f"unknown mode; valid: {', '.join(modes.MODES)}"}
            self.mode = mode
            self.calls.clear()
        return 200, {"mode": self.mode, "calls": dict(self.calls), "users": len(self.passwords)}

    def answer(self, asked: Asked) -> Said:
        """Return what an identity service in good health says."""
        named = asked.fields.get("x-service-id"), asked.fields.get("x-service-secret")
        if named != (self.service_id, self.service_secret):
            return 401, {"error": "invalid_client"}
        said = asked.body if isinstance(asked.body, dict) else {}
        match asked.method, *asked.path.strip("/").split("/"):
            case "GET", "health":
                return 200, {"status": "ok"}
            case "POST", "verify":
                subject, password = said.get("subject"), said.get("password")
                if not isinstance(subject, str) or subject not in self.passwords:
                    return 404, {"error": "user_not_found"}
                if self.passwords[subject] != password:
                    return 401, {"error": "invalid_credentials"}
                return 200, {"subject": subject, "token": secrets.token_urlsafe(32)}
            case "PUT", "users", subject if isinstance(said.get("password"), str):
                self.passwords[subject] = said["password"]
                self.save()
                return 200, {"subject": subject}
            case "DELETE", "users", subject:
                known = self.passwords.pop(subject, None) is not None
                self.save()
                return (204, None) if known else (404, {"error": "not_found"})
        return 404, {"error": "not_found"}

    def load(self) -> None:
        """Read what an earlier process knew."""
        if self.file is not None and self.file.exists():
            self.passwords = json.loads(self.file.read_text(encoding="utf-8"))

    def save(self) -> None:
        """Write what is known, so that a kill leaves the old file or the new one whole."""
        if self.file is not None:
            draft = self.file.with_name(self.file.name + ".new")
            draft.write_text(json.dumps(self.passwords), encoding="utf-8")
            draft.replace(self.file)


async def main(arguments: list[str]) -> None:
    """Listen until told to stop."""
    parser = argparse.ArgumentParser(prog="python -m reference_impl.identity_stub", description="A stub to misbehave.")
    parser.add_argument("--port", type=int, default=0, help="port to listen on; 0 picks a free one")
    parser.add_argument("--service-id", default="authproof", help="what X-Service-Id must say")
    parser.add_argument("--service-secret", default="", help="what X-Service-Secret must say; default: made up")
    parser.add_argument("--mode", choices=modes.MODES, default=modes.OK, help="how to answer")
    parser.add_argument("--data", type=Path, help="file that keeps the users' passwords; default: none is kept")
    options = parser.parse_args(arguments)
    secret = options.service_secret or secrets.token_hex(24)  # which no command line takes for an option: no "-"
    stub = Stub(options.service_id, secret, options.mode, options.data)
    stub.load()
    sock = socket.create_server(("127.0.0.1", options.port))
    server = await small_http.listen(sock, stub.serve)
    url = f"http://127.0.0.1:{sock.getsockname()[1]}"
    print(
        json.dumps({"listening": url, "serviceId": stub.service_id, "serviceSecret": stub.service_secret}), flush=True
    )
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    await stop.wait()
    server.close()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1:]))
