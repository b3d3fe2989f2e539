"""What is checked before the server listens, and what it says when it does."""

from __future__ import annotations

import asyncio
import errno
import socket
import ssl
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TextIO

from cryptography import x509

from reference_impl.options import StartError
from reference_impl.service import POSTGRESQL, Service, sqlite_path
from reference_impl.settings import Settings

BACKLOG = 2048

NO_SERVER = {
    "unreachable": "cannot be reached",
    "timeout": "does not answer in time",
    "authentication": "refuses the user name or the password",
    "configuration": "has no such database",
}
"""Cause to what a database server does."""

NO_FILE = {
    "unreachable": "SQLite cannot open it; its folder must be writable too",
    "timeout": "another program keeps it locked",
    "failure": "it is no SQLite database, or a damaged one",
}
"""Cause to why a file that can be opened cannot be used as a database."""


@contextmanager
def data_folder(settings: Settings) -> Iterator[str]:
    """
    Yield the folder for the data: the one in *settings*, made if need be, or a temporary one.

    Raises:
        StartError: it cannot be made.
    """
    if not settings.data:
        with TemporaryDirectory(prefix="authproof-") as folder:
            yield folder
        return
    try:
        Path(settings.data).mkdir(parents=True, exist_ok=True)
    except OSError as fault:
        why = "it is a file" if isinstance(fault, FileExistsError) else fault.strerror
        raise StartError(f"--data: cannot use the folder {settings.data}: {why}") from None
    yield settings.data


@contextmanager
def log_stream(settings: Settings) -> Iterator[TextIO]:
    """Yield where log lines go. Raises StartError."""
    if not settings.log:
        yield sys.stderr
        return
    try:
        stream = Path(settings.log).open("a", encoding="utf-8")  # noqa: SIM115 - only opening it may fail here
    except OSError as fault:
        raise StartError(f"--log: cannot write {settings.log}: {fault.strerror}") from None
    with stream:
        yield stream


def listening_socket(settings: Settings) -> socket.socket:
    """Return a socket that listens where *settings* say. Raises StartError."""
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    # The protocol is named, since asyncio switches Nagle's algorithm off only where it is: 40 ms an answer.
    listening = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind((settings.host, settings.port))
        listening.listen(BACKLOG)
        return listening
    except OSError as fault:
        if fault.errno == errno.EADDRINUSE:
            raise StartError(f"--port: {settings.port} is taken; choose another, or 0 for any free one") from None
        place = f"{settings.host} port {settings.port}"
        raise StartError(f"--host, --port: cannot listen on {place}: {fault.strerror}") from None
    except OverflowError:
        raise StartError(f"--port: {settings.port} is more than 65535") from None


def check_database_name(settings: Settings) -> None:
    """Raise StartError unless `database` names one of a kind that can be used here; its password is not repeated."""
    kind, colon, rest = settings.database.partition(":")
    valid = "valid: sqlite:PATH, postgresql://USER:PASSWORD@HOST:PORT/NAME"
    if settings.database.startswith(POSTGRESQL):
        if find_spec("psycopg") is None:
            raise StartError("--database: PostgreSQL needs psycopg; install the extra 'postgres'")
        if not is_readable(settings.database):
            raise StartError(f"--database: no address of a PostgreSQL; {valid}, special characters percent-encoded")
    elif kind == "sqlite" and colon and not rest:
        raise StartError(f"--database: 'sqlite:' names no file; {valid}")
    elif settings.database and (kind != "sqlite" or not colon):
        raise StartError(f"--database: '{kind}' is neither sqlite: nor postgresql:; {valid}")


def is_readable(url: str) -> bool:
    """Return whether *url* is one that PostgreSQL's clients can read; the ports may be several."""
    from psycopg import ProgrammingError  # noqa: PLC0415 - psycopg is an extra
    from psycopg.conninfo import conninfo_to_dict  # noqa: PLC0415

    try:
        ports = str(conninfo_to_dict(url).get("port", ""))
    except ProgrammingError:
        return False
    return all(not port or (port.isdecimal() and 0 < int(port) < 65_536) for port in ports.split(","))


