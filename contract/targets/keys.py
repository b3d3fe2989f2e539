"""
What a key of a target file takes: one small reader for each kind of value.

A reader gets the value as TOML gave it and the spot where it stands, and returns it checked, with variables put in.
It raises `Wrong`, whose text goes on after the key; readers of tables and lists report what is wrong inside themselves.
A message shows a value only as the file writes it, and never one that stands where a secret belongs.
"""

from __future__ import annotations

import math
import re
import shlex
from collections.abc import Callable, Collection, Mapping
from datetime import date, datetime, time
from pathlib import Path
from string import Formatter
from typing import Any
from urllib.parse import SplitResult, urlsplit

from contract.errors import unknown
from contract.secret import Secret
from contract.targets.secrets import filled, from_outside, is_command
from contract.targets.spots import Spot, Wrong, one_line

Read = Callable[[Any, Spot], Any]

ENORMOUS = 10**18  # longer numbers are not written out: Python refuses to, past 4300 digits

_HEADER_NAME = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+")  # a token of RFC 9110 section 5.6.2
_ADDRESS = re.compile(r"(\[[0-9A-Fa-f:]+\]|[A-Za-z0-9.-]+):([0-9]{1,5})")
_UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f]")


def table(value: Any, spot: Spot, keys: Mapping[str, Read], *, required: Collection[str] = ()) -> dict[str, Any]:
    """Return what *value* gives for *keys*, without those that it does not give or that are wrong."""
    if not isinstance(value, dict):
        raise Wrong(f"must be a table, not {kind_of(value)}.")
    for key in value:
        if key not in keys:
            spot.remark(unknown("key", one_line(key), keys), key=key)
    for key in required:
        if key not in value:
            spot.at(key).wrong("is missing.")
    found: dict[str, Any] = {}
    for key, raw in value.items():
        if key in keys:
            given = attempt(keys[key], raw, spot.at(key))
            found |= {} if given is _NOTHING else {key: given}
    return found


_NOTHING = object()


def attempt(read: Read, value: Any, spot: Spot, otherwise: Any = _NOTHING) -> Any:
    """Return what *read* makes of *value*; where it is wrong, report it at *spot* and return *otherwise*."""
    try:
        return read(value, spot)
    except Wrong as fault:
        spot.wrong(str(fault))
        return otherwise


def mapping(read: Read, *, name: Callable[[str], str | None] = lambda _: None) -> Read:
    """Read a table of any keys. *name* returns what is wrong with a key, or None."""

    def read_mapping(value: Any, spot: Spot) -> dict[str, Any]:
        if not isinstance(value, dict):
            raise Wrong(f"must be a table, not {kind_of(value)}.")
        for key in value:
            if fault := name(key):
                spot.remark(fault, key=key)
        return table(value, spot, dict.fromkeys(value, read))

    return read_mapping


def list_of(read: Read, *, or_one: bool = False) -> Read:
    """Read a list that is not empty, to a tuple; with *or_one* a single value stands for a list of it."""

    def read_list(value: Any, spot: Spot) -> tuple[Any, ...]:
        if not isinstance(value, list):
            if or_one:
                return (read(value, spot),)
            raise Wrong(f"must be a list, not {kind_of(value)}.")
        if not value:
            raise Wrong("must not be an empty list.")
        spots = [spot.at(number) if isinstance(item, dict) else spot for number, item in enumerate(value)]
        return tuple(attempt(read, item, where, None) for item, where in zip(value, spots, strict=True))

    return read_list


def text(value: Any, spot: Spot) -> str:
    """Read a text of one line that is not empty."""
    if not isinstance(value, str) and not is_command(value):
        raise Wrong(f"must be a text, not {kind_of(value)}.")
    result = filled(value, spot)
    if not result.strip():
        raise Wrong("must not be empty.")
    if _UNPRINTABLE.search(result):
        raise Wrong("must be of one line, without control characters.")
    return result


def secret(value: Any, spot: Spot) -> Secret:
    """Read a text that must not be printed."""
    return Secret(text(value, spot))


def command(value: Any, spot: Spot) -> str:  # noqa: ARG001 - every reader is called alike
    """Read a command for the shell, which puts variables in by itself when it runs it."""
    if not isinstance(value, str):
        raise Wrong(f"must be a command as a text, not {kind_of(value)}.")
    if not value.strip():
        raise Wrong("must not be empty.")
    return value


def command_line(value: Any, spot: Spot) -> str:
    """Read a command that is split into words as a shell does, and run without one; braces hold placeholders."""
    given = command(value, spot)
    try:
        for word in shlex.split(given):
            placeholders(word)
    except ValueError as fault:
        raise Wrong(f"cannot be split into words: {fault}.") from None
    return given


def placeholders(text: str) -> list[str]:
    """Return the names that stand in braces in *text*; doubled braces are plain ones. Raises ValueError."""
    return [name for _, name, _, _ in Formatter().parse(text) if name is not None]


