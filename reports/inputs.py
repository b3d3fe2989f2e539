"""What a path given to this room holds, told by the file itself and not by its name."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from contract import results
from contract.errors import BindingError
from contract.results import Results
from contract.results.events import SCHEMA

OUT = Path("reports") / "out"
LATEST = OUT / "latest"


@dataclass(frozen=True, slots=True)
class Input:
    """A conformance run (`results`), or another document of ours by its kind: kill-matrix."""

    path: Path
    kind: str
    results: Results | None = None
    document: Any = None

    @property
    def folder(self) -> Path:
        """Where what is made of it goes: its own folder."""
        return self.path if self.path.is_dir() else self.path.parent


def read(path: Path) -> Input:
    """
    Return what *path* holds.

    Raises:
        BindingError: there is nothing, or nothing of ours; one line.
    """
    if path == LATEST and not path.exists():
        raise BindingError(f"{path}: there is no run yet. 'pytest' makes one.")
    if path.is_dir():
        inner = path / "matrix.json"
        return read(inner) if inner.exists() else Input(path, "conformance", results=results.load(path))
    try:
        document = json.loads(path.read_bytes())
    except OSError as fault:
        raise BindingError(f"{path}: cannot be read: {fault.strerror}.") from None
    except (ValueError, RecursionError):
        raise BindingError(f"{path}: is not JSON.") from None
    if isinstance(document, dict) and document.get("schema") == SCHEMA:
        return Input(path, "conformance", results=results.load(path))
    if isinstance(document, list) and all(isinstance(each, dict) and "defect" in each for each in document):
        return Input(path, "kill-matrix", document=document)
    raise BindingError(f"{path}: is none of ours. Give a run's folder, a results.json or a matrix.json.")
