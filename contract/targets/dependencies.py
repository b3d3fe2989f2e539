"""[facilities.faults]: what a dependency's table takes, by driver."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from contract.errors import unknown
from contract.outages import REPLY_NAMES, FaultKind, Reply
from contract.targets import keys
from contract.targets.keys import Read
from contract.targets.model import OPERATIONS
from contract.targets.spots import Spot, Wrong, one_line

LONGEST_WAIT_S = 3600.0
START_WORDS = ("python", "port", "dir", "secret")
NAME = re.compile(r"[a-z][a-z-]*")


def name_fault(name: str) -> str | None:
    """Say what is wrong with *name* as a dependency's, None for nothing."""
    if name in (*START_WORDS, "options"):
        return f"'{name}' is what a start line calls something else. Give the dependency another name."
    return (
        None if NAME.fullmatch(name) else f"'{one_line(name)}' is no name of a dependency: small letters and hyphens."
    )


def operation_id(value: Any, spot: Spot) -> str:
    """Read an operationId of the contract."""
    given = keys.text(value, spot)
    if given not in OPERATIONS:
        raise Wrong(f"has an {unknown('operation', one_line(given), OPERATIONS)}")
    return given


def break_and_repair(value: Any, spot: Spot) -> dict[str, Any]:
    """Read the two commands that put a fault in and take it out."""
    return keys.table(value, spot, {"break": keys.command, "repair": keys.command}, required=("break", "repair"))


def content(value: Any, spot: Spot) -> str:  # noqa: ARG001 - every reader is called alike
    """Read the body of an answer: any text, of any number of lines, or none."""
    if not isinstance(value, str):
        raise Wrong(f"must be a text, not {keys.kind_of(value)}.")
    return value


def reply(value: Any, spot: Spot) -> Reply:
    """Read one HTTP answer: status, body, media type and further fields."""
    return Reply(**{"status": 0, **keys.table(value, spot, _REPLY, required=("status",))})


def reply_name(key: str) -> str | None:
    """Say what is wrong with *key* as what a dependency has to say, None for nothing."""
    return None if key in REPLY_NAMES else unknown("reply", one_line(key), REPLY_NAMES)


def command_line(value: Any, spot: Spot) -> str:
    """Read the command that starts a dependency, with {port} for where it is to listen; run without a shell."""
    given = keys.command_line(value, spot)
    names = keys.placeholders(given)
    if "port" not in names:
        raise Wrong("must say {port}, where the dependency is to listen.")
    for name in names:
        if name not in START_WORDS:
            raise Wrong(f"has an {unknown('placeholder', one_line(name), START_WORDS)}")
    return given


_REPLY: Mapping[str, Read] = {
    "status": keys.whole(100, 599),
    "body": content,
    "type": keys.text,
    "headers": keys.mapping(keys.text, name=keys.header_name),
}

WITHOUT_COMMANDS = frozenset({FaultKind.DOWN, FaultKind.CANNED, FaultKind.HALFWAY})
"""What has commands of its own, and what no command can do."""

KEYS: Mapping[str, Read] = {"wait_s": keys.number(LONGEST_WAIT_S)}
OF_EACH: Mapping[str, Read] = {"operations": keys.list_of(operation_id)}
BY_SHELL: Mapping[str, Read] = {
    "down": keys.command,
    "up": keys.command,
    "ready": keys.command,
    **{str(kind): break_and_repair for kind in FaultKind if kind not in WITHOUT_COMMANDS},
    **OF_EACH,
}
BY_PROXY: Mapping[str, Read] = {
    "listen": keys.address,
    "to": keys.address,
    "service": keys.one_of("postgres", "smtp-sink"),
    "start": command_line,
    "replies": keys.mapping(keys.list_of(reply), name=reply_name),
    **OF_EACH,
}


def check(given: Mapping[str, Any], spot: Spot) -> None:
    """
    Report proxies that neither a run can start nor stand by themselves, and what the control port cannot break.

    *given* is the table as TOML has it.
    """
    for name in given if given.get("driver") == "control" else ():
        if isinstance(given[name], dict) and name != "database":
            spot.at(name).wrong("cannot be broken: the control port of authproof's reference switches its database.")
    if given.get("driver") != "proxy":
        return
    for name, table in given.items():
        if not isinstance(table, dict):
            continue
        here = spot.at(name)
        if "control" in given and not {"listen", "to"} <= table.keys():
            here.wrong("needs listen and to: with control, the proxies stand by themselves.")
        if "control" not in given and "listen" in table:
            here.at("listen").wrong("needs control beside driver. A run's own proxies listen on free ports.")
