"""Targets that are not what they should be: the verdict and the exit code of the design, in bounded time and memory."""

from __future__ import annotations

import contextlib
import socket
from pathlib import Path

import pytest

from contract.results import ExitCode
from suites.rig.passive import PASSIVE
from suites.selftest.loopback import Speak, serving
from suites.selftest.whole_run import WholeRun, run

GIGABYTE = 1 << 30
PIECE = b"x" * 65_536


def saying(head: str, body: bytes = b"{}") -> Speak:
    """Return a speaker that gives every request the same answer."""
    answer = f"HTTP/1.1 {head}\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body

    def speak(connection: socket.socket, _: bytes) -> None:
        connection.sendall(answer)

    return speak


def endless(connection: socket.socket, _: bytes) -> None:
    """Promise a gigabyte, and send it as long as anybody reads."""
    connection.sendall(f"HTTP/1.1 200 OK\r\nContent-Length: {GIGABYTE}\r\n\r\n".encode())
    for _piece in range(GIGABYTE // len(PIECE)):
        connection.sendall(PIECE)


def silent(connection: socket.socket, _: bytes) -> None:
    """Say nothing until the other side gives up."""
    with contextlib.suppress(TimeoutError):
        connection.recv(1)
    raise OSError


def no_http(connection: socket.socket, _: bytes) -> None:
    """Speak another protocol."""
    connection.sendall(b"220 mail.example.com ESMTP ready\r\n\r\n")
    raise OSError


REFUSES_ALL = saying("401 Unauthorized\r\nWWW-Authenticate: Bearer\r\nContent-Type: application/json")
ACCEPTS_ALL = saying("200 OK\r\nContent-Type: application/json")

ODD: dict[str, tuple[Speak, ExitCode, str]] = {
    "401 to everything": (REFUSES_ALL, ExitCode.RED, "preflight: registerUser with valid input is refused-token"),
    "200 to everything": (ACCEPTS_ALL, ExitCode.RED, "preflight: loginUser with valid input is unrecognised"),
    "a gigabyte": (endless, ExitCode.UNREACHABLE, "body over 8388608 bytes"),
    "silence": (silent, ExitCode.UNREACHABLE, "timed out after 2 s"),
    "no HTTP": (no_http, ExitCode.UNREACHABLE, "not HTTP"),
}


def judged(tmp_path: Path, url: str) -> WholeRun:
    """Run the suite against *url*, with a short time limit for each request."""
    file = tmp_path / "odd.toml"
    file.write_text(f'name = "odd"\nbase_url = "{url}/api/v1"\n[transport]\ntimeout_s = 2.0\n', "utf-8")
    return run(f"--target={file}", timeout_s=60)


@pytest.mark.parametrize("name", ODD)
def test_an_odd_target_ends_the_run_with_one_verdict(tmp_path: Path, name: str) -> None:
    """One red verdict with the exchange beats a hundred that follow from it."""
    speak, code, said = ODD[name]

    with serving(speak) as heard:
        came = judged(tmp_path, heard.url)

    assert came.code == code, came.text
    assert said in came.text
    assert came.results is not None
    assert came.results.complete
    assert not any(row.judged for row in came.results.rows if row.requirement not in ("PREFLIGHT", *PASSIVELY))


PASSIVELY = tuple(each.requirement for each in PASSIVE)


def test_a_port_where_nobody_listens_is_said_to_be_unreachable(tmp_path: Path) -> None:
    """A typing error in an address must not look like a broken API."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        came = judged(tmp_path, f"http://127.0.0.1:{taken.getsockname()[1]}")

    assert came.code == ExitCode.UNREACHABLE, came.text
    assert "connection refused" in came.text