def constant(value: Any, spot: Spot) -> Any:
    """Read any JSON value; a text from outside becomes a Secret."""
    if isinstance(value, str) or is_command(value):
        return Secret(filled(value, spot)) if from_outside(value) else filled(value, spot)
    if isinstance(value, list):
        return [constant(item, spot) for item in value]
    if isinstance(value, dict):
        return {key: constant(item, spot) for key, item in value.items()}
    if isinstance(value, date | time) or (isinstance(value, float) and not math.isfinite(value)):
        raise Wrong(f"must be what JSON has, not {kind_of(value)}. Write it as a text.")
    return value


def flag(value: Any, spot: Spot) -> bool:  # noqa: ARG001
    """Read true or false."""
    if not isinstance(value, bool):
        raise Wrong(f"must be true or false, not {shown(value)}.")
    return value


def whole(low: int, high: int) -> Read:
    """Read a whole number from *low* to *high*."""

    def read_whole(value: Any, spot: Spot) -> int:  # noqa: ARG001
        if type(value) is not int or not low <= value <= high:
            raise Wrong(f"must be a whole number from {low} to {high}, not {shown(value)}.")
        return value

    return read_whole


def number(high: float) -> Read:
    """Read a number above 0 and up to *high*."""

    def read_number(value: Any, spot: Spot) -> float:  # noqa: ARG001
        if type(value) not in (int, float) or not 0 < value <= high:
            raise Wrong(f"must be a number above 0 and up to {high:g}, not {shown(value)}.")
        return float(value)

    return read_number


def one_of(*choices: str | int) -> Read:
    """Read one of *choices*."""

    def read_choice(value: Any, spot: Spot) -> str | int:
        if type(value) in {type(choice) for choice in choices} and value in choices:
            return value  # type: ignore[no-any-return]
        if isinstance(value, str) and all(isinstance(choice, str) for choice in choices):
            result = filled(value, spot)
            if result in choices:
                return result
            raise Wrong(f"has an {unknown('value', one_line(value), map(str, choices))}")
        raise Wrong(f"must be one of {', '.join(map(str, choices))}, not {shown(value)}.")

    return read_choice


def path(*, folder: bool = False) -> Read:
    """Read the path of a file (or *folder*) that exists, relative to the target file's folder."""

    def read_path(value: Any, spot: Spot) -> Path:
        found = spot.source.folder / text(value, spot)
        try:
            there = found.is_dir() if folder else found.is_file()
        except OSError:  # too long, or in a folder that is closed to us
            there = False
        if not there:
            what = "folder" if folder else "file"
            raise Wrong(f"names no {what}: {shown(value)}. Paths are relative to the target file.")
        return found

    return read_path


def url(*schemes: str) -> Read:
    """Read an absolute URL without user, query and fragment; a slash at its end is dropped."""

    def read_url(value: Any, spot: Spot) -> str:
        result = text(value, spot)
        if fault := url_fault(result, schemes):
            raise Wrong(fault)
        return result.rstrip("/")

    return read_url


def address(value: Any, spot: Spot) -> str:
    """Read a host and a port: "127.0.0.1:5432"."""
    given = text(value, spot)
    match = _ADDRESS.fullmatch(given)
    if not match or not 0 < int(match[2]) < 65_536:
        raise Wrong(f"must be a host and a port, like '127.0.0.1:5432', not {shown(value)}.")
    return given


def url_fault(given: str, schemes: Collection[str]) -> str:
    """Say what is wrong with *given* as the address of an API, without what may be secret in it; "" for nothing."""
    fault = ""
    try:
        parts = urlsplit(given)
        if parts.scheme not in schemes or not parts.hostname:
            fault = f"must be a URL that starts with {' or '.join(f'{scheme}://' for scheme in schemes)}."
        elif "@" in parts.netloc:
            fault = "must not hold a user or a password: it is printed in reports."
        elif parts.query or parts.fragment or given.endswith(("?", "#")):
            fault = "must not hold a query or a fragment."
        elif parts.port == 0 or any(letter.isspace() for letter in given):
            fault = "must be a URL without blanks, and with a port from 1 to 65535 where it has one."
    except ValueError:
        fault = "must be a URL with a host, and with a port from 1 to 65535 where it has one."
    return fault


def origin(value: Any, spot: Spot) -> str:
    """Read a web origin: scheme, host and port, nothing more."""
    result = url("http", "https")(value, spot)
    parts: SplitResult = urlsplit(result)
    if parts.path:
        raise Wrong(f"must be an origin, which has no path: {shown(value)}.")
    return str(result)


def header_name(key: str) -> str | None:
    """Say what is wrong with *key* as the name of a header field, None for nothing."""
    return None if _HEADER_NAME.fullmatch(key) else f"'{one_line(key)}' is no name of a header."


def kind_of(value: Any) -> str:
    """Say what kind of value *value* is, without the value."""
    kinds: tuple[tuple[type | tuple[type, ...], str], ...] = (
        (bool, "true or false"),
        (str, "a text"),
        (int, "a whole number"),
        (float, "a number"),
        (list, "a list"),
        (dict, "a table"),
        ((datetime, date, time), "a date or time"),
    )
    return next(name for kind, name in kinds if isinstance(value, kind))


def shown(value: Any) -> str:
    """Return *value* as the file writes it, or its kind where that is long."""
    if isinstance(value, str):
        return f"'{one_line(value)}'"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int) and abs(value) >= ENORMOUS:
        return "an enormous number"
    return str(value) if isinstance(value, int | float) else kind_of(value)
