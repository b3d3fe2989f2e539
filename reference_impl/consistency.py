"""Options that are each well formed and make no sense here or together: one line for each, before anything starts."""

from __future__ import annotations

import ipaddress
from pathlib import Path
from urllib.parse import urlsplit

from reference_impl.settings import Settings


def mistakes(settings: Settings) -> list[str]:
    """Return what is wrong, one line each: the option, what about it, what is valid."""
    found = [*_public_url(settings), *_smtp(settings), *_upstream(settings)]
    if settings.control and not _is_loopback(settings.control_host):
        found.append(
            f"--control-host: '{settings.control_host}' is not a loopback address. "
            "Whoever reaches the control port is admin; valid: 127.0.0.1, ::1"
        )
    return found


def _public_url(settings: Settings) -> list[str]:
    parts = urlsplit(settings.public_url)
    schemes = ("https",) if settings.environment == "production" else ("https", "http")
    if parts.scheme in schemes and parts.hostname and not (parts.query or parts.fragment):
        return []
    only = "in production mailed links are https; " if parts.scheme == "http" else ""
    return [f"--public-url: '{settings.public_url}' cannot head a link: {only}valid: https://HOST[:PORT][/PATH]"]


def _smtp(settings: Settings) -> list[str]:
    host, _, port = settings.smtp.rpartition(":")
    if not settings.smtp or (host and port.isdigit() and 0 < int(port) < 65_536):
        return []
    return [f"--smtp: '{settings.smtp}' is not a mail server; valid: HOST:PORT"]


def _upstream(settings: Settings) -> list[str]:
    if not settings.upstream:
        return []
    parts = urlsplit(settings.upstream)
    found = []
    try:
        valid = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        valid = False
    if not valid or parts.query or parts.fragment or parts.username:
        found.append("--upstream: not the address of an identity service; valid: http[s]://HOST[:PORT][/PATH]")
    if settings.upstream_secret and settings.upstream_secret_file:
        found.append("--upstream-secret and --upstream-secret-file are both given; valid: one of them")
    if settings.upstream_secret_file and not Path(settings.upstream_secret_file).is_file():
        found.append(f"--upstream-secret-file: there is no file '{settings.upstream_secret_file}'")
    return found


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
