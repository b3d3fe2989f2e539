"""
One stall of the target, and what different load generators say of it.

    python -m suites.benchmarks.bench_load_stall [--runs 5] [--users 5,20,200,1000] [--processes 1,2] [--lasts 20]

A server that answers at once stalls once for a tenth of the run while 200 requests a second are due at even distances.
The true p99 follows from that alone: the slowest hundredth of the arrivals are those that waited longest. Each of our
configurations runs until so many runs were valid; invalid ones (the generator's heartbeat was late) are counted and not
used. Beside it, once each: our closed profile, Locust's usual way (constant_throughput), wrk, and k6 where it is
installed. Exit code 1 where a median is more than 3 % off, or a run more than 10 %.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import shutil
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
RATE_PER_S = 200
MOST_TRIES = 4  # for each valid run
PROFILES = """
[open]
duration_s = {lasts}
operations.loginUser = {{ shape = "constant", rate_per_s = {rate}, spread = "even" }}

[closed]
duration_s = {lasts}
model      = "closed"
users      = {users}
operations.loginUser = {{ shape = "constant", rate_per_s = {rate}, spread = "even" }}
"""
BUDGETS = "[loginUser]\np99_ms = 500\n"  # so that the generator may wake up 50 ms late at p99
K6 = """
import http from 'k6/http';
export const options = {{ summaryTrendStats: ['p(50)', 'p(99)', 'max'], scenarios: {{ open: {{
  executor: 'constant-arrival-rate', rate: {rate}, timeUnit: '1s', duration: '{lasts}s',
  preAllocatedVUs: {users}, maxVUs: {users} }} }} }};
export default () => http.post('{url}', '{{}}');
export function handleSummary(data) {{ return {{ stdout: JSON.stringify(data.metrics) }}; }}
"""


@contextlib.contextmanager
def stalling(after_s: float, for_s: float) -> Iterator[str]:
    """Start the server; its stall counts from the first login."""
    command = [sys.executable, "-m", "load.responder", "--stall-after", str(after_s), "--stall-for", str(for_s)]
    server = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    try:
        assert server.stdout is not None
        yield json.loads(server.stdout.readline())["listening"]
    finally:
        server.terminate()
        server.wait()


def ours(profile: str, users: int, processes: int, lasts_s: int, stall_s: float) -> dict[str, Any]:
    """Run one of our profiles; return its outcome, its p99 and what was counted."""
    with tempfile.TemporaryDirectory() as temporary, stalling(lasts_s / 4, stall_s) as url:
        folder = Path(temporary)
        (folder / "profiles.toml").write_text(PROFILES.format(lasts=lasts_s, rate=RATE_PER_S, users=users))
        (folder / "budgets.toml").write_text(BUDGETS)
        command = [sys.executable, "-m", "locust", "-f", str(ROOT / "load" / "locustfile.py"), "--headless"]
        command += [f"--target={url}/api/v1", f"--load-profile={profile}", "-u", str(users), "--load-calibrate=no"]
        command += [f"--load-profiles={folder / 'profiles.toml'}", f"--load-budgets={folder / 'budgets.toml'}"]
        command += [f"--load-out={folder / 'out'}", *([f"--processes={processes}"] if processes > 1 else [])]
        subprocess.run(command, capture_output=True, text=True, check=False, cwd=ROOT)
        said = json.loads((folder / "out" / "load.json").read_text())
        operation = said["phases"][-1]["operations"][0]
        return {
            "outcome": said["verdict"]["outcome"],
            "p99_ms": operation["outcomes"][0]["response_ms"]["percentiles"]["99"],
            "service_p99_ms": operation["outcomes"][0]["service_ms"]["percentiles"]["99"],
            "counts": operation["counts"],
            "peak": operation["peak_in_flight"],
        }


def locusts_own(users: int, lasts_s: int, stall_s: float) -> dict[str, Any]:
    """Run Locust's usual way to ask for a rate; return what it says."""
    with stalling(lasts_s / 4, stall_s) as url:
        command = [sys.executable, "-m", "locust", "-f", str(HERE / "plain_locust.py"), "PacedLogin", "--headless"]
        command += ["-u", str(users), "-r", str(users), "-t", str(lasts_s), "-H", url, "--only-summary"]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        said: dict[str, Any] = json.loads(next(x for x in done.stdout.splitlines() if x.startswith('{"requests"')))
        return said


