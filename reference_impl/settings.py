"""
Every option of the server, with its production-like default.

A field made by `option` is one command-line option: `login_limit` is `--login-limit`. Limits that are 0 are off.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from typing import Any


def option(default: Any, help_text: str, *, choices: tuple[str, ...] = (), least: float | None = None) -> Any:
    """
    Return a dataclass field that is also a command-line option.

    The type of *default* decides how it is read: int, float, str; a tuple is a repeatable text, False is a flag.
    """
    return field(default=default, metadata={"help": help_text, "choices": choices, "least": least})


@dataclass(frozen=True, slots=True)
class Settings:
    """How this server listens, what it stores where, and every limit and lifetime."""

    host: str = option("127.0.0.1", "address to listen on")
    port: int = option(8080, "port to listen on; 0 picks a free one", least=0)
    environment: str = option("production", "staging adds a debug member to a 503", choices=("production", "staging"))
    tls_cert: str = option("", "certificate chain in PEM; with --tls-key the server speaks TLS only")
    tls_key: str = option("", "private key in PEM")
    public_url: str = option("https://auth.example", "origin that mailed links point at")
    data: str = option("", "folder of the SQLite database; default: a temporary one that is removed at the end")
    database: str = option("", "sqlite:PATH or postgresql://...; default: auth.sqlite in --data")
    database_timeout_s: float = option(5.0, "a store call that takes longer is given up: 503", least=0.1)
    database_threads: int = option(8, "connections to the database", least=1)
    allowed_origin: tuple[str, ...] = option((), "web origin that may call from a browser; repeatable")
    log: str = option("", "file for the log lines; default: standard error")
    debug_contract: bool = option(False, "check every answer against the contract; a wrong one becomes 500")
    max_body_bytes: int = option(65_536, "larger request bodies are refused: 413", least=1)
    retry_after_s: int = option(5, "what a 503 announces", least=0)

    service_name: str = option("authproof", "name of the service: in mails, authenticator apps and the blocklist")
    issuer: str = option("https://auth.example", "issuer of access tokens")
    audience: str = option("authproof-api", "audience of access tokens")
    access_lifetime_s: int = option(3600, "lifetime of an access token", least=1)
    refresh_lifetime_s: int = option(30 * 86_400, "lifetime of a refresh token", least=1)
    challenge_lifetime_s: int = option(300, "lifetime of an MFA challenge", least=1)
    reset_lifetime_s: int = option(3600, "lifetime of a reset token", least=1)
    session_lifetime_s: int = option(90 * 86_400, "absolute lifetime of a session, whatever is refreshed", least=1)

    hash_memory_kib: int = option(19_456, "argon2id memory; the default is OWASP's minimum", least=8)
    hash_passes: int = option(2, "argon2id passes", least=1)
    hash_threads: int = option(os.cpu_count() or 1, "password hashes at the same time", least=1)
    hash_queue: int = option(256, "password hashes waiting; further ones are refused: 503", least=1)

    login_limit: int = option(5, "failed logins per account and window", least=0)
    login_window_s: int = option(900, "window of --login-limit", least=1)
    login_consecutive_limit: int = option(100, "failures in a row before an account needs a reset", least=0)
    code_limit: int = option(5, "wrong second-factor codes per account and window", least=0)
    code_window_s: int = option(900, "window of --code-limit", least=1)
    source_register_limit: int = option(60, "registrations per peer address and window", least=0)
    source_login_failure_limit: int = option(100, "failed logins per peer address and window", least=0)
    source_refresh_limit: int = option(600, "refreshes per peer address and window", least=0)
    source_reset_limit: int = option(30, "reset requests and redemptions per peer address and window", least=0)
    reset_mail_limit: int = option(5, "reset mails per account and window; further ones are silently not sent", least=0)
    source_window_s: int = option(900, "window of the limits per peer address", least=1)

    smtp: str = option("", "mail server, HOST:PORT; default: mail goes nowhere but into the control port's outbox")
    smtp_timeout_s: float = option(5.0, "a mail server that takes longer is given up for now", least=0.1)
    mail_from: str = option("noreply@auth.example", "sender of mails")

    upstream: str = option("", "address of an identity service that has the last word on passwords")
    upstream_id: str = option("", "who we are to the identity service")
    upstream_secret: str = option("", "our secret there; a file keeps it off the command line")
    upstream_secret_file: str = option("", "file with our secret there")
    upstream_connect_timeout_s: float = option(1.5, "longest wait for a connection to it", least=0.1)
    upstream_read_timeout_s: float = option(3.0, "longest silence of it", least=0.1)
    upstream_budget_s: float = option(5.0, "longest time for one call to it, attempts included", least=0.1)
    upstream_outage_limit: int = option(5, "outages in a row until callers are told at once", least=1)

    control: bool = option(False, "open the control port: clock, minting, admins, outbox; never where others can reach")
    control_host: str = option("127.0.0.1", "loopback address of the control port")
    control_port: int = option(0, "port of the control port; 0 picks a free one", least=0)
