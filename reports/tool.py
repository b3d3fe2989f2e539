"""What this tool calls itself in the forms that other tools read."""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, version

NAME = "authproof"


def _version() -> str:
    try:
        return version(NAME)
    except PackageNotFoundError:  # a checkout that was never installed
        return "0.0.0"


VERSION = _version()
