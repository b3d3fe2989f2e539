"""`python -m load calibrate`: what this machine can generate, and how many passwords its cores can hash."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

from contract.errors import HarnessError
from load import machine
from load.machine import Machine

HERE = Path(__file__).parent
PROFILES = """
[generate]
about      = "how many arrivals a second one process can generate"
duration_s = {step_s}
users      = 200
search     = {{ start_per_s = {start}, factor = 1.6, precision = 0.25, confirm = 1 }}
operations.loginUser = {{ shape = "constant", rate_per_s = {start} }}
"""
BUDGETS = "[loginUser]\np95_ms = 50\np99_ms = 50\nerror_ratio = 0\nachieved_ratio = 0.99\n"
"""Against a target that answers at once, whatever breaks this budget is the generator's own doing."""
WITHIN_S = 600.0
LEAST_PER_S = 5.0


def calibrate(
    folder: Path,
    *,
    step_s: float = 4.0,
    start_per_s: float = 250.0,
    within_s: float = 300.0,
    memory_kib: int = 19_456,
    passes: int = 2,
    lanes: int = 1,
) -> Machine:
    """
    Measure both, remember them in *folder*, and return them.

    The generator is measured by itself: rate after rate against a server that is no bottleneck, until its heartbeat
    says that it cannot keep up, or *within_s* is over. Other programs disturb that; hashing is CPU time, and is
    disturbed little.
    """
    hashing = machine.hashing(memory_kib, passes, lanes)
    ends_s = time.monotonic() + within_s
    said = generated(step_s, start_per_s, within_s)
    while said["capacity"]["rate_per_s"] is None and start_per_s > LEAST_PER_S and time.monotonic() < ends_s:
        start_per_s /= 5  # a busy machine, or a small one
        said = generated(step_s, start_per_s, ends_s - time.monotonic())
    rate = said["capacity"]["rate_per_s"]
    of_best = [
        phase
        for step, phase in zip(said["capacity"]["steps"], said["phases"], strict=True)
        if step["rate_per_s"] == rate
    ]
    completed = of_best[-1]["operations"][0]["counts"]["completed"] if of_best else 0
    cpu_s = sum(each or 0.0 for each in of_best[-1]["series"]["cpu_percent"]) / 100 if of_best else 0.0
    found = replace(hashing, arrivals_per_s=rate, requests_per_cpu_s=round(completed / cpu_s) if cpu_s else None)
    machine.remember(found, folder)
    return found


def generated(step_s: float, start_per_s: float, within_s: float = WITHIN_S) -> dict[str, Any]:
    """Run the search of rates in a process of its own; return what it said."""
    with tempfile.TemporaryDirectory() as temporary:
        place = Path(temporary)
        (place / "profiles.toml").write_text(PROFILES.format(step_s=step_s, start=start_per_s))
        (place / "budgets.toml").write_text(BUDGETS)
        command = [sys.executable, "-m", "locust", "-f", str(HERE / "locustfile.py"), "--headless"]
        command += [f"--target={HERE / 'responder.toml'}", "--load-profile=generate", "--max-rate=20000"]
        command += [f"--load-profiles={place / 'profiles.toml'}", f"--load-budgets={place / 'budgets.toml'}"]
        command += [f"--load-out={place / 'out'}", "--load-calibrate=no", "--load-check-every=1000"]
        command += [f"--max-time={within_s:g}"]
        done = subprocess.run(  # noqa: S603 - a command of ours
            command, capture_output=True, text=True, timeout=WITHIN_S, check=False
        )
        file = place / "out" / "load.json"
        if not file.exists():
            raise HarnessError(f"the generator could not be measured: {done.stderr.strip().splitlines()[-1:]}")
        said: dict[str, Any] = json.loads(file.read_text("utf-8"))
        return said


def told(found: Machine) -> list[str]:
    """Return the calibration in lines."""
    rate = "no rate" if found.arrivals_per_s is None else f"{found.arrivals_per_s:.0f} arrivals a second"
    cost = "" if found.requests_per_cpu_s is None else f", at {found.requests_per_cpu_s} for each second of its CPU"
    return [
        f"generates   {rate} from one process while healthy{cost}",
        f"hashes      {found.hashes_per_s:.0f} passwords a second on {found.cores} cores: {found.hash}, "
        f"{found.hash_cpu_ms:.1f} ms of CPU each",
        *(f"            {found.hashing(rate)}" for rate in (10, 100)),
    ]