def control_socket(settings: Settings) -> socket.socket:
    """Return a socket for the control port. Raises StartError."""
    try:
        address = (settings.control_host, settings.control_port)
        family = socket.AF_INET6 if ":" in settings.control_host else socket.AF_INET
        return socket.create_server(address, family=family)
    except (OSError, OverflowError) as fault:
        place = f"{settings.control_host} port {settings.control_port}"
        raise StartError(f"--control-host, --control-port: cannot listen on {place}: {fault}") from None


def check_tls(settings: Settings) -> None:
    """Raise StartError unless certificate and key are both absent, or both there, a pair, and valid today."""
    if not settings.tls_cert and not settings.tls_key:
        return
    if not settings.tls_cert or not settings.tls_key:
        given, missing = ("--tls-cert", "--tls-key") if settings.tls_cert else ("--tls-key", "--tls-cert")
        raise StartError(f"{given} needs {missing} beside it")
    for name, path in (("--tls-cert", settings.tls_cert), ("--tls-key", settings.tls_key)):
        if not Path(path).is_file():
            raise StartError(f"{name}: there is no file {path}")

    def password() -> str:  # is asked for only where the key is encrypted, and else OpenSSL would ask the terminal
        raise StartError(f"--tls-key: the key in {settings.tls_key} is encrypted; give one without a passphrase")

    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(settings.tls_cert, settings.tls_key, password)
        certificate = x509.load_pem_x509_certificate(Path(settings.tls_cert).read_bytes())
    except (ssl.SSLError, ValueError):
        raise StartError(
            f"--tls-cert, --tls-key: {settings.tls_cert} and {settings.tls_key} are no pair in PEM"
        ) from None
    except OSError as fault:
        place = f"{settings.tls_cert} and {settings.tls_key}"
        raise StartError(f"--tls-cert, --tls-key: cannot read {place}: {fault.strerror}") from None
    begins, ends = certificate.not_valid_before_utc, certificate.not_valid_after_utc
    if ends < datetime.now(UTC):
        raise StartError(f"--tls-cert: the certificate in {settings.tls_cert} expired on {ends.date()}; renew it")
    if begins > datetime.now(UTC):
        raise StartError(f"--tls-cert: the certificate in {settings.tls_cert} is not valid before {begins.date()}")


def check_database(service: Service) -> str:
    """
    Return a warning where the database cannot be used yet, "" where it can.

    A database server may come up later, and readiness says so until then; a file does not come up by itself.

    Raises:
        StartError: the file cannot be used.
    """
    path = sqlite_path(service.settings)
    if path:
        check_file(path, "--database" if service.settings.database else "--data")
    cause = asyncio.run(service.store.probe())
    if cause is None:
        return ""
    if path:
        raise StartError(f"--database: cannot use the file {path}: {NO_FILE.get(cause, cause)}")
    does = NO_SERVER.get(cause, "cannot be used")
    return f"the database server {does} ({cause}); readiness says 503 until that changes"


def check_file(path: str, option: str) -> None:
    """Raise StartError unless the file at *path* can be written; it is made where there is none."""
    try:
        with Path(path).open("ab"):
            pass
    except OSError as fault:
        raise StartError(f"{option}: cannot use the file {path}: {fault.strerror}") from None


def hints(url: str, settings: Settings) -> str:
    """Return what to try next, for people."""
    insecure = "-k " if settings.tls_cert else ""
    json_type = "-H 'Content-Type: application/json'"
    account = '"email":"ada@example.com","password":"correct horse battery staple"'
    api = f"{url}/api/v1"
    return "\n".join(
        [
            f"authproof reference at {api} ({settings.environment}); stop it with Ctrl-C. To try it:",
            f"  curl {insecure}-i {api}/auth/register {json_type} -d '{{{account}}}'",
            f"  curl {insecure}-s {api}/auth/login {json_type} -d '{{{account}}}'",
            f'  curl {insecure}-i {api}/users/me -H "Authorization: Bearer $ACCESS_TOKEN"',
            f"  curl {insecure}-i {api}/health/ready",
        ]
    )
