"""A started stub of an identity service, for the self-tests of the reference's upstream mode."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import httpx

from suites.selftest.reference import DEADLINE_S, ROOT, Reference

SAID = "urn:authproof:problem:identity-service-"


@dataclass
class Stub:
    """One stub process; `options` make a reference use it, `secret` is what it asks for."""

    url: str
    service_id: str
    secret: str
    process: subprocess.Popen[str]

    @property
    def options(self) -> tuple[str, ...]:
        """The reference's options for this identity service."""
        return ("--upstream", self.url, "--upstream-id", self.service_id, "--upstream-secret", self.secret)

    def mode(self, mode: str) -> None:
        """Answer in *mode* from now on, and count calls anew."""
        assert httpx.post(self.url + "/control", json={"mode": mode}, trust_env=False).status_code == 200

    @property
    def calls(self) -> dict[str, int]:
        """The calls since the mode was set."""
        calls: dict[str, int] = self.control()["calls"]
        return calls

    def control(self) -> dict[str, Any]:
        """What the stub says of itself."""
        said: dict[str, Any] = httpx.get(self.url + "/control", trust_env=False).json()
        return said

    def stop(self) -> None:
        """End the process: connections are refused from now on."""
        self.process.terminate()
        self.process.wait(DEADLINE_S)


@contextmanager
def identity_stub(*options: str) -> Iterator[Stub]:
    """Start a stub and end it at the end of the block."""
    command = [sys.executable, "-m", "reference_impl.identity_stub", *options]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            said = json.loads(process.stdout.readline())
            yield Stub(said["listening"], said["serviceId"], said["serviceSecret"], process)
        finally:
            process.kill()


def failed(answer: httpx.Response, kind: str) -> None:
    """The answer is the 503 of *kind*, announces when to come back, and says nothing of the inside."""
    assert (answer.status_code, answer.json()["type"]) == (503, SAID + kind)
    assert set(answer.json()) == {"type", "title", "status", "requestId"}
    assert answer.headers["retry-after"].isdigit()
    assert not re.search(r"127\.0\.0\.1|localhost|http:|Error|Traceback", answer.text)


def identity_entry(server: Reference) -> dict[str, str]:
    """Return what readiness says of the identity service."""
    entries = {entry["name"]: entry for entry in server.call("GET", "/health/ready").json()["dependencies"]}
    return dict(entries["identity-service"])
