"""The httpx driver over TLS: whom it trusts, and who it is."""

from __future__ import annotations

import datetime
import ipaddress
import socket
import ssl
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from contract.answers import Request
from contract.errors import BindingError
from contract.secret import Secret
from contract.targets.model import Transport
from suites.rig.client import Client
from suites.selftest.loopback import read_request, saying, serving

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"


@pytest.fixture(scope="module")
def identity(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a certificate for 127.0.0.1, signed by itself, and its key, plain and under a passphrase."""
    folder = tmp_path_factory.mktemp("tls")
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "authproof selftest")])
    now = datetime.datetime.now(datetime.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), critical=False)
        .sign(key, hashes.SHA256())
    )
    (folder / "cert.pem").write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    for file, encryption in (
        ("key.pem", serialization.NoEncryption()),
        ("locked.pem", serialization.BestAvailableEncryption(b"open sesame")),
    ):
        pem = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, encryption)
        (folder / file).write_bytes(pem)
    return folder


def server_context(identity: Path, *, wants_client: bool = False) -> ssl.SSLContext:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(identity / "cert.pem", identity / "key.pem")
    if wants_client:
        context.load_verify_locations(identity / "cert.pem")
        context.verify_mode = ssl.CERT_REQUIRED
    return context


def outcome(transport: Transport, server: ssl.SSLContext) -> tuple[int, str]:
    with serving(saying(OK), tls=server) as heard, Client(transport) as client:
        answer = client.send(Request("GET", heard.url))
    return answer.status, answer.fault


def test_a_stranger_is_not_trusted(identity: Path) -> None:
    assert outcome(Transport(timeout_s=10), server_context(identity)) == (
        0,
        "TLS: certificate not accepted: self-signed certificate",
    )


@pytest.mark.parametrize("how", ["ca_file", "verify"])
def test_the_target_file_says_whom_to_trust(identity: Path, how: str) -> None:
    given = {"ca_file": identity / "cert.pem"} if how == "ca_file" else {"verify": False}

    assert outcome(Transport(timeout_s=10, **given), server_context(identity)) == (200, "")


def test_a_client_certificate_opens_a_target_that_wants_one(identity: Path) -> None:
    trusting = {"timeout_s": 10, "ca_file": identity / "cert.pem"}
    known = Transport(
        **trusting,
        client_cert=identity / "cert.pem",
        client_key=identity / "locked.pem",
        client_key_passphrase=Secret("open sesame"),
    )

    assert outcome(known, server_context(identity, wants_client=True)) == (200, "")
    status, fault = outcome(Transport(**trusting), server_context(identity, wants_client=True))
    assert status == 0
    assert fault in ("TLS: tlsv13 alert certificate required", "connection reset by peer")


def test_a_target_that_goes_silent_under_tls_is_given_up(identity: Path) -> None:
    transport = Transport(timeout_s=0.3, verify=False)
    server = serving(lambda connection, _: connection.recv(1), tls=server_context(identity))
    with server as heard, Client(transport) as client:
        answer = client.send(Request("GET", heard.url))

    assert (answer.status, answer.fault) == (0, "timed out after 0.3 s")


@pytest.mark.parametrize(
    ("given", "message"),
    [
        pytest.param(
            {"ca_file": Path("absent.pem")},
            "[transport] ca_file 'absent.pem' cannot be used: No such file or directory.",
            id="no-ca-file",
        ),
        pytest.param(
            {"ca_file": "junk.pem"},
            "[transport] ca_file '{folder}/junk.pem' cannot be used: no certificate or crl found.",
            id="no-pem",
        ),
        pytest.param(
            {"client_cert": "cert.pem", "client_key": "locked.pem"},
            "[transport] client_cert '{folder}/cert.pem' cannot be used with its key: "
            "wrong passphrase, or not in PEM form.",
            id="no-passphrase",
        ),
    ],
)
def test_files_that_cannot_be_used_are_named(identity: Path, given: dict[str, str | Path], message: str) -> None:
    (identity / "junk.pem").write_text("nothing of the kind")
    files = {key: identity / name if isinstance(name, str) else name for key, name in given.items()}
    with pytest.raises(BindingError) as caught:
        Client(Transport(**files))

    assert str(caught.value) == message.format(folder=identity)


def test_a_proxy_is_asked_for_a_tunnel(identity: Path) -> None:
    """A path that is to go out as it stands must not become the address that the proxy connects to."""
    inside = []

    def tunnel(connection: socket.socket, request: bytes) -> None:
        connection.sendall(b"HTTP/1.1 200 Connected\r\n\r\n")
        with server_context(identity).wrap_socket(connection, server_side=True) as target:
            inside.append(read_request(target))
            target.sendall(OK)

    with serving(tunnel) as proxy, Client(Transport(timeout_s=10, verify=False, proxy=proxy.url)) as client:
        answer = client.send(Request("GET", "https://api.example.com/users/me"))

    assert (answer.status, answer.fault) == (200, "")
    assert proxy.requests[0].startswith(b"CONNECT api.example.com:443 HTTP/1.1\r\n")
    assert inside[0].startswith(b"GET /users/me HTTP/1.1\r\nHost: api.example.com\r\n")
