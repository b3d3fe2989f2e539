"""What schemathesis, in its default phases, has against the reference is what the reference's README explains."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

from suites.selftest.reference import ROOT, serving

README = ROOT / "reference_impl" / "README.md"
EXPLAINED = re.compile(r"^\| (ST\d+) [^|]*\| `([A-Z]+ /\S*)` \|", re.MULTILINE)
SEED, EXAMPLES = "1", "5"
OPERATIONS = 18
TIMEOUT_S = 400.0  # a quarter of a minute on a machine of its own


def test_schemathesis_finds_only_what_is_explained(tmp_path: Path) -> None:
    explained = set(EXPLAINED.findall(README.read_text(encoding="utf-8")))
    with serving("--debug-contract") as reference:
        command = [sys.executable, "-m", "schemathesis.cli", "run", str(ROOT / "contract" / "openapi.yaml")]
        command += ["--url", f"{reference.url}/api/v1", "--seed", SEED, "--max-examples", EXAMPLES]
        command += ["--report", "json", "--report-json-path", "report.json"]
        ran = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=TIMEOUT_S, check=False)
        faults = [line for line in reference.log if line["level"] == "error"]

    report = json.loads((tmp_path / "report.json").read_text(encoding="utf-8"))
    found = {(failure["code"], operation) for failure in report["failures"] for operation in failure["operations"]}
    assert found - explained == set(), ran.stdout
    assert (report["errors"], faults) == ([], [])
    assert (report["complete"], report["operations"]["tested"]) == (True, OPERATIONS)
    assert all(phase["status"] in ("success", "failure") for phase in report["phases"].values())
