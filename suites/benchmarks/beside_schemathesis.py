"""
Our generated tests beside `schemathesis run`, on the same planted defects: what each finds, and what it says falsely.

    python -m suites.benchmarks.beside_schemathesis                   30 defects, drawn by a seed that is printed
    python -m suites.benchmarks.beside_schemathesis --seed=7          that draw again
    python -m suites.benchmarks.beside_schemathesis SESS-02 REG-01    these defects

The defects are drawn from those of rows with a generated twin: it is these twins that are measured, and a row without
one is left to fixed checks, which schemathesis has no counterpart of. Each run, theirs or ours, has a fresh reference,
started as the shipped target starts it. Theirs is run twice: "default" is given the document and the address alone;
"told" is given credentials too, by which it logs in, again whenever it is refused, and follows the document's links. A
failure counts as found where the same command reports none of its kind for that operation on the sound reference; what
it reports there is false. Ours are the tests of the defect's row. Prints a table; exit code 1 where schemathesis finds
what ours do not.
"""

from __future__ import annotations

import argparse
import json
import os
import shlex
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import httpx

from contract.document import CONTRACT_FILE
from contract.targets.read import resolve
from suites.benchmarks.generated_kills import drawing, drawn
from suites.rig.launch import Launcher
from suites.selftest.kill_matrix import FOUND
from suites.selftest.whole_run import run

MAX_EXAMPLES = 20
TIMEOUT_S = 3600  # of one command, the wait for its turn on a shared machine included
EMAIL, PASSWORD = "grace@example.com", "seven purple lanterns drift"
TOLD = f"""\
[auth.dynamic.openapi.bearerAuth]
path = "/auth/login"
extract_selector = "/accessToken"

[auth.dynamic.openapi.bearerAuth.payload]
email = "{EMAIL}"
password = "{PASSWORD}"
"""
"""How schemathesis is told to log in, in a configuration file of its own."""
WAYS = {"default": "", "told": TOLD}


@dataclass(frozen=True, slots=True)
class Came:
    """What one run came to: its findings, each in a few words, the requests that it sent, and the time that it took."""

    findings: frozenset[str]
    requests: int
    seconds: float


def theirs(configuration: str, defects: Sequence[str], options: argparse.Namespace) -> Came:
    """Return what `schemathesis run` reports of a reference with *defects*: each kind of failure at each operation."""
    launcher = Launcher(resolve("reference", environ={}), options=" ".join(f"--defect={each}" for each in defects))
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        try:
            url = launcher.main().target.base_url
            httpx.post(f"{url}/auth/register", json={"email": EMAIL, "password": PASSWORD}, trust_env=False)
            (folder / "schemathesis.toml").write_text(configuration, "utf-8")
            command = [
                *shlex.split(options.through),
                *(
                    str(Path(sys.executable).with_name("schemathesis")),
                    "--config-file",
                    str(folder / "schemathesis.toml"),
                ),
                *("run", str(CONTRACT_FILE), f"--url={url}", f"--seed={options.seed}", "--no-color"),
                *(f"--max-examples={options.max_examples}", "--continue-on-failure", "--no-shrink"),
                *("--report=json", f"--report-json-path={folder / 'said.json'}", "--generation-database=none"),
            ]
            subprocess.run(command, cwd=folder, capture_output=True, check=False, timeout=TIMEOUT_S, env=os.environ)
            said = json.loads((folder / "said.json").read_text("utf-8"))
        finally:
            launcher.close()
    failures = {f"{group['title']} at {label}" for group in said["failures"] for label in group["operations"] or ["-"]}
    errors = {f"error: {each['title']}" for each in said["errors"]}
    return Came(frozenset(failures | errors), said["test_cases"]["generated"], said["running_time"] or 0.0)


def ours(rows: Sequence[str], defects: Sequence[str], options: argparse.Namespace) -> Came:
    """Return which of *rows* (all, where none is given) our generated tests find broken by *defects*."""
    only = [f"--requirement={','.join(rows)}"] if rows else []
    planted_in = [f"--defect={each}" for each in defects]
    limit = options.time if rows else options.time_for_all
    began_s = time.monotonic()
    came = run(
        "suites/properties", f"--seed={options.seed}", f"--time={limit}", *only, *planted_in,
        timeout_s=TIMEOUT_S, through=shlex.split(options.through),
    )  # fmt: skip
    if came.results is None:
        raise RuntimeError(came.last_lines)
    found = frozenset(row.requirement for row in came.results.rows if not FOUND.isdisjoint(row.verdicts))
    took_s = came.results.cost.duration_s or time.monotonic() - began_s
    return Came(found, came.results.cost.requests, took_s)


def main(arguments: list[str]) -> int:
    """Draw, run all on each, and tell; 1 where schemathesis found what ours did not."""
    parser = drawing("python -m suites.benchmarks.beside_schemathesis")
    parser.add_argument("--max-examples", type=int, default=MAX_EXAMPLES, help="schemathesis' own, for each operation")
    parser.add_argument("--time", default="30s", help="for our tests of one row")
    parser.add_argument("--time-for-all", default="5m", help="for all of ours on the sound reference")
    parser.add_argument("--through", default="", metavar="COMMAND", help='what to start each run by, as "nice -n 10"')
    options = parser.parse_args(arguments)
    chosen = drawn(options)
    sound = {way: theirs(configuration, (), options) for way, configuration in WAYS.items()}
    for way, came in sound.items():
        told(f"sound reference, schemathesis {way}", came, came.findings)
    own_sound = ours((), (), options)
    told("sound reference, ours, all rows", own_sound, own_sound.findings)
    totals: dict[str, list[Came]] = {**{f"schemathesis {way}": [] for way in WAYS}, "ours": []}
    found: dict[str, set[str]] = {name: set() for name in totals}
    for defect in chosen:
        came = ours((defect.requirement,), (defect.id,), options)
        runs = {"ours": (came, came.findings)}
        for way, configuration in WAYS.items():
            came = theirs(configuration, (defect.id,), options)
            runs[f"schemathesis {way}"] = came, came.findings - sound[way].findings
        for name, (came, findings) in runs.items():
            totals[name].append(came)
            found[name] |= {defect.id} if findings else set()
            told(f"{defect.id}, {name}", came, findings)
    summary(totals, found, {**{f"schemathesis {way}": sound[way] for way in WAYS}, "ours": own_sound})
    missed = set().union(*found.values()) - found["ours"]
    print(f"found by schemathesis and missed by ours: {', '.join(sorted(missed)) or 'none'}")
    return int(bool(missed))


def told(what: str, came: Came, findings: frozenset[str]) -> None:
    """Print one run in a line."""
    words = "; ".join(sorted(findings)) or "nothing"
    print(f"{what:<44}{came.requests:>7} requests{came.seconds:>7.1f} s  {words}", flush=True)


def summary(totals: dict[str, list[Came]], found: dict[str, set[str]], sound: dict[str, Came]) -> None:
    """Print the table."""
    print("\n| | found | false alarms on the sound one | requests a defect | seconds a defect |\n|---|---|---|---|---|")
    for name, runs in totals.items():
        requests, seconds = (
            sum(each) / len(runs) for each in zip(*((r.requests, r.seconds) for r in runs), strict=True)
        )
        alarms = len(sound[name].findings)
        print(f"| {name} | {len(found[name])} of {len(runs)} | {alarms} | {requests:.0f} | {seconds:.1f} |")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
