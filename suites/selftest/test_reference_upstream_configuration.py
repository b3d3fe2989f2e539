"""The reference whose identity service is not configured, or not where it should be; options that make no sense."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from suites.rig.launch import free_port
from suites.selftest.identity_stub import Stub, failed, identity_entry, identity_stub
from suites.selftest.reference import PASSWORD, serving, start_refused


@pytest.fixture(scope="module")
def stub() -> Iterator[Stub]:
    with identity_stub() as running:
        yield running


@pytest.mark.parametrize(
    "given",
    [
        pytest.param((), id="nothing"),
        pytest.param(("--upstream-id", "authproof"), id="no secret"),
        pytest.param(("--upstream-id", "authproof", "--upstream-secret", ""), id="empty secret"),
        pytest.param(("--upstream-id", "authproof", "--upstream-secret", " \n"), id="blank secret"),
        pytest.param(("--upstream-id", "", "--upstream-secret", "s"), id="empty id"),
    ],
)
def test_a_missing_or_empty_credential_is_named_by_readiness_and_logins_are_503(
    stub: Stub, tmp_path: Path, given: tuple[str, ...]
) -> None:
    with serving(*stub.options, folder=tmp_path) as server:
        email = server.register()
    with serving("--upstream", stub.url, *given, folder=tmp_path) as server:
        failed(server.login(email), "not-configured")
        assert server.login(email, "not the password").status_code == 401
        ready = server.call("GET", "/health/ready")

    assert ready.status_code == 503
    assert ready.json()["detail"] == "Not ready: identity-service (identity-service credential is missing)."
    assert ready.json()["dependencies"] == [
        {"name": "database", "status": "up"},
        {"name": "identity-service", "status": "down", "cause": "configuration"},
    ]


def test_the_secret_may_come_from_a_file_and_a_wrong_one_is_an_authentication_fault(stub: Stub, tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    options = ("--upstream", stub.url, "--upstream-id", stub.service_id, "--upstream-secret-file", str(secret))
    secret.write_text(stub.secret + "\n")
    with serving(*options, folder=tmp_path) as server:
        email = server.register()
        assert server.login(email).status_code == 200
    secret.write_text("revoked")
    with serving(*options, folder=tmp_path) as server:
        failed(server.login(email), "refused-us")
        assert identity_entry(server)["cause"] == "authentication"


@pytest.mark.parametrize("host", ["127.0.0.1", "no-such-host.invalid"])
def test_an_address_where_nobody_is_does_not_keep_the_server_from_starting(host: str) -> None:
    options = ("--upstream", f"http://{host}:{free_port()}", "--upstream-id", "i", "--upstream-secret", "s")
    with serving(*options) as server:
        body = {"email": "ada@example.com", "password": PASSWORD}
        failed(server.call("POST", "/auth/register", body), "unavailable")
        assert identity_entry(server)["cause"] in ("unreachable", "timeout")


@pytest.mark.parametrize(
    ("options", "line"),
    [
        (
            ("--upstream", "localhost:1234"),
            "--upstream: not the address of an identity service; valid: http[s]://HOST[:PORT][/PATH]",
        ),
        (
            ("--upstream", "http://x", "--upstream-secret", "s", "--upstream-secret-file", "f"),
            "--upstream-secret and --upstream-secret-file are both given; valid: one of them",
        ),
        (
            ("--upstream", "http://x", "--upstream-secret-file", "missing"),
            "--upstream-secret-file: there is no file 'missing'",
        ),
        (("--smtp", "mail.example"), "--smtp: 'mail.example' is not a mail server; valid: HOST:PORT"),
        (
            ("--public-url", "http://auth.example"),
            "--public-url: 'http://auth.example' cannot head a link: "
            "in production mailed links are https; valid: https://HOST[:PORT][/PATH]",
        ),
    ],
)
def test_options_that_make_no_sense_are_one_line(options: tuple[str, ...], line: str) -> None:
    assert start_refused("--port", "0", *options) == f"reference_impl: {line}\n"
