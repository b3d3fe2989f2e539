"""
Mutants of the reference, judged over HTTP by all suites: how many of them turn a run red.

    python -m suites.benchmarks.mutants                    200 mutants, drawn by a seed that is printed
    python -m suites.benchmarks.mutants --seed=7           that draw; goes on where an earlier run was broken off
    python -m suites.benchmarks.mutants --seed=7 --again   its survivors once more, by every test, but for those that
        --target=reference-postgres                        are settled; with another target, by what that runs
    python -m suites.benchmarks.mutants --prepare          only draws, and finds out which tests run which lines

A mutant is one change that an operator of cosmic-ray makes to a copy of `reference_impl`. The tests that run what was
changed are taken on it, up to the first red and for about a minute; first come those of whose lines its file is the
greatest part. Prints one line a mutant, the rate, and the survivors one by one with their change and, where
`survivors.toml` has it, what they are. Keeps everything in reports/out/mutants. It takes the extra `dev`.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import random
import shlex
import subprocess
import sys
import threading
import time
import tomllib
from collections import Counter
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict
from pathlib import Path

from suites.benchmarks.lines_run import Lines, lines_of, statement_at
from suites.benchmarks.mutant_verdicts import KILLED, Verdict, judged
from suites.benchmarks.mutating import PACKAGE, Draw, Mutant, draw, files
from suites.selftest.whole_run import ROOT

OUT = ROOT / "reports" / "out" / "mutants"
SURVIVORS = Path(__file__).with_name("survivors.toml")
UNSEEN = ("equivalent", "not observable")
SETTLED = (*UNSEEN, "not promised")
DRAWN = 200
AT_ONCE = 2


def main(arguments: list[str]) -> int:
    """Draw, judge what is not judged yet, and tell; 0 always: whether a survivor matters is for people to say."""
    parser = argparse.ArgumentParser(prog="python -m suites.benchmarks.mutants")
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(1, 1_000_000))
    parser.add_argument("--drawn", type=int, default=DRAWN)
    parser.add_argument("--at-once", type=int, default=AT_ONCE)
    parser.add_argument("--target", default="reference", help="a shipped target that starts the reference")
    parser.add_argument("--prepare", action="store_true", help="draw, and find out which tests run which lines")
    parser.add_argument("--again", action="store_true", help="judge the survivors of the draw once more, by every test")
    parser.add_argument("--through", default="", metavar="COMMAND", help='what to start each judge by, as "nice -n 10"')
    parser.add_argument("--judge", default="", help=argparse.SUPPRESS)
    options = parser.parse_args(arguments)
    if options.judge:
        mutant = Mutant(**json.loads(options.judge))
        lines = lines_of(lines_file(options.target), options.target)
        tests, everything = tests_for(lines, mutant), options.again
        verdict = judged(mutant, tests, seconds=lines.seconds, target=options.target, everything=everything)
        print(json.dumps(asdict(verdict)))
        return 0
    drawn = kept_draw(options.seed, options.drawn)
    lines_of(lines_file(options.target), options.target)
    print(
        f"{len(drawn.mutants)} of {drawn.of} mutants, drawn by seed {drawn.seed}; "
        f"left aside, since no running code differs: {len(drawn.unobservable)}",
        flush=True,
    )
    if options.prepare:
        return 0
    results = Results(OUT / f"came-{drawn.seed}-{fingerprint()}.jsonl")
    settled = [mutant for mutant, (what, _) in classified(results.of.values()).items() if what in SETTLED]
    due = [each for each in drawn.mutants if results.wants(each, again=options.again and each.id not in settled)]
    began_s = time.monotonic()
    with ThreadPoolExecutor(options.at_once) as pool:
        list(pool.map(lambda each: results.add(by_a_child(each, options)), due))
    tell(drawn, results, time.monotonic() - began_s)
    return 0


class Results:
    """What mutants came to, one line of JSON each; the last one of a mutant counts."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = threading.Lock()
        lines = path.read_text("utf-8").splitlines() if path.exists() else []
        self.of = {verdict.mutant: verdict for verdict in (Verdict(**json.loads(line)) for line in lines)}

    def wants(self, mutant: Mutant, *, again: bool) -> bool:
        """Whether *mutant* is to be judged: where it never was, or survived and is to be judged again."""
        before = self.of.get(mutant.id)
        return before is None or (again and before.came_to not in KILLED)

    def add(self, verdict: Verdict) -> None:
        """Keep *verdict*, and print it."""
        with self._lock, self._path.open("a", encoding="utf-8") as out:
            out.write(json.dumps(asdict(verdict)) + "\n")
            self.of[verdict.mutant] = verdict
            print(verdict.line, flush=True)


