"""
The kill matrix: every planted defect, judged by the real command on the real server, must turn red exactly its rows.

    python -m suites.selftest.kill_matrix            the citing rows, the passive ones, recorded neighbours; minutes
    python -m suites.selftest.kill_matrix --full     every row on every defect; resumable
    python -m suites.selftest.kill_matrix SESS-02 …  these defects only

Each defect gets a fresh process and an empty store. Results are kept by what they depend on, so that a run that was
broken off goes on where it stopped. Writes reports/out/kill-matrix/matrix.json and matrix.md; exit code 1 where a
defect was not killed as recorded.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import subprocess
import sys
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from functools import cache

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from contract import catalogue
from contract.results import Verdict
from reports import inputs
from reports.forms import write_page
from suites.rig.passive import PASSIVE
from suites.selftest.whole_run import ROOT, run

OUT = ROOT / "reports" / "out" / "kill-matrix"
SEED = "1"
TIMEOUT_S = 300
AT_ONCE = 2
FOUND = frozenset({Verdict.FAIL, Verdict.WARN, Verdict.UNTESTABLE, Verdict.STALE_ENTRY})
"""A SHOULD that is broken warns: that is how its check speaks, so it counts as found."""
DEPENDS_ON = ("contract", "reference_impl", "suites/rig", "suites/status_codes", "suites/conformance", "conftest.py")


@dataclass(frozen=True, slots=True)
class Planted:
    """A defect as the reference lists it: what it breaks, and which rows must find it."""

    id: str
    requirement: str
    what: str
    red: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Kill:
    """What a run on one defect found beside what was recorded; `trouble` says why a run says nothing."""

    defect: str
    what: str
    expected: tuple[str, ...]
    found: tuple[str, ...]
    trouble: str = ""

    @property
    def exact(self) -> bool:
        """Whether exactly the recorded rows found it."""
        return not self.trouble and self.expected == self.found


@cache
def planted() -> tuple[Planted, ...]:
    """Return every defect of the reference, read from its own list."""
    command = [sys.executable, "-m", "reference_impl", "--list-defects", "--json"]
    said = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True, timeout=60).stdout
    return tuple(
        Planted(each["id"], each["requirement"], each["what"], tuple(sorted(each["red"]))) for each in json.loads(said)
    )


def checked() -> frozenset[str]:
    """Return the ids of the requirements that have a check."""
    return frozenset(row.id for row in catalogue.load().values() if not row.pending)


def rows_for(defect: Planted) -> list[str]:
    """Return the rows to run on *defect*: its own, the recorded neighbours, and the passive ones."""
    passive = {each.requirement for each in PASSIVE}
    return sorted({defect.requirement, *defect.red, *passive} & checked())


def kill(defect: Planted, *, full: bool) -> Kill:
    """
    Run the suite on a reference with *defect*, or return what an earlier run of the same files found.

    Recorded rows that have no check yet are not expected to find anything.
    """
    expected = tuple(each for each in defect.red if each in checked())
    kept = OUT / "kept" / f"{defect.id}-{'full' if full else 'near'}-{fingerprint()}.json"
    if kept.exists():
        said = json.loads(kept.read_text("utf-8"))
        return Kill(defect.id, defect.what, expected, tuple(said))
    near = [] if full else [f"--requirement={','.join(rows_for(defect))}"]
    came = run(f"--seed={SEED}", f"--defect={defect.id}", *near, timeout_s=TIMEOUT_S)
    if came.code not in (0, 1) or came.results is None:
        return Kill(defect.id, defect.what, expected, (), f"exit code {came.code}: {came.last_lines}")
    found = tuple(sorted(row.requirement for row in came.results.rows if not FOUND.isdisjoint(row.verdicts)))
    kept.parent.mkdir(parents=True, exist_ok=True)
    kept.write_text(json.dumps(found), "utf-8")
    return Kill(defect.id, defect.what, expected, found)


@cache
def fingerprint() -> str:
    """Return a digest of everything that a result depends on."""
    digest = hashlib.sha256(sys.version.encode())
    for name in DEPENDS_ON:
        paths = [ROOT / name] if name.endswith(".py") else sorted((ROOT / name).rglob("*"))
        for path in paths:
            if path.suffix in (".py", ".toml", ".yaml", ".txt"):
                digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


def matrix(defects: Sequence[Planted], *, full: bool) -> list[Kill]:
    """Return what each of *defects* came to, in their order: a line for each, and in a terminal the time left."""
    console = Console()
    columns = (BarColumn(), MofNCompleteColumn(), TextColumn("defects,"), TimeRemainingColumn(), TextColumn("left"))
    with Progress(*columns, console=console, disable=not console.is_terminal, transient=True) as progress:
        task = progress.add_task("", total=len(defects))

        def one(defect: Planted) -> Kill:
            came = kill(defect, full=full)
            line = f"{defect.id:<12}{'killed' if came.exact else 'NOT AS RECORDED':<16}{', '.join(came.found)}"
            console.print(line, markup=False, highlight=False, soft_wrap=True)
            progress.advance(task)
            return came

        with ThreadPoolExecutor(AT_ONCE) as pool:
            return list(pool.map(one, defects))


def markdown(kills: Iterable[Kill]) -> str:
    """Return the matrix as a table: defect, what it breaks, which rows found it."""
    lines = ["| defect | what is planted | found by | as recorded |", "|---|---|---|---|"]
    for each in kills:
        verdict = "yes" if each.exact else f"**no**: {each.trouble or 'expected ' + ', '.join(each.expected)}"
        lines.append(f"| {each.defect} | {each.what} | {', '.join(each.found)} | {verdict} |")
    return "\n".join(lines) + "\n"


def main(arguments: list[str]) -> int:
    """Run the matrix; 0 where every defect was killed exactly as recorded, else 1."""
    parser = argparse.ArgumentParser(prog="python -m suites.selftest.kill_matrix", description="Prove the checks.")
    parser.add_argument("defects", nargs="*", metavar="ID", help="these defects only")
    parser.add_argument("--full", action="store_true", help="every row on every defect")
    options = parser.parse_args(arguments)
    wanted = [each for each in planted() if each.requirement in checked()]
    if options.defects:
        wanted = [each for each in planted() if each.id in options.defects]
        if unknown := set(options.defects) - {each.id for each in wanted}:
            parser.error(f"no such defect: {', '.join(sorted(unknown))}")
    kills = matrix(wanted, full=options.full)
    OUT.mkdir(parents=True, exist_ok=True)
    (OUT / "matrix.json").write_text(json.dumps([asdict(each) for each in kills], indent=1) + "\n", "utf-8")
    (OUT / "matrix.md").write_text(markdown(kills), "utf-8")
    missed = [each for each in kills if not each.exact]
    for each in missed:
        print(f"{each.defect}: expected {', '.join(each.expected)}; found {', '.join(each.found) or each.trouble}")
    print(f"{len(kills) - len(missed)} of {len(kills)} defects killed exactly; {OUT.relative_to(ROOT) / 'matrix.md'}")
    print(f"report in {write_page(inputs.read_all(OUT), OUT).relative_to(ROOT)}")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
