"""
160 arrivals a second (100 logins, 10 registrations, 50 refreshes) against a server that is no bottleneck, one process.

    python -m suites.benchmarks.bench_load_steady [--runs 3] [--seconds 60]

Prints the achieved ratio, the start lag and the CPU of the generator for each run, and whether its heartbeat called it
healthy. Exit code 1 where a healthy run achieved less than 0.999 or started later than 5 ms at p99, 3 where none was.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).parents[2]
PROFILES = """
[steady]
duration_s = {seconds}
operations.loginUser    = {{ shape = "constant", rate_per_s = 100 }}
operations.registerUser = {{ shape = "constant", rate_per_s = 10 }}
operations.refreshToken = {{ shape = "constant", rate_per_s = 50 }}
"""
BUDGETS = "".join(f"[{name}]\np99_ms = 50\n" for name in ("loginUser", "registerUser", "refreshToken"))
"""So that the generator counts as healthy only where its heartbeat and its wake-ups are within 5 ms at p99."""


def main(arguments: list[str]) -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m suites.benchmarks.bench_load_steady")
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--seconds", type=int, default=60)
    options = parser.parse_args(arguments)
    kept: list[bool] = []
    print(
        "| run | generator | achieved | start lag p50 / p99 / max ms | heartbeat p99 ms | CPU of a core "
        "| response p99 ms |"
    )
    print("| --- | --- | --- | --- | --- | --- | --- |")
    for number in range(options.runs):
        with tempfile.TemporaryDirectory() as temporary:
            folder = Path(temporary)
            (folder / "budgets.toml").write_text(BUDGETS)
            (folder / "profiles.toml").write_text(PROFILES.format(seconds=options.seconds))
            command = [sys.executable, "-m", "locust", "-f", str(ROOT / "load" / "locustfile.py"), "--headless"]
            command += [f"--target={ROOT / 'load' / 'responder.toml'}", "--load-profile=steady"]
            command += [f"--load-profiles={folder / 'profiles.toml'}"]
            command += [f"--load-budgets={folder / 'budgets.toml'}", f"--load-out={folder}", "--load-calibrate=no"]
            subprocess.run(command, capture_output=True, check=False, cwd=ROOT)
            said = json.loads((folder / "load.json").read_text())
        phase, worker = said["phases"][-1], said["generator"]["workers"][0]
        counts = [each["counts"] for each in phase["operations"]]
        in_time = sum(each["achieved_ratio"] * each["counts"]["intended"] for each in phase["operations"])
        achieved = in_time / sum(each["intended"] for each in counts)
        lag, beat = phase["lag"]["start_ms"], worker["heartbeat_ms"]["percentiles"]["99"]
        healthy = said["generator"]["healthy"]
        slowest = max(each["outcomes"][0]["response_ms"]["percentiles"]["99"] for each in phase["operations"])
        late = f"{lag['percentiles']['50']:.2f} / {lag['percentiles']['99']:.2f} / {lag['max']:.1f}"
        state = "healthy" if healthy else "not healthy"
        cpu = f"{worker['cpu_percent']:.1f} %"
        print(f"| {number + 1} | {state} | {achieved:.5f} | {late} | {beat:.2f} | {cpu} | {slowest:.1f} |", flush=True)
        if healthy:
            kept.append(achieved >= 0.999 and lag["percentiles"]["99"] <= 5)
    return 3 if not kept else int(not all(kept))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
