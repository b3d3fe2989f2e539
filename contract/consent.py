"""Which targets may be disturbed, and which need the tester's word first. (First version, to be replaced.)"""

from __future__ import annotations

from collections.abc import Collection
from ipaddress import ip_address
from typing import Literal
from urllib.parse import urlsplit

from contract.targets.model import Target


def needs_consent(target: Target) -> bool:
    """Whether *target* is not on loopback, or says that it is production."""
    host = urlsplit(target.base_url.replace("{port}", "0")).hostname or ""
    try:
        local = ip_address(host).is_loopback
    except ValueError:
        local = host == "localhost"
    return not local or target.environment == "production"


def profile_for(target: Target, consents: Collection[str]) -> Literal["full", "non-disruptive"]:
    """Return what may be run against *target*."""
    host = urlsplit(target.base_url.replace("{port}", "0")).hostname or ""
    return "full" if not needs_consent(target) or host in consents else "non-disruptive"
