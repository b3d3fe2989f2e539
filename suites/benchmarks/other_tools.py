"""
The same edits and the same traffic, judged by us and by others, in one run: a table of verdicts.

    npm install --prefix FOLDER @redocly/cli specmatic
    python -m suites.benchmarks.other_tools FOLDER [--edits=ID,ID] [--without=specmatic] > table.md

It takes Node.js for `redocly diff` and `redocly drift`, a JVM for Specmatic's backward-compatibility-check, and git.
Both are told to send nothing home.
"""

from __future__ import annotations

import argparse
import copy
import json
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import yaml

from contract.diff.compare import changes
from contract.diff.rating import worst_consumer, worst_posture
from contract.document import CONTRACT_FILE, contract_document, load
from contract.document.pointers import parts
from contract.drift.har import read_har
from contract.drift.traffic import Traffic, differences
from suites.selftest.drifting import PLANTED
from suites.selftest.editing import apply, read_data
from suites.selftest.whole_run import run

TARGET = Path(__file__).parents[1] / "selftest" / "data" / "targets" / "drifting.toml"
QUIET = {"REDOCLY_TELEMETRY": "off", "SPECMATIC_DISABLE_TELEMETRY": "true", "CI": "true"}
REDOCLY_WORDS = {"major": "major", "minor": "minor", "patch": "patch", "none": "nothing", "": "nothing"}
GIT = ["git", "-c", "user.name=x", "-c", "user.email=x@example.com", "-c", "commit.gpgsign=false"]

COMPANY = "/health/live"
"""A small path that stands in every document for Specmatic, so that none is without paths."""


def reached(data: Any, node: Any, seen: dict[str, Any]) -> dict[str, Any]:
    """Add to *seen* every component of *data* that *node* refers to, directly or not, by its reference; return it."""
    if isinstance(node, dict):
        to = node.get("$ref")
        if isinstance(to, str) and to not in seen:
            seen[to] = data
            for name in parts(to.removeprefix("#")):
                seen[to] = seen[to].get(name, {})
            reached(data, seen[to], seen)
    for each in node.values() if isinstance(node, dict) else node if isinstance(node, list) else ():
        reached(data, each, seen)
    return seen


def path_read(data: Any, path: str) -> Any:
    """Return all that *data* says of *path*: itself, what it refers to, and how credentials are sent."""
    item = data["paths"].get(path)
    schemes = data["components"]["securitySchemes"] if "security" in data or "security" in str(item) else None
    return item and [item, reached(data, item, {}), data["servers"], schemes, data.get("security")]


def for_specmatic(old: Any, new: Any) -> list[str]:
    """
    Return both documents with only the first two paths between which they differ, and without `minProperties`.

    It takes some seconds of processor time for each operation of each document; and with `minProperties`, every
    comparison is called incompatible, that of a contract with itself included.
    """
    names = [path for path in old["paths"] | new["paths"] if path_read(old, path) != path_read(new, path)][:2]
    texts = []
    for data in map(copy.deepcopy, (old, new)):
        data["paths"] = {path: item for path, item in data["paths"].items() if path in (*names, COMPANY)}
        for schema in data["components"]["schemas"].values():
            schema.pop("minProperties", None)
        texts.append(yaml.safe_dump(data, sort_keys=False, allow_unicode=True))
    return texts


def written(folder: Path) -> dict[str, Path]:
    """Write our contract, and a copy for each edit, into *folder*; return the copies by the edit's id."""
    copies = {}
    for edit in read_data("edits.toml")["edit"]:
        data = copy.deepcopy(dict(contract_document().data))
        for step in edit.get("steps", [edit]):
            apply(data, step)
        copies[edit["id"]] = folder / f"{edit['id']}.yaml"
        copies[edit["id"]].write_text(yaml.safe_dump(data, sort_keys=False, allow_unicode=True), encoding="utf-8")
    return copies


