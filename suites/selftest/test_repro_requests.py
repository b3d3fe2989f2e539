"""Repro scripts send what was recorded, byte for byte, and run nothing that a target or a test has said."""

from __future__ import annotations

import os
import socket
import subprocess
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from contract.answers import Answer, Headers, Request
from contract.secret import Secret
from contract.targets.model import Target, Transport
from suites.rig.raw import serialise
from suites.rig.repro import save, script
from suites.selftest.loopback import saying, serving

JSON = (("Content-Type", "application/json"),)
OWN = {"host", "user-agent", "content-length"}
"""Headers that curl writes itself."""

REQUESTS: dict[str, tuple[str, str, Headers, bytes]] = {
    "json": ("POST", "/login", JSON, b'{"email": "not an address", "password": "it\'s $HOME `id` \\\\ \\"!\\""}'),
    "form": ("POST", "/login", (("Content-Type", "application/x-www-form-urlencoded"),), b"a=1&b=%2B+x&c=%"),
    "other letters": ("POST", "/login", JSON, '{"name": "Ame\u0301lie Ünïcode 密码 🔑"}'.encode()),
    "no text": ("POST", "/login", JSON, b"\xff\xfe\x00\x01'\n\r\t\x7f\x00"),
    "half a surrogate pair": ("POST", "/login", JSON, rb'{"email": "a\ud800@example.com", "password": "p \udfff"}'),
    "a file's name": ("POST", "/login", JSON, b"@/etc/hostname"),
    "empty lines": ("POST", "/login", JSON, b"{\n\n\n\n}\n\n\n"),
    "large": ("POST", "/login", JSON, b'{"name": "' + b"x" * 1_300_000 + b'"}'),
    "large and varied": ("POST", "/login", JSON, b" ".join(b"%d" % number for number in range(30_000))),
    "no body": ("POST", "/logout", (), b""),
    "body without a type": ("POST", "/login", (), b"{}"),
    "body in a read": ("GET", "/me", JSON, b"{}"),
    "method of its own": ("BREW", "/me", (), b""),
    "empty header": ("GET", "/me", (("Authorization", ""), ("X-Empty", "")), b""),
    "header twice": ("GET", "/me", (("X-Twice", "1"), ("X-Twice", "2"), ("Cookie", "a=b; c=\"d e\"")), b""),
    "latin-1 header": ("GET", "/me", (("X-Name", "J\xf6rg's $(id)"),), b""),
    "path to be tidied": ("GET", "/a/../b//c/./[1-3]{x,y}?q='$x'&r=%20;#", (), b""),
    "own accept": ("GET", "/me", (("Accept", "text/html;q=0.5, */*"),), b""),
}  # fmt: skip


def target_at(url: str, *, transport: Transport | None = None) -> Target:
    return Target("made up", f"{url}/api", speaks_contract=False, transport=transport or Transport())


