"""Single edits of an OpenAPI document, as the data of the self-tests write them."""

from __future__ import annotations

import copy
import json
import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from contract.document import Document, contract_document, load_bytes
from contract.document.pointers import parts

DATA = Path(__file__).parent / "data" / "drift"

Step = Mapping[str, Any]
"""`at` is a JSON Pointer, "-" the end of a list; `set` is JSON that stands there afterwards, `move` where it goes."""


def read_data(name: str) -> dict[str, Any]:
    """Return the data of one file."""
    return tomllib.loads((DATA / name).read_text(encoding="utf-8"))


def edited(*edits: Sequence[Step] | Step, name: str = "new.yaml") -> Document:
    """Return our contract with the *edits* made, each a step or several."""
    data = copy.deepcopy(dict(contract_document().data))
    for edit in edits:
        for step in [edit] if isinstance(edit, Mapping) else edit:
            apply(data, step)
    return load_bytes(json.dumps(data).encode(), name)


def apply(data: Any, step: Step) -> None:
    """Make one step of an edit in *data*."""
    holder, key = _place(data, step["at"])
    if "set" in step:
        value = json.loads(step["set"])
        if isinstance(holder, list) and key == len(holder):
            holder.append(value)
        else:
            holder[key] = value
        return
    value = holder.pop(key)
    if "move" in step:
        holder, key = _place(data, step["move"])
        holder[key] = value


def _place(data: Any, pointer: str) -> tuple[Any, Any]:
    *above, last = parts(pointer)
    for name in above:
        data = data[int(name)] if isinstance(data, list) else data[name]
    if isinstance(data, list):
        return data, len(data) if last == "-" else int(last)
    return data, last