def called(*command: str | Path, cwd: Path | None = None, timeout_s: float = 3000) -> subprocess.CompletedProcess[str]:
    """Run *command* to its end."""
    return subprocess.run(
        list(map(str, command)),
        cwd=cwd, env={**os.environ, **QUIET}, capture_output=True, text=True, check=False, timeout=timeout_s,
    )  # fmt: skip


def by_redocly(npm: Path, old: Path, new: Path) -> str:
    """Return by how much `redocly diff` would raise the version."""
    done = called(
        "node", npm / "node_modules/@redocly/cli/bin/cli.js", "diff", old, new, "--format=json", cwd=new.parent
    )
    try:
        return REDOCLY_WORDS.get(str(json.loads(done.stdout).get("bump")), str(json.loads(done.stdout).get("bump")))
    except ValueError:
        return "error"


BATCH = 10
"""Of so many documents Specmatic is asked at once: of a hundred, its JVM says nothing."""


def by_specmatic(npm: Path, folder: Path, copies: dict[str, Path]) -> dict[str, str]:
    """Return what Specmatic says of every copy, compared with the contract."""
    contract = dict(contract_document().data)
    texts = {id: for_specmatic(contract, yaml.safe_load(path.read_text("utf-8"))) for id, path in copies.items()}
    verdicts = {}
    for start in range(0, len(texts), BATCH):
        batch = dict(list(texts.items())[start : start + BATCH])
        verdicts |= asked_of_specmatic(npm, folder / f"from-{start}", batch)
    return verdicts


def asked_of_specmatic(npm: Path, folder: Path, texts: dict[str, list[str]]) -> dict[str, str]:
    """Return what Specmatic says of *texts*, each an old one and a new one: one repository in *folder*, one run."""
    subprocess.run([*GIT, "init", "-q", "-b", "main", folder], check=True)
    for which, branch in enumerate(("main", "edited")):
        subprocess.run([*GIT, "checkout", "-q", "-B", branch], cwd=folder, check=True)
        for id, both in texts.items():
            (folder / f"{id}.yaml").write_text(both[which], encoding="utf-8")
        subprocess.run([*GIT, "add", "-A"], cwd=folder, check=True)
        subprocess.run([*GIT, "commit", "-q", "-m", branch], cwd=folder, check=True)
    done = called(npm / "node_modules/.bin/specmatic", "backward-compatibility-check", "--base-branch=main", cwd=folder)
    verdicts = {}
    for part in re.split(r"(?=Verdict for spec )", done.stdout):
        name = re.search(r"Verdict for spec \S*?([a-z0-9-]+)\.yaml", part)
        said = re.search(r"\((IN)?COMPATIBLE\)|(FAIL|PASS)", part)
        if name and "is backward compatible but the examples" in part:
            verdicts[name[1]] = "compatible, but examples"
        elif name and said:
            verdicts[name[1]] = "incompatible" if said[1] or said[2] == "FAIL" else "compatible"
    return {id: verdicts.get(id, "nothing said") for id in texts}


def table_of_edits(npm: Path, wanted: frozenset[str], without: frozenset[str]) -> None:
    """Print what each tool says of each edit."""
    if {"redocly", "specmatic"} <= without:
        return
    edits = [edit for edit in read_data("edits.toml")["edit"] if not wanted or edit["id"] in wanted]
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place) / "contracts"
        folder.mkdir()
        copies = {id: path for id, path in written(folder).items() if not wanted or id in wanted}
        original = yaml.safe_dump(dict(contract_document().data), sort_keys=False, allow_unicode=True)
        base = Path(place) / "base.yaml"
        base.write_text(original, encoding="utf-8")
        mine, theirs = {}, {}
        for edit in edits:
            found = changes(load(base), load(copies[edit["id"]]))
            mine[edit["id"]] = (
                worst_consumer(each.consumer for each in found),
                worst_posture(each.posture for each in found),
            )
            theirs[edit["id"]] = by_redocly(npm, base, copies[edit["id"]]) if "redocly" not in without else "not run"
        specmatic = dict.fromkeys(copies, "not run")
        if "specmatic" not in without:
            specmatic |= by_specmatic(npm, folder, copies)
    print("| edit | clients | security | `redocly diff` | Specmatic |\n|---|---|---|---|---|")
    for edit in edits:
        consumer, posture = mine[edit["id"]]
        print(f"| {edit['id']} | {consumer} | {posture} | {theirs[edit['id']]} | {specmatic[edit['id']]} |")


