"""What one identity holds towards the target: a value, renewed by every answer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from contract.secret import Secret


@dataclass(frozen=True, slots=True)
class Session:
    """
    The state of one identity: tokens, challenge, cookies, CSRF token, extra headers.

    A value: `contract.flows` returns a new one after each answer, since any answer may renew a token.
    `values` holds whatever else a flow captured, in contract words: "userId", "secret", "sessionToken", ...
    """

    access_token: Secret | None = None
    refresh_token: Secret | None = None
    challenge: Secret | None = None
    csrf: Secret | None = None
    cookies: Mapping[str, Secret] = field(default_factory=dict)
    headers: Mapping[str, Secret] = field(default_factory=dict)
    values: Mapping[str, object] = field(default_factory=dict)


ANONYMOUS = Session()
