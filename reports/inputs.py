"""What a path given to this room holds, told by the file itself and not by its name."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import jsonschema_rs

from contract import results
from contract.errors import BindingError
from contract.results import Results
from contract.results.events import SCHEMA
from reports.places import ROOT

OUT = Path("reports") / "out"
LATEST = OUT / "latest"
INSIDE = ("load.json", "drift.json", "diff.json", "matrix.json")
"""What a folder may hold beside a conformance run's results."""
KILL = frozenset({"defect", "what", "expected", "found"})
"""Members of each entry of a kill matrix."""
SCHEMAS = {
    "urn:authproof:load:1": ("load", "load/load.schema.json"),
    "urn:authproof:diff:1": ("diff", "contract/diff/diff.schema.json"),
    "urn:authproof:drift:1": ("drift", "contract/drift/drift.schema.json"),
}
"""Of documents that say what they are: their kind, and the file of their schema in this checkout."""


@dataclass(frozen=True, slots=True)
class Input:
    """A conformance run (`results`), or another document of ours by its kind: kill-matrix, load, diff, drift."""

    path: Path
    kind: str
    results: Results | None = None
    document: Any = None

    @property
    def folder(self) -> Path:
        """Where what is made of it goes: its own folder."""
        return self.path if self.path.is_dir() else self.path.parent


def read_all(path: Path) -> list[Input]:
    """
    Return everything that *path* holds: a folder may have a conformance run and other documents beside it.

    Raises:
        BindingError: there is nothing, or nothing of ours; one line.
    """
    if path == LATEST and not path.exists():
        raise BindingError(f"{path}: there is no run yet. 'pytest' makes one.")
    if not path.is_dir():
        return [read(path)]
    beside = [read(path / name) for name in INSIDE if (path / name).exists()]
    is_run = not beside or any((path / name).exists() for name in ("results.json", "run.jsonl"))
    return [Input(path, "conformance", results=results.load(path)), *beside] if is_run else beside


def read(path: Path) -> Input:
    """
    Return what the file *path* holds.

    Raises:
        BindingError: it is none of ours, or cannot be read; one line.
    """
    try:
        document = json.loads(path.read_bytes())
    except OSError as fault:
        raise BindingError(f"{path}: cannot be read: {fault.strerror}.") from None
    except (ValueError, RecursionError):
        raise BindingError(f"{path}: is not JSON.") from None
    if isinstance(document, dict) and document.get("schema") == SCHEMA:
        return Input(path, "conformance", results=results.load(path))
    if isinstance(document, dict) and document.get("schema") in SCHEMAS:
        kind, schema = SCHEMAS[document["schema"]]
        try:
            jsonschema_rs.validator_for(json.loads((ROOT / schema).read_bytes())).validate(document)
        except jsonschema_rs.ValidationError as fault:
            place = "".join(f"/{part}" for part in fault.instance_path)
            raise BindingError(
                f"{path}: does not satisfy {schema}: {place or 'the whole'}: {fault.message[:200]}."
            ) from None
        return Input(path, kind, document=document)
    if isinstance(document, list) and document and all(isinstance(each, dict) for each in document):
        if not all(each.keys() >= KILL for each in document):
            wanted = ", ".join(sorted(KILL))
            raise BindingError(f"{path}: is no matrix.json of this version: an entry has {wanted}.")
        return Input(path, "kill-matrix", document=document)
    raise BindingError(f"{path}: is none of ours. Give a run's folder, or its {', '.join(('results.json', *INSIDE))}.")
