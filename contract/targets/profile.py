"""[profile], [scheme] and [transport]: the choices that the catalogue leaves open, the token's place, the way there."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Literal

from contract.targets import keys
from contract.targets.keys import Read
from contract.targets.model import Profile, Scheme, Transport
from contract.targets.operations import CAPTURE
from contract.targets.places import place, place_or_none
from contract.targets.spots import Spot, Wrong

TEN_YEARS_S = 315_360_000
LARGEST = 2**31 - 1

_PATH = re.compile(r"/[!-\"$-~]*")  # no fragment, no blank
_REPLAY = re.compile(r"strict|until-successor-used|grace:[1-9][0-9]{0,5}")


def duplicate(value: Any, spot: Spot) -> str | int:
    """Read how a second registration of one address is answered."""
    if type(value) is int and 400 <= value <= 499:
        return value
    if isinstance(value, str):
        return keys.one_of("conflict", "neutral")(value, spot)  # type: ignore[no-any-return]
    raise Wrong(f"must be 'conflict', 'neutral' or a status from 400 to 499, not {keys.shown(value)}.")


def replay(value: Any, spot: Spot) -> str:
    """Read what becomes of a refresh token that is presented again."""
    given = keys.text(value, spot)
    if not _REPLAY.fullmatch(given):
        raise Wrong(f"must be 'strict', 'grace:SECONDS' or 'until-successor-used', not {keys.shown(value)}.")
    return given


def prefix(value: Any, spot: Spot) -> str:
    """Read what stands before the token: a scheme and a blank, or nothing."""
    return "" if value == "" else keys.text(value, spot)


def url_path(value: Any, spot: Spot) -> str:
    """Read a path below the origin or below base_url: "/docs"."""
    given = keys.text(value, spot)
    if not _PATH.fullmatch(given):
        raise Wrong(f"must be a path that starts with '/', not {keys.shown(value)}.")
    return given


_CLIENT_ERRORS = keys.list_of(keys.whole(400, 499), or_one=True)
_LIFETIME_S = keys.whole(1, TEN_YEARS_S)
_COUNT = keys.whole(1, 1_000_000)

PROFILE_KEYS: Mapping[str, Read] = {
    "duplicate_registration": duplicate,
    "refused_refresh": _CLIENT_ERRORS,
    "forbidden": keys.one_of("forbidden", "hidden"),
    "refresh_replay": replay,
    "password_min": keys.whole(1, 1024),
    "password_max": keys.whole(8, 1_048_576),
    "service_name": keys.text,
    "login_limit": _COUNT,
    "login_window_s": _LIFETIME_S,
    "login_counts": keys.one_of("failures", "attempts"),
    "login_scope": keys.one_of("account", "address"),
    "throttle_status": keys.list_of(keys.whole(400, 599), or_one=True),
    "code_limit": _COUNT,
    "code_window_s": _LIFETIME_S,
    "access_lifetime_s": _LIFETIME_S,
    "refresh_lifetime_s": _LIFETIME_S,
    "session_lifetime_s": _LIFETIME_S,
    "challenge_lifetime_s": _LIFETIME_S,
    "reset_lifetime_s": _LIFETIME_S,
    "lifetime_unit": keys.one_of("s", "ms"),
    "code_digits": keys.whole(6, 10),
    "code_step_s": keys.whole(1, 3600),
    "code_window_steps": keys.whole(0, 100),
    "code_algorithm": keys.one_of("SHA1", "SHA256", "SHA512"),
    "reauthentication_s": keys.whole(0, TEN_YEARS_S),
    "dependency_budget_s": keys.number(600),
    "body_limit_bytes": keys.whole(1, LARGEST),
    "allowed_origin": keys.origin,
    "asvs_level": keys.one_of(1, 2, 3),
    "project_rules": keys.flag,
    "security_headers": keys.one_of("target", "gateway"),
    "role_change_s": keys.whole(0, TEN_YEARS_S),
    "timing_bound_ms": keys.number(60_000),
    "source_limit": _COUNT,
    "password_check": keys.one_of("local", "upstream"),
    "upstream_attempts": keys.whole(1, 100),
    "public_paths": keys.list_of(url_path),
}

SCHEME_KEYS: Mapping[str, Read] = {
    "place": place_or_none,
    "prefix": prefix,
    "csrf": place("header", "body", "query"),
    "csrf_from": url_path,
    "renew": CAPTURE,
}

TRANSPORT_KEYS: Mapping[str, Read] = {
    "ca_file": keys.path(),
    "client_cert": keys.path(),
    "client_key": keys.path(),
    "client_key_passphrase": keys.secret,
    "proxy": keys.url("http", "https", "socks5"),
    "proxy_auth": keys.secret,
    "verify": keys.flag,
    "headers": keys.mapping(keys.secret, name=keys.header_name),
    "rate_per_s": keys.number(100_000),
    "registrations_per_min": keys.number(1_000_000),
    "timeout_s": keys.number(600),
}


def profile_changes(value: Any, spot: Spot) -> dict[str, Any]:
    """Read the keys of a profile that *value* gives."""
    return keys.table(value, spot, PROFILE_KEYS)


def profile(value: Any, spot: Spot) -> Profile:
    """Read [profile]."""
    found = Profile(**profile_changes(value, spot))
    if found.password_min > found.password_max:
        spot.remark(
            f"password_min {found.password_min} is above password_max {found.password_max}.", key="password_min"
        )
    return found


def scheme(value: Any, spot: Spot) -> Scheme:
    """Read [scheme]. Without a prefix of its own, only the field Authorization has "Bearer " before the token."""
    given = keys.table(value, spot, SCHEME_KEYS)
    where = given.get("place", Scheme().place)
    usual = Scheme().prefix if where.lower() == "header:authorization" else ""
    found = Scheme(**{"prefix": usual, **given})
    if where.lower() == "header:authorization" and found.prefix and not found.prefix.endswith(" "):
        spot.remark(f"prefix '{found.prefix}' needs a blank at its end: '{found.prefix} '.", key="prefix")
    if found.csrf_from and not (found.csrf and "csrf" in found.renew):
        spot.remark("csrf_from needs csrf, and renew = { csrf = PLACE }, which reads its answer.", key="csrf_from")
    if found.prefix and not where.startswith("header:"):
        spot.remark("prefix is for a token in a header. Remove it, or give the header as place.", key="prefix")
    return found


def transport(value: Any, spot: Spot) -> Transport:
    """Read [transport]."""
    found = Transport(**keys.table(value, spot, TRANSPORT_KEYS))
    needs: tuple[tuple[Literal["client_key", "client_key_passphrase", "proxy_auth"], str], ...] = (
        ("client_key", "client_cert"),
        ("client_key_passphrase", "client_key"),
        ("proxy_auth", "proxy"),
    )
    for key, other in needs:
        if key in value and other not in value:
            spot.remark(f"{key} needs {other} beside it.", key=key)
    if found.proxy_auth and ":" not in found.proxy_auth.reveal():
        spot.remark("proxy_auth must be 'user:password'.", key="proxy_auth")
    if not found.verify and found.ca_file:
        spot.remark("ca_file has no use with verify = false. Remove one of them.", key="verify")
    return found