def table_of_traffic(npm: Path) -> None:
    """Print which planted drifts we and `redocly drift` find in the same recorded traffic."""
    with tempfile.TemporaryDirectory() as place:
        lines, target, capture = Path(place) / "entries", Path(place) / "target.toml", Path(place) / "capture.har"
        text = TARGET.read_text("utf-8").replace(
            "suites.selftest.drifting", f"suites.selftest.drifting --record {lines}"
        )
        target.write_text(text, encoding="utf-8")
        run("suites/drift", f"--target={target}", "--seed=1")
        entries = [json.loads(line) for line in lines.read_text("utf-8").splitlines()]
        log = {"version": "1.2", "creator": {"name": "x", "version": "1"}, "entries": entries}
        capture.write_text(json.dumps({"log": log}), encoding="utf-8")
        traffic = Traffic(contract_document(), contract_document().base_path)
        for answer, _ in read_har(capture):
            traffic.add(answer)
        ours = {(each.label, str(each.status), each.rule, each.pointer) for each, _ in differences(traffic)}
        command = ("node", npm / "node_modules/@redocly/cli/bin/cli.js", "drift", capture, f"--api={CONTRACT_FILE}")
        done = called(*command, "--format=json", "--match-mode=basepath", cwd=Path(place))
    findings = found_by_redocly(done.stdout)
    print(f"\n{len(entries)} exchanges; `redocly drift` has {len(findings)} findings\n")
    print("| planted drift | `contract drift` | `redocly drift` |\n|---|---|---|")
    for drift in PLANTED:
        label, _, status = drift["to"].rpartition(" ")
        status = str(drift.get("status", status))
        expected = {tuple(each.split(" ")) for each in drift["expects"]}
        found = all((label, status, rule, pointer) in ours for rule, pointer in expected)
        said = sorted({each["rule"] for each in findings if (each["label"], each["status"]) == (label, status)})
        print(f"| {drift['id']} | {'found' if found else 'missed'} | {', '.join(said) or 'nothing'} |")


def found_by_redocly(text: str) -> list[dict[str, str]]:
    """Return the findings in redocly's JSON as rule, label and status."""
    try:
        document: Any = json.loads(text[text.index("{") :])
    except ValueError:
        return []
    found = []
    for each in document["problems"]:
        place = each.get("details", {}).get("operationPathTemplate") or str(each["path"]).removeprefix("/api/v1")
        rule = f"{each['ruleId']} {each.get('dataPath') or ''}".strip()
        if each["ruleId"] != "security-baseline":  # that of a request, which is refused as it should be
            found.append({"rule": rule, "label": f"{each['method']} {place}", "status": str(each["status"])})
    return found


def main(arguments: list[str]) -> int:
    """Print both tables."""
    parser = argparse.ArgumentParser(prog="python -m suites.benchmarks.other_tools")
    parser.add_argument("npm", type=Path, help="where the two packages are installed")
    parser.add_argument("--edits", default="", help="only these, with commas")
    parser.add_argument("--without", default="", help="redocly, specmatic, traffic: what is not asked, with commas")
    given = parser.parse_args(arguments)
    wanted, without = (frozenset(filter(None, text.split(","))) for text in (given.edits, given.without))
    table_of_edits(given.npm.resolve(), wanted, without)
    if "traffic" not in without:
        table_of_traffic(given.npm.resolve())
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
