"""`python -m contract init`: what it makes of documents that others wrote, and of our own."""

from __future__ import annotations

import json
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest

from contract.document import CONTRACT_FILE, load, load_bytes
from contract.drafting.finding import guesses
from contract.drafting.writing import TODO, draft
from contract.targets.contract_speech import FEATURES_OF_CONTRACT, operations
from contract.targets.model import Target
from contract.targets.read import resolve

ROOT = Path(__file__).parents[2]
DOCUMENTS = tomllib.loads((Path(__file__).parent / "data/drafts/expected.toml").read_text("utf-8"))["document"]
BASE_URL = "http://127.0.0.1:8000"
ENOUGH = 0.9


def drafted(file: Path) -> str:
    """Return the draft for the document *file*."""
    return draft(load(file), name="drafted", base_url=BASE_URL, file=str(file))


def parsed(text: str, folder: Path) -> Target:
    """Read the draft *text* as a target file."""
    file = folder / "drafted.toml"
    file.write_text(text, "utf-8")
    return resolve(str(file), environ={})


def todos(text: str) -> dict[str, list[str]]:
    """Return the TODO lines of *text* by the operation that they stand at; of the head and the end under ""."""
    found: dict[str, list[str]] = {}
    for block in text.split("\n\n"):
        ids = [line.strip("# ").removeprefix("[operations.").rstrip("]") for line in block.splitlines()
               if line.strip("# ").startswith("[operations.")]  # fmt: skip
        lines = [line for line in block.splitlines() if line.startswith(TODO)]
        found.setdefault(ids[0] if ids else "", []).extend(lines)
    return found


@pytest.mark.parametrize(
    "document", DOCUMENTS, ids=lambda each: Path(each["file"]).parent.name + Path(each["file"]).stem
)
def test_nearly_all_operations_are_found_and_none_is_wrong(document: dict[str, Any], tmp_path: Path) -> None:
    """A wrong guess that looks certain costs an hour; one with a TODO costs a look."""
    expected, text = document["operations"], drafted(ROOT / document["file"])
    found = {id: guess.spec.label for id, guess in guesses(load(ROOT / document["file"])).items()}
    left = todos(text)

    right = {id for id, label in found.items() if expected.get(id) == label}
    assert len(right) >= max(document["least"], ENOUGH * len(expected)), sorted(expected.keys() - right)
    assert all(left[id] for id in found.keys() - right), {id: found[id] for id in found.keys() - right}
    assert all(left.get(id) for id in document.get("unsure", ())), left
    assert [line for line in document["lines"] if line not in text.replace("# ", "").splitlines()] == []
    assert parsed(text, tmp_path).document == ROOT / document["file"]


def test_on_our_own_contract_nothing_is_left_to_do(tmp_path: Path) -> None:
    """What we document for others is enough for a tool to go by."""
    text = drafted(CONTRACT_FILE)
    target = parsed(text, tmp_path)

    assert f"\n{TODO}" not in text
    assert target.base_url == f"{BASE_URL}/api/v1"
    assert target.features == FEATURES_OF_CONTRACT
    for id, ours in operations().items():
        (step,) = target.operations[id].steps
        assert (step.method, step.path, step.send, step.encoding) == (
            *(ours.steps[0].method, ours.steps[0].path, ours.steps[0].send, ours.steps[0].encoding),
        ), id


@pytest.mark.parametrize(
    "document",
    [
        {"openapi": "3.1.0", "info": {}, "paths": {}},
        {"openapi": "3.0.0", "info": {"title": 'a "name"\n'}, "paths": {"/x": {"get": {"responses": {}}}}},
        {
            "openapi": "3.1.0",
            "info": {"title": "t"},
            "paths": {
                "/login": {"post": {"summary": 'log "in"\n[operations.x]', "responses": {"200": {"description": ""}}}}
            },
        },
    ],
    ids=["empty", "nothing known", "hostile summary"],
)
def test_a_poor_document_gives_a_draft_with_much_to_do(document: dict[str, Any], tmp_path: Path) -> None:
    """A document that says nothing must not make the tool fall over, nor make it sure of anything."""
    text = draft(load_bytes(json.dumps(document).encode(), "poor.json"), name="poor", base_url="", file="poor.json")
    (tmp_path / "poor.json").write_text(json.dumps(document), "utf-8")

    assert f"\n{TODO}" in text
    tomllib.loads(text)


def test_the_command_prints_the_draft_and_how_much_is_left() -> None:
    """What goes to the file, and what to the reader, are two streams."""
    document = str(ROOT / DOCUMENTS[0]["file"])
    done = subprocess.run(
        [sys.executable, "-m", "contract", "init", document, f"--base-url={BASE_URL}/api", "--name=mine"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )

    said = tomllib.loads(done.stdout)
    assert (said["name"], said["base_url"], said["document"]) == ("mine", f"{BASE_URL}/api", document)
    assert done.stderr == f"{done.stdout.count(chr(10) + TODO)} lines begin '{TODO}'\n"
