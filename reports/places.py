"""Where in this checkout something stands: the line that a finding is shown beside."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

from contract.catalogue import PREFIXES
from contract.document import CONTRACT_FILE

ROOT = Path(__file__).parents[1]

_OPERATION = re.compile(r"^ *operationId: *(\w+)")
_ROW = re.compile(r"^\[([A-Z]+-\d\d)\]")


def place_of(operation: str, requirement: str) -> tuple[str, int]:
    """
    Return file and line of *operation* in our contract, else of *requirement* in the catalogue, else ("", 0).

    The file is relative to the checkout.
    """
    return _operations().get(operation) or _rows().get(requirement) or ("", 0)


@cache
def _operations() -> dict[str, tuple[str, int]]:
    return _found(CONTRACT_FILE, _OPERATION)


@cache
def _rows() -> dict[str, tuple[str, int]]:
    folder = CONTRACT_FILE.parent / "requirements"
    return {name: place for area in PREFIXES for name, place in _found(folder / f"{area}.toml", _ROW).items()}


def _found(file: Path, pattern: re.Pattern[str]) -> dict[str, tuple[str, int]]:
    """Return what *pattern* names in *file*, with its place; read as text, since a whole parse takes a second."""
    name = file.relative_to(ROOT).as_posix()
    lines = enumerate(file.read_text("utf-8").splitlines(), start=1)
    return {found[1]: (name, number) for number, line in lines if (found := pattern.match(line))}