def by_a_child(mutant: Mutant, options: argparse.Namespace) -> Verdict:
    """Return what a process of its own, started as *options* say, finds out about *mutant*."""
    command = [*shlex.split(options.through), sys.executable, "-m", "suites.benchmarks.mutants"]
    command += [f"--target={options.target}", f"--judge={json.dumps(asdict(mutant))}"]
    command += ["--again"] if options.again else []
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"{mutant.id}: {done.stderr.strip()[-600:]}")
    return Verdict(**json.loads(done.stdout.splitlines()[-1]))


def tests_for(lines: Lines, mutant: Mutant) -> list[str]:
    """Return the tests that run what *mutant* changes, the likeliest first."""
    statement = statement_at((ROOT / PACKAGE / mutant.file).read_text("utf-8"), mutant.line)
    return lines.tests_of(mutant.file, statement)


def fingerprint() -> str:
    """Return a digest of the reference, on whose lines everything here depends."""
    digest = hashlib.sha256()
    for file in files(ROOT):
        digest.update((ROOT / PACKAGE / file).read_bytes())
    return digest.hexdigest()[:16]


def lines_file(target: str) -> Path:
    """Return where it is kept which tests run which lines of the reference as it is now, started by *target*."""
    return OUT / f"lines-{target}-{fingerprint()}.json"


def kept_draw(seed: int, count: int) -> Draw:
    """Return the draw of *count* mutants by *seed*: as it was kept, or made now."""
    path = OUT / f"draw-{seed}-{count}-{fingerprint()}.json"
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(asdict(draw(ROOT, seed=seed, count=count))), "utf-8")
    said = json.loads(path.read_text("utf-8"))
    mutants, aside = (tuple(Mutant(**each) for each in said[name]) for name in ("mutants", "unobservable"))
    return Draw(said["seed"], said["of"], mutants, aside)


def tell(drawn: Draw, results: Results, wall_s: float) -> None:
    """Print the rate, and every survivor with its change."""
    came = [results.of[each.id] for each in drawn.mutants]
    counts = Counter(each.came_to for each in came)
    killed = sum(counts[each] for each in KILLED)
    classes = classified(came)
    kinds = Counter(what for what, _ in classes.values())
    observable, promised = (len(came) - sum(kinds[each] for each in group) for group in (UNSEEN, SETTLED))
    print(f"seed {drawn.seed}: {killed} of {len(came)} killed ({killed / len(came):.1%}): {dict(counts)}")
    print(f"of the {observable} that could be seen over HTTP: {killed / observable:.1%} (not {' or '.join(UNSEEN)})")
    print(f"of the {promised} that break what is promised: {killed / promised:.1%}")
    print(f"{sum(each.seconds for each in came) / 60:.1f} min of judging in all; {wall_s / 60:.1f} min this time")
    for each in came:
        if each.came_to not in KILLED:
            what, why = classes.get(each.mutant, ("not classified", ""))
            print("\n".join(["", each.line, *(f"    {line}" for line in each.change), f"    {what}: {why}"]))


def classified(came: Iterable[Verdict]) -> dict[str, tuple[str, str]]:
    """Return, for each survivor of *came* that the table has, what it is and why, by its id."""
    table = tomllib.loads(SURVIVORS.read_text("utf-8")).get("survivor", [])
    known = {(each["file"], *each["change"]): (each["is"], each["why"]) for each in table}
    keys = {each.mutant: (each.mutant.partition(":")[0], *each.change) for each in came if each.came_to not in KILLED}
    return {mutant: known[key] for mutant, key in keys.items() if key in known}


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
