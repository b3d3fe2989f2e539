"""[facilities.NAME]: what the tester has beside the API, each with keys of its own, by driver where it has several."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from contract.errors import unknown
from contract.targets import dependencies, keys
from contract.targets.accounts import account_list, accounts_file
from contract.targets.keys import Read
from contract.targets.model import FACILITIES
from contract.targets.operations import word_fault
from contract.targets.profile import url_path
from contract.targets.spots import Spot, Wrong, one_line

ALGORITHMS = "HS256 HS384 HS512 RS256 RS384 RS512 PS256 PS384 PS512 ES256 ES384 ES512 EdDSA".split()  # RFC 7518, 8037


@dataclass(frozen=True, slots=True)
class Driver:
    """
    What one driver of a facility takes.

    `required` are groups of keys of which one each must be there. `inner`, where given, are the keys of the tables for
    each dependency, `inner_required` such groups for each of these.
    """

    keys: Mapping[str, Read] = field(default_factory=dict)
    required: tuple[tuple[str, ...], ...] = ()
    inner: Mapping[str, Read] = field(default_factory=dict)
    inner_required: tuple[tuple[str, ...], ...] = ()


def pattern(value: Any, spot: Spot) -> str:
    """Read a regular expression with exactly one group, which is what is wanted of the mail."""
    given = keys.text(value, spot)
    try:
        groups = re.compile(given).groups
    except (re.error, RecursionError, OverflowError) as fault:
        raise Wrong(f"is no regular expression: {fault}.") from None
    if groups != 1:
        raise Wrong(f"must have exactly one group, around what is wanted, not {groups}.")
    return given


def with_seconds(value: Any, spot: Spot) -> str:
    """Read a command in which {seconds} stands for how far to go."""
    given = keys.command(value, spot)
    try:
        filled = given.format(seconds=60)
    except (ValueError, KeyError, IndexError, AttributeError):
        raise Wrong("has other braces than those of {seconds}. Double them: {{ and }}.") from None
    if filled == given:
        raise Wrong("must say {seconds} where the number belongs.")
    return given


def file_of_instance(value: Any, spot: Spot) -> Any:
    """Read the path of a file that exists, or one below the {dir} that a started instance gets."""
    given = keys.text(value, spot)
    return given if given.startswith("{dir}/") else keys.path()(value, spot)


_MAIL: Mapping[str, Read] = {
    "capture": keys.mapping(pattern, name=word_fault),
    "wait_s": keys.number(dependencies.LONGEST_WAIT_S),
}
_PORT: Mapping[str, Read] = {"url": keys.url("http", "https"), "secret": keys.secret}
_CONTROL = {"control": Driver(_PORT)}

DRIVERS: Mapping[str, Mapping[str, Driver]] = {
    "admin": {
        "": Driver(
            {
                "email": keys.text,
                "username": keys.text,
                "password": keys.secret,
                "token": keys.secret,
                "totp_secret": keys.secret,
            },
            required=(("password", "token"),),
        ),
        **_CONTROL,
    },
    "accounts": {"": Driver({"list": account_list, "file": accounts_file}, required=(("list", "file"),))},
    "outbox": {
        "maildir": Driver({"folder": keys.path(folder=True), **_MAIL}, required=(("folder",),)),
        "smtp-sink": Driver({"listen": keys.address, **_MAIL}),
        "mailpit": Driver({"url": keys.url("http", "https"), "auth": keys.secret, **_MAIL}, required=(("url",),)),
        "control": Driver({**_PORT, **_MAIL}),
    },
    "faults": {
        "shell": Driver(dependencies.KEYS, inner=dependencies.BY_SHELL, inner_required=(("down",), ("up",))),
        "proxy": Driver(
            {"control": keys.address, **dependencies.KEYS},
            inner=dependencies.BY_PROXY,
            inner_required=(("to", "service", "start"),),
        ),
        "toxiproxy": Driver(
            {"url": keys.url("http", "https"), **dependencies.KEYS},
            required=(("url",),),
            inner={"proxy": keys.text, **dependencies.OF_EACH},
            inner_required=(("proxy",),),
        ),
        "control": Driver(_PORT, inner=dependencies.OF_EACH),
    },
    "clock": {
        "shell": Driver({"command": with_seconds, "reset": keys.command}, required=(("command",),)),
        **_CONTROL,
    },
    "signing-key": {
        "": Driver(
            {
                "file": keys.path(),
                "passphrase": keys.secret,
                "secret": keys.secret,
                "alg": keys.one_of(*ALGORITHMS),
                "kid": keys.text,
            },
            required=(("file", "secret"), ("alg",)),
        ),
        **_CONTROL,
    },
    "published-key": {"": Driver({"url": keys.url("http", "https"), "path": url_path}, required=(("url", "path"),))},
    "logs": {"": Driver({"file": file_of_instance, "command": keys.command}, required=(("file", "command"),))},
    "tls": {"": Driver({"base_url": keys.url("https"), "ca_file": keys.path()}, required=(("base_url",),))},
}
"""Facility to driver to what it takes; "" is for facilities that need no driver to be named."""


def facilities(value: Any, spot: Spot) -> dict[str, dict[str, Any]]:
    """
    Read [facilities]: by name, each table as it was given and with `driver`; those of faults under `dependencies`.

    Prepared accounts come as `accounts`, one tuple, wherever they were written.
    """
    if not isinstance(value, dict):
        raise Wrong(f"must be a table, not {keys.kind_of(value)}.")
    found = {}
    for name, raw in value.items():
        if name in FACILITIES:
            found[name] = keys.attempt(_READERS[name], raw, spot.at(name), {})
        else:
            spot.remark(unknown("facility", one_line(name), FACILITIES), key=name)
    return found


def _facility(name: str) -> Read:
    drivers = DRIVERS[name]

    def read_facility(value: Any, spot: Spot) -> dict[str, Any]:
        if not isinstance(value, dict):
            raise Wrong(f"must be a table, not {keys.kind_of(value)}.")
        if "driver" not in value and "" not in drivers:
            raise Wrong(f"needs a driver. Valid: {', '.join(sorted(drivers))}.")
        chosen: str = value.get("driver", "")
        if "driver" in value and (not isinstance(chosen, str) or not chosen or chosen not in drivers):
            valid = sorted(driver for driver in drivers if driver)
            if not valid:
                raise Wrong("takes no driver. Remove the key.")
            spot.at("driver").remark(unknown("driver", one_line(str(chosen)), valid))
            return {}
        driver = drivers[chosen]
        tables = {key: raw for key, raw in value.items() if driver.inner and isinstance(raw, dict)}
        plain = {key: raw for key, raw in value.items() if key not in tables and key != "driver"}
        found = keys.table(plain, spot, driver.keys)
        for group in driver.required:
            if value.keys().isdisjoint(group):
                spot.wrong(f"needs {' or '.join(group)}.")
        if driver.inner:
            found["dependencies"] = {key: _dependency(key, raw, spot, driver) for key, raw in tables.items()}
            if not tables:
                spot.wrong("needs a table for each dependency that can be broken, like [facilities.faults.database].")
        found["driver"] = chosen
        _check_port(found, spot)
        return found

    return read_facility


def _check_port(found: dict[str, Any], spot: Spot) -> None:
    if found.get("driver") == "control" and ("url" in found) != ("secret" in found):
        spot.wrong("needs both url and secret of the control port, or neither.")


def _dependency(name: str, value: Any, spot: Spot, driver: Driver) -> dict[str, Any]:
    if fault := dependencies.name_fault(name):
        spot.remark(fault, key=name)
    here = spot.at(name)
    found = keys.table(value, here, driver.inner)
    for group in driver.inner_required:
        if value.keys().isdisjoint(group):
            here.wrong(f"needs {' or '.join(group)}.") if group[1:] else here.at(group[0]).wrong("is missing.")
    return found


def _faults(value: Any, spot: Spot) -> dict[str, Any]:
    found: dict[str, Any] = _facility("faults")(value, spot)
    dependencies.check(value, spot)
    return found


def _admin(value: Any, spot: Spot) -> dict[str, Any]:
    found: dict[str, Any] = _facility("admin")(value, spot)
    if "password" in found and not {"email", "username"} & found.keys():
        spot.wrong("needs email or username beside password.")
    return found


def _accounts(value: Any, spot: Spot) -> dict[str, Any]:
    found = _facility("accounts")(value, spot)
    return {"driver": "", "accounts": (*found.get("list", ()), *found.get("file", ()))}


def _signing_key(value: Any, spot: Spot) -> dict[str, Any]:
    found: dict[str, Any] = _facility("signing-key")(value, spot)
    symmetric = str(found.get("alg", "")).startswith("HS")
    if "alg" in found and ("secret" in value) != symmetric:
        spot.wrong(f"needs {'secret' if symmetric else 'file'} for alg {found['alg']}.")
    return found


_OWN: Mapping[str, Callable[[Any, Spot], Any]] = {
    "admin": _admin,
    "accounts": _accounts,
    "faults": _faults,
    "signing-key": _signing_key,
}
_READERS: Mapping[str, Read] = {name: _OWN.get(name) or _facility(name) for name in FACILITIES}
