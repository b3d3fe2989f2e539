"""How the reference starts, refuses to start, logs and stops."""

from __future__ import annotations

import json
import signal
import socket
import ssl
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from suites.selftest.reference import PASSWORD, ROOT, serving, start_refused

DATABASES = "valid: sqlite:PATH, postgresql://USER:PASSWORD@HOST:PORT/NAME"
NO_ADDRESS = f"--database: no address of a PostgreSQL; {DATABASES}, special characters percent-encoded"


def certificate(folder: Path, *, days: int, begun: int = 30, passphrase: bytes = b"") -> tuple[str, str]:
    """Write a certificate for 127.0.0.1 that began *begun* days ago and ends in *days*, and its key; return paths."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    today = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(today - timedelta(days=begun))
        .not_valid_after(today + timedelta(days=days))
        .sign(key, hashes.SHA256())
    )
    cert_file, key_file = folder / f"cert{days}.pem", folder / f"key{days}.pem"
    cert_file.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    encryption = serialization.BestAvailableEncryption(passphrase) if passphrase else serialization.NoEncryption()
    pem, pkcs8 = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8
    key_file.write_bytes(key.private_bytes(pem, pkcs8, encryption))
    return str(cert_file), str(key_file)


@pytest.mark.parametrize(
    ("options", "line"),
    [
        (["--potr", "1"], "unknown option '--potr'. Did you mean '--port'? See --help."),
        (["1234"], "'1234' is not an option; options start with --"),
        (["--port", "x"], "argument --port: 'x' is not a whole number"),
        (["--port", "70000"], "--port: 70000 is more than 65535"),
        (["--login-limit", "-1"], "argument --login-limit: -1 is less than 0"),
        (["--json"], "--json needs --list-defects beside it"),
        (["--database", "mysql://u:canary@x"], f"--database: 'mysql' is neither sqlite: nor postgresql:; {DATABASES}"),
        (["--database", "auth.sqlite"], f"--database: 'auth.sqlite' is neither sqlite: nor postgresql:; {DATABASES}"),
        (["--database", "sqlite:"], f"--database: 'sqlite:' names no file; {DATABASES}"),
        (["--database", "postgresql://u:canary@h:543z/x"], NO_ADDRESS),
        (["--database", "postgresql://u:c%narya@h/x"], NO_ADDRESS),
        (["--database", "sqlite:/dev/null/x"], "--database: cannot use the file /dev/null/x: Not a directory"),
        (["--database", "sqlite:/no/such/x"], "--database: cannot use the file /no/such/x: No such file or directory"),
        (["--database", "sqlite:/dev"], "--database: cannot use the file /dev: Is a directory"),
        (["--data", "/dev/null/x"], "--data: cannot use the folder /dev/null/x: Not a directory"),
        (["--data", __file__], f"--data: cannot use the folder {__file__}: it is a file"),
        (["--log", "/dev/null/x"], "--log: cannot write /dev/null/x: Not a directory"),
        (["--tls-cert", "x.pem"], "--tls-cert needs --tls-key beside it"),
        (["--tls-key", "x.pem", "--tls-cert", "y.pem"], "--tls-cert: there is no file y.pem"),
        (["--defect", "HTP-01"], "unknown defect 'HTP-01'. Did you mean 'HTTP-01'? See --list-defects."),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_a_mistake_is_one_clear_line(options: list[str], line: str) -> None:
    assert start_refused("--port", "0", *options) == f"reference_impl: {line}\n"


def test_a_taken_port_is_named() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]

        assert start_refused("--port", str(port)) == (
            f"reference_impl: --port: {port} is taken; choose another, or 0 for any free one\n"
        )


def test_an_expired_certificate_or_a_foreign_key_is_named(tmp_path: Path) -> None:
    cert, key = certificate(tmp_path, days=-2)
    _, other_key = certificate(tmp_path, days=9)
    ended = (datetime.now(UTC) - timedelta(days=2)).date()

    assert start_refused("--port", "0", "--tls-cert", cert, "--tls-key", key) == (
        f"reference_impl: --tls-cert: the certificate in {cert} expired on {ended}; renew it\n"
    )
    assert start_refused("--port", "0", "--tls-cert", cert, "--tls-key", other_key) == (
        f"reference_impl: --tls-cert, --tls-key: {cert} and {other_key} are no pair in PEM\n"
    )


def test_a_certificate_of_tomorrow_and_an_encrypted_key_are_named(tmp_path: Path) -> None:
    early, early_key = certificate(tmp_path, days=9, begun=-2)
    begins = (datetime.now(UTC) + timedelta(days=2)).date()
    cert, locked_key = certificate(tmp_path, days=8, passphrase=b"canary")

    assert start_refused("--port", "0", "--tls-cert", early, "--tls-key", early_key) == (
        f"reference_impl: --tls-cert: the certificate in {early} is not valid before {begins}\n"
    )
    assert start_refused("--port", "0", "--tls-cert", cert, "--tls-key", locked_key) == (
        f"reference_impl: --tls-key: the key in {locked_key} is encrypted; give one without a passphrase\n"
    )


def test_a_file_that_is_no_database_or_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "auth.sqlite").write_text("some text that is long enough to be read as the head of a database" * 9)
    (tmp_path / "folder" / "auth.sqlite").mkdir(parents=True)

    assert start_refused("--port", "0", "--database", f"sqlite:{tmp_path / 'auth.sqlite'}") == (
        f"reference_impl: --database: cannot use the file {tmp_path / 'auth.sqlite'}: "
        "it is no SQLite database, or a damaged one\n"
    )
    assert start_refused("--port", "0", "--data", str(tmp_path / "folder")) == (
        f"reference_impl: --data: cannot use the file {tmp_path / 'folder' / 'auth.sqlite'}: Is a directory\n"
    )


def test_over_tls_every_answer_demands_tls_and_plain_http_gets_nothing(tmp_path: Path) -> None:
    cert, key = certificate(tmp_path, days=9)

    with serving("--tls-cert", cert, "--tls-key", key, verify=ssl._create_unverified_context()) as reference:
        answers = [reference.call("GET", "/health/live"), reference.call("GET", "/nothing")]
        with socket.create_connection(("127.0.0.1", int(reference.url.rpartition(":")[2])), timeout=10) as link:
            link.sendall(b"POST /api/v1/auth/login HTTP/1.1\r\nHost: x\r\n\r\n")
            plain = link.recv(4096)

    assert reference.url.startswith("https://")
    assert {answer.headers["strict-transport-security"] for answer in answers} == {
        "max-age=31536000; includeSubDomains"
    }
    assert b"HTTP/" not in plain


def test_a_database_server_that_refuses_is_a_warning_and_readiness_says_so() -> None:
    with socket.create_server(("127.0.0.1", 0)) as unused:
        port = unused.getsockname()[1]
    url = f"postgresql://somebody:wrong@127.0.0.1:{port}/auth"

    with serving("--database", url) as reference:
        live, ready = reference.call("GET", "/health/live"), reference.call("GET", "/health/ready")
        login = reference.login("ada@example.com")
        warned = (reference.folder / "stderr.txt").read_text()

    expected = (
        "reference_impl: warning: the database server cannot be reached (unreachable); "
        "readiness says 503 until that changes"
    )
    assert expected in warned.splitlines()
    assert (live.status_code, ready.status_code, login.status_code) == (200, 503, 503)
    assert ready.json()["dependencies"] == [{"name": "database", "status": "down", "cause": "unreachable"}]
    assert login.json()["type"] == "urn:authproof:problem:database-unavailable"
    assert login.headers["retry-after"] == "5"
    assert not [text for text in (ready.text, login.text) if str(port) in text or "somebody" in text]


def test_people_are_told_what_to_try_and_machines_one_line(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "reference_impl", "--port", "0", "--data", str(tmp_path)]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert process.stdout is not None
    line = json.loads(process.stdout.readline())
    process.send_signal(signal.SIGTERM)
    rest, told = process.communicate(timeout=30)

    assert (line["pid"], rest, process.returncode) == (process.pid, "", 0)
    assert told.splitlines()[0] == (
        f"authproof reference at {line['listening']}/api/v1 (production); stop it with Ctrl-C. To try it:"
    )
    assert [hint.split()[0] for hint in told.splitlines()[1:]] == ["curl"] * 4


def test_no_secret_is_logged(tmp_path: Path) -> None:
    with serving(folder=tmp_path) as reference:
        email = reference.register()
        body = reference.tokens(email)
        secrets = [PASSWORD, body["accessToken"], body["refreshToken"], "canary-of-a-wrong-password"]
        reference.login(email, secrets[-1])
        reference.call("GET", f"/users/me?access_token={body['accessToken']}")
        reference.refresh(reference.refresh(body["refreshToken"]).json()["refreshToken"])
        reference.raw("POST", "/auth/login", f'{{"password": "{PASSWORD}'.encode())
        reference.sql("ALTER TABLE sessions RENAME TO hidden")
        unavailable = reference.me(body["accessToken"])
        reference.sql("ALTER TABLE hidden RENAME TO sessions")
        log = (tmp_path / "log.jsonl").read_text()

    assert unavailable.status_code == 503
    assert '"status":503' in log
    assert [secret for secret in [*secrets, email] if secret in log] == []


def test_a_running_request_is_answered_before_the_server_ends() -> None:
    with serving("--control", "--hash-memory-kib", "65536", "--hash-passes", "20") as reference:
        email = reference.register()
        with ThreadPoolExecutor(1) as thread:
            login = thread.submit(reference.login, email)
            while not reference.control("GET", "/counters")["hashesUnderWay"]:
                time.sleep(0.02)
            reference.process.send_signal(signal.SIGTERM)

            assert login.result().status_code == 200
        assert reference.process.wait(30) == 0
