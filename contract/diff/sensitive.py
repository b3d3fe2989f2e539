"""What a member is by its name: a password, a secret, a right that only the server gives, a lifetime."""

from __future__ import annotations

import re

_PASSWORD = re.compile(r".*(password|passwd|pwd|passphrase)")
_SECRET = re.compile(
    r".*(password|passwd|pwd|passphrase|secret|apikey|privatekey|jwt|otp|token|sessionid|passcode)s?"
    r"|.*(password|secret|token)(hash|salt)|(mfa|verification|confirmation|auth|sms|backup|recovery|onetime)?codes?|pin"
)
_NO_SECRET = re.compile(r"(next|prev|previous|page|paging|continuation|cursor|sync|skip|change)+(page)?token|publickey")
_PRIVILEGE = re.compile(
    r"(user|account|is)?(roles?|admin|superuser|staff|permissions?|privileges?|scopes?|groups?|(email)?verified|disabled"
    r"|enabled|locked|approved|mfaenabled|tenant(id)?|owner(id)?)"
)
_LIFETIME = re.compile(r"(expiresin|.*(lifetime|ttl|maxage|expiresin|validity|validfor))(s|sec|secs|seconds)?")


def is_password(name: str) -> bool:
    """Whether a member *name* holds a password."""
    return bool(_PASSWORD.fullmatch(_plain(name)))


def is_secret(name: str, *, answered: bool) -> bool:
    """Whether a member *name* holds a password, token, code or key; in an answer a code is a kind."""
    plain = _plain(name)
    if answered and plain in ("code", "codes"):
        return False
    return bool(_SECRET.fullmatch(plain)) and not _NO_SECRET.fullmatch(plain)


def is_privilege(name: str) -> bool:
    """Whether a member *name* says what a user may do, or is."""
    return bool(_PRIVILEGE.fullmatch(_plain(name)))


def is_lifetime(name: str) -> bool:
    """Whether a member *name* says for how long something is good."""
    return bool(_LIFETIME.fullmatch(_plain(name)))


def _plain(name: str) -> str:
    return re.sub(r"[^a-z0-9]", "", name.lower())
