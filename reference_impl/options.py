"""The command line: one option for each setting, and one clear line for each mistake."""

from __future__ import annotations

import argparse
import dataclasses
import math
from difflib import get_close_matches
from typing import Any, NoReturn

from reference_impl.settings import Settings


class StartError(Exception):
    """The server cannot start; the text is one line for the user."""


class Parser(argparse.ArgumentParser):
    """argparse that says a mistake in one line, with the nearest valid option."""

    def error(self, message: str) -> NoReturn:
        """Raise StartError."""
        raise StartError(message)


def parse(arguments: list[str]) -> argparse.Namespace:
    """
    Return what *arguments* say: `settings`, and beside them `defect`, `defect_window_ms`, `list_defects`, `json`.

    Raises:
        StartError: an option is unknown, incomplete or out of range.
    """
    parser = Parser(
        prog="python -m reference_impl",
        description="A conforming authentication API to develop against.",
        allow_abbrev=False,
    )
    for field in dataclasses.fields(Settings):
        _add(parser, field)
    parser.add_argument("--defect", action="append", default=[], metavar="ID", help="misbehave as planned; repeatable")
    parser.add_argument(
        "--defect-window-ms", type=_number(float, 0), default=2.0, help="how long a planted race stays open (default 2)"
    )
    parser.add_argument("--list-defects", action="store_true", help="print what --defect takes, and end")
    parser.add_argument("--json", action="store_true", help="with --list-defects: as JSON")
    found, rest = parser.parse_known_args(arguments)
    if rest:
        raise StartError(_unknown(rest[0], parser))
    if found.json and not found.list_defects:
        raise StartError("--json needs --list-defects beside it")
    values: dict[str, Any] = {field.name: getattr(found, field.name) for field in dataclasses.fields(Settings)}
    values |= {name: tuple(value) for name, value in values.items() if isinstance(value, list)}
    found.settings = Settings(**values)
    return found


def _add(parser: argparse.ArgumentParser, field: dataclasses.Field[Any]) -> None:
    name, default, meta = "--" + field.name.replace("_", "-"), field.default, field.metadata
    help_text = meta["help"] + ("" if default in ("", (), False) else f" (default {default})")
    if default is False:
        parser.add_argument(name, action="store_true", help=help_text)
    elif default == ():
        parser.add_argument(name, action="append", default=[], help=help_text)
    elif isinstance(default, int | float):
        parser.add_argument(name, type=_number(type(default), meta["least"]), default=default, help=help_text)
    else:
        parser.add_argument(name, choices=meta["choices"] or None, default=default, help=help_text)


def _number(kind: type[int] | type[float], least: float | None) -> Any:
    def read(text: str) -> float:
        try:
            value = kind(text)
        except ValueError:
            raise argparse.ArgumentTypeError(
                f"'{text}' is not {'a whole number' if kind is int else 'a number'}"
            ) from None
        if not math.isfinite(value) or (least is not None and value < least):
            raise argparse.ArgumentTypeError(
                f"{text} is less than {least:g}" if least is not None else f"'{text}' is not finite"
            )
        return value

    return read


def _unknown(given: str, parser: argparse.ArgumentParser) -> str:
    if not given.startswith("-"):
        return f"'{given}' is not an option; options start with --"
    name = given.partition("=")[0]
    valid = [text for action in parser._actions for text in action.option_strings]
    near = get_close_matches(name, valid, n=1)
    hint = f" Did you mean '{near[0]}'?" if near else ""
    return f"unknown option '{name}'.{hint} See --help."