def run(text: str, folder: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    path = save(folder, "HTTP-07", text)
    return subprocess.run(
        ["bash", path],
        env={"PATH": os.environ["PATH"], **environment},
        cwd=folder,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        errors="replace",
        timeout=30,
        check=False,
    )


def script_of(exchanges: Sequence[Answer], target: Target) -> str:
    return script("HTTP-07", "It holds.", "400", "500", exchanges, exchanges[-1], target)


def parsed(data: bytes) -> tuple[bytes, list[bytes], bytes]:
    """Return request line, the header lines that curl does not write itself, sorted, and body."""
    head, _, body = data.partition(b"\r\n\r\n")
    line, *fields = head.split(b"\r\n")
    said = [field.replace(b": ", b":") for field in fields if field.partition(b":")[0].lower().decode() not in OWN]
    return line, sorted(said), body


@pytest.mark.parametrize("name", REQUESTS)
def test_a_request_goes_out_as_it_was_recorded(name: str, tmp_path: Path) -> None:
    method, path, headers, body = REQUESTS[name]
    answer = b"HTTP/1.1 400 Bad Request\r\nContent-Length: 4\r\nConnection: close\r\n\r\nno\0\n"
    with serving(saying(answer)) as heard:
        request = Request(method, f"{heard.url}/api{path}", headers, body)
        ended = run(script_of([Answer(request, 500)], target_at(heard.url)), tmp_path)

    wanted = parsed(serialise(request, Transport()))
    sent = parsed(heard.requests[0])
    wanted[1].remove(b"Connection:close")  # the raw sender's own
    assert sent == wanted, ended.stderr
    assert ended.stdout.splitlines()[-1] == (
        "status 400; in the failed test it was 500; expected: 400; the failed test saw: 500"
    )


@pytest.mark.parametrize(
    "data",
    [
        b"GET  /api/me HTTP/9.9\r\nHost: HOST\r\n\r\n",
        b"\0\x01 not http\r\n\r\n",
        b"POST /api/login HTTP/1.1\r\n: \xff\r\n\r\n",
    ],
    ids=["version", "no http", "header without a name"],
)
def test_what_is_no_http_goes_out_as_it_was_recorded(data: bytes, tmp_path: Path) -> None:
    def hang_up(connection: socket.socket, _request: bytes) -> None:
        connection.sendall(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n")
        connection.close()

    with serving(hang_up) as heard:
        host = heard.url.partition("//")[2].encode()
        data = data.replace(b"HOST", host)
        request = Request("GET", f"{heard.url}/api/me", layer="transport", wire=data)
        ended = run(script_of([Answer(request, 500)], target_at(heard.url)), tmp_path)

    assert heard.requests == [data]
    assert ended.stdout.splitlines()[0] == "HTTP/1.1 400 Bad Request"


def test_nothing_that_was_said_is_run(tmp_path: Path) -> None:
    evil = "'; touch pwned; $(touch pwned) `touch pwned` \" ${x:?$(touch pwned)} }\n touch pwned #"
    token = "tok-0123456789abcdef"
    held = Answer(
        Request("POST", "http://HOST/api/login", JSON, b"{}", operation=evil),
        200,
        (("Set-Cookie", f"{evil.partition(chr(10))[0].replace(';', '')}={token}x"),),
        b'{"' + evil.encode("unicode_escape").replace(b'"', b'\\"') + b'": "' + token.encode() + b'"}',
    )
    said = f"{evil} {token} {token}x"
    last = Answer(Request("POST", "http://HOST/api/me", (("X-T", token),), said.encode(), operation=evil), 500)
    with serving(saying(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}")) as heard:
        here = [replace(each, request=replace(each.request, url=each.request.url.replace("http://HOST", heard.url)))
                for each in (held, last)]  # fmt: skip
        text = script("HTTP-07", evil, evil, evil, here, here[-1], target_at(heard.url))
        run(text, tmp_path)

    assert [path.name for path in tmp_path.iterdir()] == ["HTTP-07.sh"]
    assert len(heard.requests) == 1, "the first answer holds no token, and the script stops there"


def test_nothing_that_the_target_file_says_is_run(tmp_path: Path) -> None:
    evil = '$(touch pwned) `touch pwned` }" \\'
    transport = Transport(headers={evil: Secret("key-0123456789")}, ca_file=Path(evil), proxy=f"http://{evil}")
    request = Request("GET", f"http://api.test/{evil}/me", ((evil, "key-0123456789"),))
    target = Target(evil, f"http://api.test/{evil}", start=evil, speaks_contract=False, transport=transport)
    name = "TOUCH_PWNED_TOUCH_PWNED"

    ended = run(script_of([Answer(request, 500)], target), tmp_path, **{name: "given"})

    assert [path.name for path in tmp_path.iterdir()] == ["HTTP-07.sh"]
    assert "status 0; in the failed test it was 500" in ended.stdout, ended.stderr


def test_headers_and_connection_are_those_of_the_target_file(tmp_path: Path) -> None:
    transport = Transport(
        ca_file=Path("ca.pem"),
        verify=False,
        proxy="http://proxy.example:3128",
        proxy_auth=Secret("somebody:proxy-pass"),
        headers={"X-Api-Key": Secret("key-0123456789")},
        timeout_s=7,
    )
    request = Request("GET", "https://api.example/v1/me", (("X-Api-Key", "key-0123456789"),))
    target = Target("made up", "https://api.example/v1", speaks_contract=False, transport=transport)

    lines = script_of([Answer(request, 500)], target).splitlines()

    telling = ("CA_FILE", "API_KEY", "PROXY_AUTH", "VERIFY")
    assert [line for line in lines if any(name in line for name in telling)] == [
        ': "${X_API_KEY:?set it to the value of the header X-Api-Key that the target file adds}"',
        ': "${PROXY_AUTH:?set it to user:password for the proxy}"',
        'export CA_FILE="${CA_FILE:-ca.pem}"',
        "export VERIFY=no  # the target file says verify = false: certificates are not checked",
        "CURL=(--silent --show-error --http1.1 --globoff --path-as-is --max-time 7 "
        '--cacert "$CA_FILE" --insecure --proxy http://proxy.example:3128 --proxy-user "$PROXY_AUTH")',
        '  -H "X-Api-Key: $X_API_KEY" \\',
    ]
    ended = run("\n".join(lines), tmp_path)
    assert (ended.returncode, ended.stdout) == (1, "")
    assert ended.stderr.endswith("X_API_KEY: set it to the value of the header X-Api-Key that the target file adds\n")
