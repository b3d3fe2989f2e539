"""Whether a target file's claims hold together: features and operations, facilities and features, the start line."""

from __future__ import annotations

import shlex
from collections.abc import Collection, Mapping
from typing import Any

from contract.errors import unknown
from contract.targets import dependencies, keys
from contract.targets.model import FEATURES, Errand
from contract.targets.spots import Spot, Wrong, one_line

FEATURE_OPERATIONS: Mapping[str, tuple[tuple[str, ...], ...]] = {
    "registration": (("registerUser",),),
    "login": (("loginUser",),),
    "profile": (("getCurrentUser",),),
    "profile-update": (("updateCurrentUser",),),
    "password-change": (("changePassword",),),
    "refresh": (("refreshToken",),),
    "logout": (("logoutUser",),),
    "user-records": (("getUser",),),
    "admin": (("listUsers", "updateUser"),),
    "mfa": (("setupMfa",), ("verifyMfaSetup",), ("verifyMfa",)),
    "backup-codes": (("verifyMfa",),),
    "reset": (("requestPasswordReset",), ("confirmPasswordReset",)),
    "liveness": (("getLiveness",),),
    "readiness": (("getReadiness",),),
}
"""Groups of operations of which each feature needs one each."""

FEATURE_NEEDS: Mapping[str, str] = {
    **dict.fromkeys("profile profile-update password-change refresh logout user-records admin mfa".split(), "login"),
    "backup-codes": "mfa",
}
"""Features that mean nothing without another one."""

FACILITY_SERVES: Mapping[str, str] = {
    "admin": "admin",
    "outbox": "reset",
    "signing-key": "jwt",
    "published-key": "jwt",
}
"""Facilities that are of use only for a feature; by whom an errand is done is a use too."""

START_WORDS = (*dependencies.START_WORDS, "options")
"""What the launcher fills in: an interpreter, a free port, a folder and a secret of its own, and whole words more."""


def features(value: Any, spot: Spot) -> frozenset[str]:
    """Read the list of what the target offers."""
    if not isinstance(value, list):
        raise Wrong(f"must be a list, not {keys.kind_of(value)}.")
    names = [keys.attempt(keys.text, each, spot, "") for each in value]
    for name in names:
        if name and name not in FEATURES:
            Spot(spot.source).remark(unknown("feature", one_line(name), FEATURES), key="features")
    return frozenset(names) & FEATURES


def check_features(claimed: Collection[str], operations: Collection[str], spot: Spot) -> None:
    """Report features that lack an operation or another feature."""
    here = spot.at("features")
    for feature in sorted(claimed):
        for group in FEATURE_OPERATIONS.get(feature, ()):
            if set(operations).isdisjoint(group):
                tables = " or ".join(f"[operations.{id}]" for id in group)
                here.wrong(f"lists '{feature}', but there is no {tables}. Add it, or take '{feature}' out.")
        needed = FEATURE_NEEDS.get(feature)
        if needed and needed not in claimed:
            here.wrong(f"lists '{feature}', which needs '{needed}'. Add '{needed}', or take '{feature}' out.")


def check_facilities(
    tables: Mapping[str, Any],
    claimed: Collection[str],
    errands: Mapping[str, Errand | None],
    spot: Spot,
    *,
    started: bool,
) -> None:
    """Report facilities that serve no claimed feature and no errand, errands without one, and unreachable control."""
    used_by = {"outbox": "mail", "admin": "admin"}
    whose = {errand.by for errand in errands.values() if errand}
    for name, table in tables.items():
        feature = FACILITY_SERVES.get(name)
        if feature and feature not in claimed and used_by.get(name) not in whose:
            spot.at("facilities", name).wrong(f"serves '{feature}', which features does not list. Add it there.")
        if isinstance(table, dict) and table.get("driver") == "control" and not started and "url" not in table:
            spot.at("facilities", name).wrong("needs url and secret: no start line tells where the control port is.")
        if isinstance(table, dict) and table.get("driver") == "proxy" and not started and "control" not in table:
            spot.at("facilities", name).wrong("needs control: without a start line, the proxies stand by themselves.")
    for name, errand in errands.items():
        for by, needed in (("mail", "outbox"), ("admin", "admin")):
            if errand and errand.by == by and needed not in tables:
                spot.at("registration", name).remark(f"by = '{by}' needs [facilities.{needed}].")


def start_line(value: Any, spot: Spot) -> str:
    """Read the command that starts an instance; it is split into words as a shell does, and run without one."""
    line = keys.command(value, spot)
    if "${" in line:
        raise Wrong("takes no ${NAME}: the command inherits the environment, and can read it by itself.")
    for word in shlex.split(keys.command_line(value, spot)):
        if "options" in keys.placeholders(word) and word != "{options}":
            raise Wrong("must have {options} as a word of its own.")
    return line


def check_start(data: Mapping[str, Any], given: Mapping[str, Any], spot: Spot) -> None:
    """Report what a file must say, or must not, with a start line or without one; *given* is what of it was right."""
    start, base_url = given.get("start", ""), given.get("base_url", "")
    if "start" not in data:
        if "base_url" not in data:
            spot.wrong('base_url is missing. Say where the API is, like "https://staging.example.com/api/v1".')
        elif "{port}" in base_url:
            spot.at("base_url").wrong("says {port}, but there is no start line that would listen there.")
        if "variants" in data:
            spot.at("variants").wrong("needs a start line: variants are further instances.")
    elif start and placeholders_are_known(start, given, spot):
        if "{port}" not in start:
            spot.at("start").wrong("must say {port}, where the instance is to listen.")
        if base_url and "{port}" not in base_url:
            spot.at("base_url").wrong("must say {port}, since every instance listens on a port of its own.")
        if "variants" in data and "{options}" not in start:
            spot.at("start").wrong("must say {options}, where those of [variants] go.")


def placeholders_are_known(start: str, given: Mapping[str, Any], spot: Spot) -> bool:
    """Report names in braces for which nothing is put in, in the start line and in what variants add to it."""
    plain = given.get("facilities", {})
    lines = [(start, spot.at("start"), plain)]
    for name, variant in given.get("variants", {}).items():
        lines.append((f"{start} {variant.options}", spot.at("variants", name, "options"), plain | variant.facilities))
    strange: dict[str, None] = {}
    for line, where, facilities in lines:
        known = (*START_WORDS, *facilities.get("faults", {}).get("dependencies", {}))
        for name in keys.placeholders(line):
            if name not in known and name not in strange:
                strange[name] = None
                where.wrong(f"has an {unknown('placeholder', one_line(name), known)}")
    return not strange
