"""Documents that are malformed, endless, huge or hostile: one clear line, within bounds, and nothing fetched."""

from __future__ import annotations

import json
import random
import resource
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from contract.diff.compare import changes
from contract.document import CONTRACT_FILE, contract_document, load_bytes
from contract.errors import BindingError
from suites.selftest.test_lint_documents import mutilated

MEMORY_BYTES = 2 * 1024**3
CPU_S = 60
ROOT = CONTRACT_FILE.parent.parent


def document(schema: Any, **schemas: Any) -> bytes:
    """Return a document with one operation that takes *schema*."""
    body = {"content": {"application/json": {"schema": schema}}}
    paths = {"/a": {"post": {"requestBody": body, "responses": {"204": {"description": "Done."}}}}}
    info = {"title": "x", "version": "1"}
    return json.dumps({"openapi": "3.1.0", "info": info, "paths": paths, "components": {"schemas": schemas}}).encode()


def bomb() -> bytes:
    """Return YAML of 40 lines that is a thousand million nodes once its aliases are written out."""
    lines = ["openapi: 3.1.0", "info: {title: x, version: '1'}", "paths: {}", "x-a0: &a0 [lol, lol]"]
    lines += [f"x-a{level}: &a{level} [*a{level - 1}, *a{level - 1}]" for level in range(1, 30)]
    return "\n".join(lines).encode()


def choices(states: int, bound: int) -> bytes:
    """Return a document whose schemas can be joined in 2 ** *states* ways, each another schema to compare."""
    of = {"$ref": "#/components/schemas/s0"}
    schemas: dict[str, Any] = {
        "s0": {"properties": {"a": {"allOf": [of, {"$ref": "#/components/schemas/s1"}]}, "b": of}},
        f"s{states}": {"minProperties": bound},
    }
    for state in range(1, states):
        following = {"$ref": f"#/components/schemas/s{state + 1}"}
        schemas[f"s{state}"] = {"properties": {"a": following, "b": following}}
    return document(of, **schemas)


CIRCLE = {"a": {"$ref": "#/components/schemas/b"}, "b": {"$ref": "#/components/schemas/a"}}
NESTED = b'{"not": ' * 200 + b"{}" + b"}" * 200

REFUSED = {
    "no YAML": (b"openapi: [3.1.0", "not YAML"),
    "no OpenAPI": (b"a: 1", "no OpenAPI document"),
    "cut": (document({})[:-20], "not JSON"),
    "a circle of references": (
        document({"$ref": "#/components/schemas/a"}, **CIRCLE),
        "leads in a circle",
    ),
    "a reference to the web": (document({"$ref": "http://127.0.0.1:9/x.yaml"}), "nothing is fetched"),
    "a reference to a file": (document({"$ref": "../../../../etc/passwd"}), "nothing is fetched"),
    "a file by its address": (document({"$ref": "file:///etc/passwd#/x"}), "nothing is fetched"),
    "a bomb": (bomb(), "nodes once aliases are written out"),
    "too deep": (document({}).replace(b'"schema": {}', b'"schema": ' + NESTED), "nested more than"),
    "fifty megabytes of nodes": (b'{"openapi": "3.1.0", "x": [' + b"[]," * 17_000_000 + b"1]}", "nodes once"),
    "too large": (b" " * (65 * 1024 * 1024), "larger than 64 MiB"),
}  # fmt: skip


@pytest.mark.parametrize("name", REFUSED)
def test_a_hostile_document_is_one_line_in_bounded_time_and_memory(name, tmp_path):
    """The gate runs on what anybody may propose, on a machine that others share."""
    data, said = REFUSED[name]
    path = tmp_path / "new.yaml"
    path.write_bytes(data)

    done = compared(CONTRACT_FILE, path)

    assert (done.returncode, done.stdout) == (2, ""), done.stderr
    lines = done.stderr.splitlines()
    assert len(lines) == 1 or (name == "a circle of references" and len(lines) <= 3), done.stderr
    assert said in lines[0] and len(lines[0]) < 600


def test_fifty_megabytes_of_words_are_compared(tmp_path):
    """What is large and harmless is not refused."""
    old, new = tmp_path / "old.json", tmp_path / "new.json"
    for path, length in ((old, 5), (new, 6)):
        path.write_bytes(document({"type": "string", "minLength": length, "description": "word " * 10_000_000}))

    done = compared(old, new, "--no-witness")

    assert done.returncode == 1, done.stderr
    assert "minLength is 6, was 5" in done.stdout


def test_schemas_that_can_be_joined_in_too_many_ways_are_refused_in_one_line(tmp_path):
    """Comparing is the work of an automaton's states, of which there are two to the power of what is written."""
    old, new = tmp_path / "old.json", tmp_path / "new.json"
    old.write_bytes(choices(25, 1))
    new.write_bytes(choices(25, 2))

    done = compared(old, new)

    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (2, "", 1)
    assert "refer to one another in more ways than are compared" in done.stderr


def test_a_schema_that_contains_itself_is_compared_once():
    """A tree of comments has no end, and a comparison of it has."""
    tree = {"type": "object", "properties": {"below": {"type": "array", "items": {"$ref": "#/components/schemas/t"}}}}
    of = {"$ref": "#/components/schemas/t"}
    old = load_bytes(document(of, t=tree), "old.json")
    new = load_bytes(document(of, t={**tree, "required": ["below"]}), "new.json")

    assert [each.rule for each in changes(old, new)] == ["DIFF-REQUEST-MEMBER-REQUIRED"]


def compared(old: Path, new: Path, *options: str) -> subprocess.CompletedProcess[str]:
    """Compare two documents in a process that may take so much memory and time, and no more."""

    def bounded() -> None:
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
        resource.setrlimit(resource.RLIMIT_CPU, (CPU_S, CPU_S))

    command = [sys.executable, "-m", "contract", "diff", str(old), str(new), *options]
    return subprocess.run(
        command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=600, preexec_fn=bounded
    )


def test_documents_with_parts_of_any_shape_are_compared_or_refused_without_an_error_of_ours():
    """Half-finished documents are what a pull request is made of."""
    compared_documents = 0
    for seed in range(30):
        with suppress(BindingError):
            new = load_bytes(json.dumps(mutilated(random.Random(seed))).encode(), "new.json")
            changes(contract_document(), new)
            changes(new, contract_document())
            compared_documents += 1

    assert compared_documents > 15