def wrks(connections: int, lasts_s: int, stall_s: float) -> str:
    """Run wrk, which sends as fast as it is answered; return its line for 99 %."""
    with stalling(lasts_s / 4, stall_s) as url:
        command = ["wrk", "-t1", f"-c{connections}", f"-d{lasts_s}s", "--latency", f"{url}/api/v1/auth/login"]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
        return next(line for line in done.stdout.splitlines() if line.strip().startswith("99%")).split()[1]


def k6s(users: int, lasts_s: int, stall_s: float) -> dict[str, Any]:
    """Run k6's constant-arrival-rate; return its metrics."""
    with tempfile.TemporaryDirectory() as temporary, stalling(lasts_s / 4, stall_s) as url:
        script = Path(temporary) / "open.js"
        script.write_text(K6.format(rate=RATE_PER_S, lasts=lasts_s, users=users, url=f"{url}/api/v1/auth/login"))
        done = subprocess.run(["k6", "run", "--quiet", str(script)], capture_output=True, text=True, check=False)
        said: dict[str, Any] = json.loads(done.stdout)
        return said


def configuration(users: int, processes: int, options: argparse.Namespace, true_ms: float) -> bool:
    """Run one configuration until enough runs were valid; print its row; return whether it told the truth."""
    valid: list[float] = []
    invalid: list[float] = []
    peak = 0
    while len(valid) < options.runs and len(valid) + len(invalid) < options.runs * MOST_TRIES:
        said = ours("open", users, processes, options.lasts, options.lasts / 10)
        (invalid if said["outcome"] == "invalid" else valid).append(said["p99_ms"])
        peak = max(peak, said["peak"])
        print(f"  {users} users, {processes} process(es): {said}", file=sys.stderr, flush=True)
    name = f"authproof, {users} users, {processes} process{'es' if processes > 1 else ''}"
    if not valid:
        print(f"| {name} | - | all {len(invalid)} runs were invalid | | {len(invalid)} |", flush=True)
        return False
    median = statistics.median(valid)
    off = median / true_ms - 1
    each = ", ".join(f"{value:,.0f}" for value in valid)
    print(f"| {name} | {median:,.0f} | {each} | {off:+.1%} | {len(invalid)} |", flush=True)
    near = all(abs(value / true_ms - 1) <= 0.10 for value in valid)
    return len(valid) >= options.runs and abs(off) <= 0.03 and near


def main(arguments: list[str]) -> int:
    """Measure and print; 0 where every configuration told the truth."""
    parser = argparse.ArgumentParser(prog="python -m suites.benchmarks.bench_load_stall")
    parser.add_argument("--runs", type=int, default=5, help="valid runs of each configuration")
    parser.add_argument("--users", default="5,20,200,1000")
    parser.add_argument("--processes", default="1,2")
    parser.add_argument("--lasts", type=int, default=20, help="seconds of one run; a tenth of it is stalled")
    options = parser.parse_args(arguments)
    stall_s = options.lasts / 10
    true_ms = 1000 * (stall_s - 0.01 * options.lasts)
    print(
        f"{RATE_PER_S} requests a second for {options.lasts} s, one stall of {stall_s:g} s: "
        f"true p99 {true_ms:,.0f} ms\n"
    )
    print("| generator | p99 ms, median | each valid run | off | invalid runs |")
    print("| --- | --- | --- | --- | --- |")
    told = [
        configuration(int(users), int(processes), options, true_ms)
        for processes in options.processes.split(",")
        for users in options.users.split(",")
    ]
    closed = ours("closed", 20, 1, options.lasts, stall_s)
    dropped = closed["counts"]["dropped"]
    print(f"| authproof, closed profile, 20 users | {closed['p99_ms']:,.0f} | {dropped} never sent, and said | | |")
    paced = locusts_own(20, options.lasts, stall_s)
    asked = RATE_PER_S * options.lasts
    print(
        f"| Locust, constant_throughput, 20 users | {paced['p99_ms']:,.0f} "
        f"| {asked - paced['requests']} never sent | | |"
    )
    if shutil.which("wrk"):
        print(f"| wrk -c20 (as fast as it is answered) | {wrks(20, options.lasts, stall_s)} | | | |")
    if shutil.which("k6"):
        for users in (20, 500):
            said = k6s(users, options.lasts, stall_s)
            dropped = said.get("dropped_iterations", {}).get("values", {}).get("count", 0)
            p99 = said["http_req_duration"]["values"]["p(99)"]
            print(f"| k6 constant-arrival-rate, {users} VUs | {p99:,.0f} | {dropped} dropped | | |")
    else:
        print("\nk6 was not found on this machine.")
    return int(not all(told))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
