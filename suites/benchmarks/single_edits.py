"""
Random single edits of OpenAPI documents that others wrote: nothing crashes, nothing is lost sight of.

    python -m suites.benchmarks.single_edits FOLDER [--edits=100] [--seed=1]

FOLDER holds documents in YAML or JSON; none is shipped. An edit takes away something that a client may use, or asks
more of what a client sends: a comparison that calls it compatible and neutral is wrong, and so is one that says
something else the second time. It also tells how long a comparison of two files takes, reading included. Exit code 1
where anything is wrong.
"""

from __future__ import annotations

import argparse
import copy
import json
import random
import sys
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from contract.diff.change import Change
from contract.diff.compare import changes
from contract.diff.rating import Consumer, Posture, worst_consumer, worst_posture
from contract.diff.witness import witnessed
from contract.document import Document, load, load_bytes
from contract.document.pointers import child, parts
from contract.document.schemas import reachable

Edit = tuple[str, str, Any]
"""What an edit is called, the pointer of what it changes, and what stands there afterwards: None takes it away."""


AGAIN_EVERY = 10
"""Of so many edits, the first is compared twice."""


def edits(document: Document) -> Iterator[Edit]:
    """Yield every edit of *document* that takes something away or asks for more."""
    for operation in document.all_operations:
        item = document.at(operation.pointer)
        if operation.pointer.startswith("/paths/"):
            yield "operation removed", operation.pointer, None
        for status in operation.responses:
            if len(operation.responses) > 1:
                yield "status removed", child(operation.pointer, "responses", status), None
        if item.get("security"):
            yield "security removed", child(operation.pointer, "security"), []
        for parameter in operation.parameters:
            if not parameter.required and parameter.place != "path":
                yield "parameter required", child(parameter.pointer, "required"), True
                if parameter.pointer.startswith(operation.pointer):
                    yield "parameter removed", parameter.pointer, None
        if operation.request_pointer and not operation.request_required:
            yield "body required", child(operation.request_pointer, "required"), True
        for response in operation.responses.values():
            for name in response.headers:
                yield "header removed", child(response.pointer, "headers", name), None
            for name in response.media:
                yield "media type removed", child(response.pointer, "content", name), None
        asked = (*operation.request_media.values(), *(each.schema for each in operation.parameters))
        yield from of_schemas(document, asked, asks=True)
        answered = [schema for response in operation.responses.values() for schema in response.media.values()]
        yield from of_schemas(document, answered, asks=False)


def of_schemas(document: Document, starts: Any, *, asks: bool) -> Iterator[Edit]:
    """Yield the edits of the schemas that are read from *starts*; *asks*: of what a client sends."""
    for pointer, node in reachable(document, *starts):
        if "not" in parts(pointer) or (document.version.startswith("3.0") and "$ref" in node):
            continue
        for name, member in (node.get("properties") or {}).items():
            if not is_one_way(member) and "$ref" not in (member if isinstance(member, dict) else {}):
                yield (
                    f"member of {'a request' if asks else 'an answer'} removed",
                    child(pointer, "properties", name),
                    None,
                )
                if asks and name not in (node.get("required") or ()):
                    required = [*(node.get("required") or ()), name]
                    yield "member required", child(pointer, "required"), required
        if not asks:
            if node.get("required"):
                yield "member no longer promised", child(pointer, "required"), None
            continue
        if isinstance(node.get("enum"), list) and len(node["enum"]) > 1:
            yield "value removed", child(pointer, "enum"), node["enum"][1:]
        if node.get("type") == "string" and "enum" not in node:
            length = node.get("maxLength", 1000)
            yield "text shorter", child(pointer, "maxLength"), max(length - 1, 0)
        if node.get("type") in ("integer", "number") and "enum" not in node:
            least = node.get("minimum", -(10**9))
            yield "number greater", child(pointer, "minimum"), least + 1
        if node.get("type") == "array":
            yield "list longer", child(pointer, "minItems"), node.get("minItems", 0) + 1


def is_one_way(member: Any) -> bool:
    """Whether the schema *member*, or a part of its `allOf`, is for requests or for answers only."""
    parts_of = [member, *(member.get("allOf") or ())] if isinstance(member, dict) else []
    return any(part.get("readOnly") or part.get("writeOnly") for part in parts_of)


def edited(document: Document, edit: Edit) -> bytes:
    """Return *document* with *edit* made, as JSON."""
    _, pointer, value = edit
    data = json.loads(json.dumps(document.data))
    *above, last = parts(pointer)
    holder = data
    for name in above:
        holder = holder[int(name)] if isinstance(holder, list) else holder[name]
    key: Any = int(last) if isinstance(holder, list) else last
    if value is None:
        del holder[key]
    else:
        holder[key] = copy.deepcopy(value)
    return json.dumps(data).encode()


def rated(found: list[Change]) -> tuple[Consumer, Posture]:
    """Return both ratings of *found*."""
    return worst_consumer(each.consumer for each in found), worst_posture(each.posture for each in found)


def judge(path: Path, number: int, seed: int) -> list[str]:
    """Make *number* edits of the document in *path*, print what came of them, and return what is wrong."""
    document = load(path)
    possible = list(dict.fromkeys((what, pointer, json.dumps(value)) for what, pointer, value in edits(document)))
    chance = random.Random(seed)
    kinds: dict[str, list[tuple[str, str, str]]] = {}
    for each in possible:
        kinds.setdefault(each[0], []).append(each)
    wrong, told, slowest_s = [], Counter[str](), 0.0
    for count in range(number):
        what, pointer, text = chance.choice(kinds[chance.choice(sorted(kinds))])
        data = edited(document, (what, pointer, json.loads(text)))
        began_s = time.process_time()
        new = load_bytes(data, "edited.json")
        found = changes(document, new)
        slowest_s = max(slowest_s, time.process_time() - began_s)
        told[str(rated(found)[0])] += 1
        if rated(found) == (Consumer.COMPATIBLE, Posture.NEUTRAL):
            wrong.append(f"{path.name}: {what} at {pointer} is called {[each.rule for each in found] or 'nothing'}")
        if count % AGAIN_EVERY == 0 and found != changes(document, load_bytes(data, "edited.json")):
            wrong.append(f"{path.name}: {what} at {pointer} is not compared alike twice")
    began_s = time.process_time()
    old, new = load(path), load_bytes(data, "edited.json")
    witnessed(changes(old, new), old, new)
    whole_s = time.process_time() - began_s
    counts = ", ".join(f"{value} {name}" for name, value in sorted(told.items()))
    print(
        f"{path.name}: {len(document.all_operations)} operations, {path.stat().st_size // 1024} KiB, "
        f"{len(possible)} possible edits; {number} made: {counts}; {len(wrong)} wrong; "
        f"two files with a witness {whole_s:.1f} s, slowest second file {slowest_s:.1f} s of processor time",
        flush=True,
    )
    return wrong


def main(arguments: list[str]) -> int:
    """Judge every document of a folder."""
    parser = argparse.ArgumentParser(prog="python -m suites.benchmarks.single_edits")
    parser.add_argument("folder", type=Path, help="where the documents are")
    parser.add_argument("--edits", type=int, default=100)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args(arguments)
    files = sorted(path for path in given.folder.iterdir() if path.suffix in (".json", ".yaml", ".yml"))
    wrong = [line for path in files for line in judge(path, given.edits, given.seed)]
    print(*wrong, sep="\n")
    return 1 if wrong or not files else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
