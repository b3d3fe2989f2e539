"""Reading a run's files, whole, torn or damaged, and writing `results.json`."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from contract.errors import BindingError
from contract.results.events import SCHEMA
from contract.results.fold import fold
from contract.results.outcome import Results
from contract.results.schema import document_problem, event_problem

RESULTS_FILE = "results.json"
LINE_LIMIT_BYTES = 16 * 2**20  # no event of ours comes near; a longer line is damage, and is not held in memory


def load(path: Path) -> Results:
    """
    Return the results in a `results.json` or in a run's folder; a folder without the file is that of a killed run.

    Raises:
        BindingError: there is no run, or the file is not one of ours.
    """
    if not path.is_dir():
        return _document(path)
    if (path / RESULTS_FILE).exists():
        return _document(path / RESULTS_FILE)
    return load_events(path)


def load_events(folder: Path) -> Results:
    """
    Return what the events in *folder* come to, as far as they can be read.

    A torn last line is what a killed run leaves. Other damage costs its line only, and is said in the notes.

    Raises:
        BindingError: there is no file of events.
    """
    files = sorted(folder.glob("worker-*.jsonl"))
    if (folder / "run.jsonl").exists():
        files.insert(0, folder / "run.jsonl")
    if not files:
        raise BindingError(f"{folder}: holds no run. A run's folder has results.json or run.jsonl.")
    events: list[dict[str, Any]] = []
    notes: list[str] = []
    for file in files:
        try:
            for number, line, whole in _lines(file):
                event, problem = _event(line)
                if not problem:
                    events.append(event)
                elif whole:
                    notes.append(f"{file.name}, line {number}: left out: {problem}")
        except OSError as fault:
            notes.append(f"{file.name}: left out: {fault.strerror}")
    return fold(events, notes=notes)


def save(results: Results, folder: Path) -> Path:
    """Write *results* as `results.json` into *folder*, whole or not at all, and return the file."""
    file = folder / RESULTS_FILE
    draft = file.with_suffix(".json.part")
    draft.write_text(json.dumps(results.to_json(), indent=1, allow_nan=False) + "\n", "utf-8")
    return draft.replace(file)


def _document(path: Path) -> Results:
    try:
        document = json.loads(path.read_bytes())
    except OSError as fault:
        raise BindingError(f"{path}: cannot be read: {fault.strerror}.") from None
    except (ValueError, RecursionError):
        raise BindingError(f"{path}: is not JSON. Its folder's *.jsonl may still be whole: move it away.") from None
    said = document.get("schema") if isinstance(document, dict) else None
    if said != SCHEMA:
        raise BindingError(f"{path}: is no results.json of this version. Its member schema should be {SCHEMA}.")
    problem = document_problem(document)
    if problem:
        raise BindingError(f"{path}: does not satisfy results.schema.json: {problem}.")
    return Results.from_json(document)


def _lines(file: Path) -> Iterator[tuple[int, bytes, bool]]:
    """Yield number, content and wholeness of each line; a line that is too long comes cut."""
    with file.open("rb") as stream:
        number = 0
        while line := stream.readline(LINE_LIMIT_BYTES):
            number += 1
            yield number, line, line.endswith(b"\n") or len(line) == LINE_LIMIT_BYTES
            while len(line) == LINE_LIMIT_BYTES and not line.endswith(b"\n"):
                line = stream.readline(LINE_LIMIT_BYTES)


def _event(line: bytes) -> tuple[dict[str, Any], str]:
    """Return the event on *line* and "", or nothing and what is wrong with it."""
    try:
        event = json.loads(line)
    except (ValueError, RecursionError):
        return {}, "is not JSON"
    problem = event_problem(event)
    return ({}, problem) if problem else (event, "")
