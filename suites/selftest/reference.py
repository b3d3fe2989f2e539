"""A started reference implementation, spoken to over HTTP, for the self-tests of it."""

from __future__ import annotations

import json
import os
import signal
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

ROOT = Path(__file__).parent.parent.parent
PASSWORD = "seven purple lanterns drift"
UNHURRIED = (
    *("--hash-memory-kib", "64", "--hash-passes", "1"),
    *("--source-register-limit", "0", "--source-login-failure-limit", "0"),
    *("--source-refresh-limit", "0", "--source-reset-limit", "0"),
)
"""Options that keep a self-test short: a cheap hash, no limits per peer address."""
DEADLINE_S = 30.0


@dataclass
class Reference:
    """One server process; `folder` has its database and its log, `announced` is its start line."""

    url: str
    process: subprocess.Popen[str]
    folder: Path
    client: httpx.Client
    announced: dict[str, Any]

    def call(self, method: str, path: str, body: Any = None, *, token: str = "", **headers: str) -> httpx.Response:
        """Send one request below the contract's base path; a header `x_request_id` is X-Request-ID."""
        fields = {name.replace("_", "-"): value for name, value in headers.items()}
        if token:
            fields["authorization"] = f"Bearer {token}"
        return self.client.request(method, f"/api/v1{path}", json=body, headers=fields)

    def raw(
        self, method: str, path: str, content: bytes, content_type: str | None = "application/json"
    ) -> httpx.Response:
        """Send *content* as it is."""
        fields = {"content-type": content_type} if content_type is not None else {}
        return self.client.request(method, f"/api/v1{path}", content=content, headers=fields)

    def register(self, email: str = "", password: str = PASSWORD) -> str:
        """Register; return the address, a fresh one unless given."""
        email = email or f"u-{uuid.uuid4().hex}@example.com"
        answer = self.call("POST", "/auth/register", {"email": email, "password": password})
        assert answer.status_code == 201, answer.text
        return email

    def login(self, email: str, password: str = PASSWORD) -> httpx.Response:
        """Log in, with whatever outcome."""
        return self.call("POST", "/auth/login", {"email": email, "password": password})

    def tokens(self, email: str = "", password: str = PASSWORD) -> dict[str, Any]:
        """Return the body of a login; without an address, of a fresh account's."""
        answer = self.login(email or self.register(), password)
        assert answer.status_code == 200, answer.text
        body: dict[str, Any] = answer.json()
        return body

    def me(self, token: str) -> httpx.Response:
        """Ask for the profile."""
        return self.call("GET", "/users/me", token=token)

    def refresh(self, token: str) -> httpx.Response:
        """Exchange a refresh token, with whatever outcome."""
        return self.call("POST", "/auth/refresh", {"refreshToken": token})

    def admin(self) -> dict[str, Any]:
        """Return the body of the login of a fresh admin."""
        body = self.tokens()
        self.sql("UPDATE identities SET role = 'admin' WHERE user_id = ?", body["user"]["id"])
        return body

    def sql(self, statement: str, *values: Any) -> None:
        """Change the SQLite database behind the server's back."""
        with sqlite3.connect(self.folder / "auth.sqlite", timeout=10) as connection:
            connection.execute(statement, values)
        connection.close()

    @property
    def log(self) -> list[dict[str, Any]]:
        """The log lines so far."""
        whole, _, _ = (self.folder / "log.jsonl").read_text(encoding="utf-8").rpartition("\n")
        return [json.loads(line) for line in whole.splitlines()]

    def logged(self, request_id: str) -> dict[str, Any]:
        """Wait for the log line of a request, which is written after its answer, and return it."""
        deadline = time.monotonic() + DEADLINE_S
        while time.monotonic() < deadline:
            for line in self.log:
                if line.get("requestId") == request_id:
                    return line
            time.sleep(0.01)
        raise AssertionError(f"no log line of {request_id} within {DEADLINE_S:.0f} s")

    def control(self, method: str, path: str, body: Any = None, **query: str) -> Any:
        """Do something at the control port (`--control`); return what it says."""
        door = self.announced["control"]
        said = httpx.request(
            method,
            door["url"] + path,
            json=body,
            params=query,
            headers={"X-Control-Secret": door["secret"]},
            trust_env=False,
            timeout=DEADLINE_S,
        )
        assert said.status_code == 200, said.text
        return said.json()

    def kill(self) -> None:
        """End the process as a power cut would."""
        self.process.send_signal(signal.SIGKILL)
        self.process.wait(DEADLINE_S)


@contextmanager
def serving(*options: str, folder: Path | None = None, **client: Any) -> Iterator[Reference]:
    """Start a reference with *options*, in *folder* or a temporary one, and end it at the end of the block."""
    with tempfile.TemporaryDirectory() as temporary:
        place = folder or Path(temporary)
        command = [sys.executable, "-m", "reference_impl", "--port", "0", "--data", str(place)]
        command += ["--log", str(place / "log.jsonl"), *UNHURRIED, *options]
        with (place / "stderr.txt").open("a") as stderr:
            process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=stderr, text=True)
        assert process.stdout is not None
        try:
            line = process.stdout.readline()
            assert line, (place / "stderr.txt").read_text()
            announced = json.loads(line)
            url = announced["listening"]
            with httpx.Client(base_url=url, trust_env=False, timeout=DEADLINE_S, **client) as http:
                yield Reference(url, process, place, http, announced)
        finally:
            process.terminate()
            try:
                process.wait(DEADLINE_S)
            finally:
                process.kill()
                process.stdout.close()


def start_refused(*options: str) -> str:
    """Return what a start that must fail prints on standard error; its exit code is 2 and it prints nothing else."""
    command = [sys.executable, "-m", "reference_impl", *options]
    ended = subprocess.run(
        command, cwd=ROOT, capture_output=True, text=True, timeout=DEADLINE_S, env=os.environ, check=False
    )
    assert (ended.returncode, ended.stdout) == (2, "")
    return ended.stderr


def in_parallel(work: Callable[[int], Any], count: int) -> list[Any]:
    """Return what *work* gives for 0 to *count* - 1, each in a thread of its own, all let go at the same moment."""
    ready = threading.Barrier(count)

    def let_go(number: int) -> Any:
        ready.wait()
        return work(number)

    with ThreadPoolExecutor(count) as threads:
        return list(threads.map(let_go, range(count)))
